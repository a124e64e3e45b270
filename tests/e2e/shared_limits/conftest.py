"""Fixtures of the tests about what processes share."""

from collections.abc import Iterator

import pytest

from bingx_spot.shared_limits import redis_store
from tests.e2e.shared_limits.clients import Arrivals, arrivals
from tests.e2e.shared_limits.redis_server import RedisServer, redis_server


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an exchange take its time: a machine under load may be slow."""
    monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 10.0)


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Run a redis-server for one test."""
    with redis_server() as server:
        yield server


@pytest.fixture
def server() -> Iterator[Arrivals]:
    """Run an exchange that records arrivals."""
    with arrivals() as server:
        yield server
