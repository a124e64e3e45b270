"""Whether limits can be shared through a server, and why not."""

from contextlib import closing
from typing import Any

import pytest

from bingx_spot.shared_limits.redis_store import RedisStore
from bingx_spot.shared_limits.store import StoreError
from tests.unit.shared_limits.reports import report

PASSWORD = "planted/p@ss#word"
QUOTED_PASSWORD = "planted%2Fp%40ss%23word"
#: For tests that are not about time: a machine under load may be slow.
PATIENT_SOCKET = "socket_timeout=10"
PATIENT = f"{PATIENT_SOCKET}&socket_connect_timeout=10"
NAME = "bingx-spot:{sample}:limit"


def granted(store: RedisStore, process: str, name: str = NAME) -> int:
    """Ask for three permits as a process, and return how many are granted."""
    names = [f"{process}:{number}" for number in range(3)]
    return len(store.exchange(name, report(process, single=names))["granted"])


def is_shared_through(server: Any, other: Any = None) -> bool:
    """Return whether two processes have one limit of five, through one server or two names of it."""
    with closing(RedisStore(server)) as first, closing(RedisStore(other or server)) as second:
        return (granted(first, "a"), granted(second, "b")) == (3, 2)


def reason_against(server: Any) -> str:
    """Return why a server cannot be used."""
    with closing(RedisStore(server)) as store, pytest.raises(StoreError) as failure:
        granted(store, "a")
    error = failure.value
    assert "planted" not in f"{error!r} {error.fix} {error.__cause__!r} {error.__context__!r} {vars(store)}"
    return error.reason


def is_usable(store: RedisStore, name: str = NAME) -> bool:
    """Return whether an exchange works."""
    try:
        granted(store, "again", name)
    except StoreError:
        return False
    return True
