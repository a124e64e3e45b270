"""Idle connections: which one is used next, and what another thread may do meanwhile."""

from collections import deque
from typing import Any

import pytest

from bingx_spot.transport import connection_pool
from bingx_spot.transport.connection_pool import KEEPALIVE_EXPIRY, ConnectionPool, origin_of

ORIGIN = origin_of("https://exchange.test")


class Fake:
    """A connection that knows whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def is_usable(self) -> bool:
        return True

    def close(self) -> None:
        self.closed = True

    reset = close


class Emptied(deque[Any]):
    """Idle connections that another thread takes as soon as this one looks at the oldest."""

    def __getitem__(self, index: Any) -> Any:
        self.clear()
        return super().__getitem__(index)


def test_the_last_used_comes_first() -> None:
    pool, first, second = ConnectionPool[Fake](), Fake(), Fake()
    pool.release(ORIGIN, first)
    pool.release(ORIGIN, second)
    assert pool.acquire(ORIGIN) is second
    assert pool.acquire(ORIGIN) is first
    assert pool.acquire(ORIGIN) is None


def test_one_that_was_idle_for_too_long_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    pool, old = ConnectionPool[Fake](), Fake()
    pool.release(ORIGIN, old)
    now = connection_pool.time.monotonic() + KEEPALIVE_EXPIRY
    monkeypatch.setattr(connection_pool.time, "monotonic", lambda: now)
    assert pool.acquire(ORIGIN) is None
    assert old.closed


def test_a_thread_that_takes_the_others_meanwhile_does_no_harm() -> None:
    pool, kept = ConnectionPool[Fake](), Fake()
    pool._idle[ORIGIN] = Emptied([(0.0, Fake())])
    pool.release(ORIGIN, kept)
    # The other thread has it, and uses it.
    assert not kept.closed
    assert pool.acquire(ORIGIN) is None
