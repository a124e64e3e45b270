"""What is asked of a server of any kind, to see whether limits can be shared through it."""

import pytest

from bingx_spot.shared_limits.protocol import StoreError
from bingx_spot.shared_limits.redis_store import RedisStore
from tests.unit.shared_limits.reports import report

PASSWORD = "planted/p@ss#word"
WRITTEN = "planted%2Fp%40ss%23word"
#: A machine under load may be slow; what is tried here is not how fast it is.
PATIENT_SOCKET = "socket_timeout=10"
PATIENT = f"{PATIENT_SOCKET}&socket_connect_timeout=10"


def asked(store: RedisStore, process: str, name: str = "bingx-spot:{sample}:limit") -> int:
    """Let a process ask for three permits, and return how many it has got."""
    wanted = [f"{process}:{number}" for number in range(3)]
    return len(store.exchange(name, report(process, single=wanted))["granted"])


def is_shared_through(url: str) -> bool:
    """Tell whether two processes have one limit of five through what a URL names."""
    one, other = RedisStore(url), RedisStore(url)
    try:
        return (asked(one, "a"), asked(other, "b")) == (3, 2)
    finally:
        one.close()
        other.close()


def trouble_with(url: str) -> str:
    """Return why a server cannot be used."""
    store = RedisStore(url)
    try:
        with pytest.raises(StoreError) as problem:
            asked(store, "a")
    finally:
        store.close()
    error = problem.value
    assert "planted" not in f"{error!r} {error.mend} {error.__cause__!r} {error.__context__!r} {vars(store)}"
    return error.reason
