"""Fixtures of the tests about what processes share."""

import gc
from collections.abc import Iterator

import pytest

from bingx_spot.limits import client_state
from bingx_spot.shared_limits import redis_store
from tests.e2e.shared_limits.clients import Arrivals, arrivals
from tests.e2e.shared_limits.redis_server import RedisServer, redis_server


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an exchange take its time: a machine under load may be slow."""
    monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 10.0)
    # A request that is given up is sent again, and these tests count requests.
    monkeypatch.setattr(client_state, "_LOST_PACKET", 10.0)
    monkeypatch.setattr(client_state, "_UNKNOWN_ANSWER", 10.0)


@pytest.fixture(autouse=True)
def _no_clients_of_other_tests() -> None:
    """Collect what a traceback may still hold: its thread would log the outages of its own store."""
    gc.collect()


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
