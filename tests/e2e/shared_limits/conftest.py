"""Fixtures of the tests about what processes share."""

from collections.abc import Iterator

import pytest

from tests.e2e.shared_limits.redis_server import RedisServer, redis_server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """Run a redis-server of the test's own."""
    with redis_server() as server:
        yield server
