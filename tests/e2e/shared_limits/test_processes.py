"""Processes that share a limit through a real redis-server, which is stopped, frozen and looked into."""

import asyncio
import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Order, RateLimited
from bingx_spot.shared_limits import redis_store
from bingx_spot.shared_limits.redis_store import RedisStore
from bingx_spot_api.contract import BY_ID
from tests.e2e.shared_limits.checks import PATIENT_SOCKET
from tests.e2e.shared_limits.clients import (
    KEYS,
    Arrivals,
    as_another_process,
    cancel,
    cancelling,
    client,
    wait_until,
)
from tests.e2e.shared_limits.drill import fleet
from tests.e2e.shared_limits.redis_server import RedisServer
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_server import http
from tests.unit.shared_limits.reports import report

CANCEL = BY_ID["cancelOrder"]
UNAVAILABLE = "shared rate limiter unavailable"
AVAILABLE = "shared rate limiter available again"


def patient(redis: RedisServer) -> str:
    """Return the URL with a long timeout, for tests that are not about time."""
    return f"{redis.url}?{PATIENT_SOCKET}"


@pytest.fixture
def pair(server: Arrivals, redis: RedisServer) -> Iterator[tuple[BingxSpot, BingxSpot]]:
    """Return two clients that know of each other through redis alone, and soon notice that it hangs."""
    # Not in a tenth of a second, as by default: a machine that is busy would seem to hang.
    url = f"{redis.url}?socket_timeout=1"
    with client(server, url, timeout=30) as one:
        as_another_process()
        with client(server, url, timeout=30) as other:
            yield one, other


def knows_a_lockout(redis: RedisServer) -> bool:
    """Return whether the server knows that the exchange has locked an endpoint."""
    store = RedisStore(patient(redis))
    try:
        with redis.client() as admin:
            names = [name.decode() for name in admin.scan_iter()]
        return any(store.exchange(name, report("witness"))["locked_for"] > 0 for name in names)
    finally:
        store.close()


class TestSharing:
    def test_sync_and_async_clients_share_one_limit(self, server: Arrivals, redis: RedisServer) -> None:
        async def cancel_many(count: int) -> None:
            options = {"environment": server.server.url, "limits": patient(redis), "timeout": 30.0}
            async with AsyncBingxSpot(KEYS, **options) as other:
                calls = [other.cancel_order(SYMBOL, order_id=ORDER_ID) for _ in range(count)]
                # A cancelled task leaves the queue.
                abandoned = [asyncio.create_task(other.cancel_order(SYMBOL, order_id=1)) for _ in range(9)]
                await asyncio.sleep(0)
                for task in abandoned:
                    task.cancel()
                await asyncio.gather(*calls)

        with client(server, patient(redis), timeout=30) as one, cancelling(one) as stop:
            as_another_process()
            asyncio.run(cancel_many(7))
            results = stop()
        assert all(isinstance(each, Order) for each in results)
        assert len(server.times) == len(results) + 7
        assert server.fullest_second() <= 5

    def test_a_lockout_applies_to_all(self, server: Arrivals, redis: RedisServer) -> None:
        server.server.answer = lambda _: http('{"code": 100410, "msg": "rate limited"}')
        with client(server, patient(redis), timeout=30) as one:
            assert isinstance(cancel(one), RateLimited)
            # Without headers: the rate is too fast for this account.
            assert one._state.account.limits.queue_for(CANCEL).own_rate == CANCEL.copy_trading_limit
            # It reaches the store afterwards: no caller waits for that.
            wait_until(lambda: knows_a_lockout(redis))
            as_another_process()
            with client(server, patient(redis), timeout=30) as other:
                assert isinstance(cancel(other), RateLimited)
        assert len(server.server.requests) == 1

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
    def test_a_fork_is_another_process(self, server: Arrivals, redis: RedisServer) -> None:
        with client(server, patient(redis), timeout=30) as bingx:
            assert isinstance(cancel(bingx), Order)
            child = os.fork()
            if child == 0:
                # At once: what pytest would do at the end is the parent's.
                os._exit(sum(not isinstance(cancel(bingx), Order) for _ in range(6)))
            results = [cancel(bingx) for _ in range(6)]
            assert os.waitpid(child, 0)[1] == 0
        assert all(isinstance(each, Order) for each in results)
        assert len(server.times) == 13
        assert server.fullest_second() <= 5

    def test_a_program_reports_its_last_requests_when_it_ends(
        self, server: Arrivals, redis: RedisServer
    ) -> None:
        program = (
            "import sys; from tests.e2e.shared_limits.clients import *;"
            "from tests.support.patience import unhurried; unhurried();"
            "bingx = client(Arrivals(ScriptedServer(sys.argv[1], None)), sys.argv[2], timeout=30);"
            "[cancel(bingx) for _ in range(5)]"
        )
        subprocess.run([sys.executable, "-c", program, server.server.url, patient(redis)], check=True)
        assert len(server.times) == 5
        # Otherwise they would count for six seconds, as those of a process that was killed.
        with client(server, patient(redis), timeout=3) as bingx:
            assert isinstance(cancel(bingx), Order)

    def test_its_names_and_values_hold_no_key(
        self, pair: tuple[BingxSpot, BingxSpot], redis: RedisServer
    ) -> None:
        for bingx in pair:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        with redis.client() as admin:
            names = list(admin.scan_iter())
            assert len(names) == 1
            held = names + [admin.get(name) for name in names]
        for secret in (b"sample-api-key-of-a-user", b"sample-secret", b"127.0.0.1"):
            assert not any(secret in each for each in held)


@pytest.mark.slow
@pytest.mark.parametrize("store", ["redis", "file"])
def test_equal_errors_of_three_processes_stay_below_twenty(
    server: Arrivals, redis: RedisServer, tmp_path: Path, store: str
) -> None:
    errors = Counter[bytes]()

    def not_open(request: bytes) -> bytes:
        errors[request.split(b" ")[0]] += 1
        return http('{"code": 100404, "msg": "order not exist"}')

    server.server.answer = not_open
    limits = patient(redis) if store == "redis" else f"file://{tmp_path}/limits"
    with fleet(server, limits) as clients, cancelling(*clients, threads=1) as stop:
        wait_until(lambda: errors[b"POST"] >= 17)
        time.sleep(2)
        stop()
    # Each would stop at seventeen by itself.
    assert errors[b"POST"] == 17
    assert errors[b"GET"] <= 17


class TestOutage:
    """What shared limits do in an outage is shown in virtual time; here real sockets break and hang."""

    @pytest.mark.parametrize("kind", ["stopped", "frozen"])
    def test_no_cancel_fails_while_redis_is(
        self,
        server: Arrivals,
        redis: RedisServer,
        pair: tuple[BingxSpot, BingxSpot],
        caplog: pytest.LogCaptureFixture,
        kind: str,
    ) -> None:
        # Clients of earlier tests, which nobody has collected yet, may miss their own server.
        earlier = {thread.ident for thread in threading.enumerate()}

        def warnings(text: str) -> int:
            return sum(text in each.getMessage() and each.thread not in earlier for each in caplog.records)

        with caplog.at_level(logging.WARNING, "bingx_spot"), cancelling(*pair, threads=1) as stop:
            wait_until(lambda: len(server.times) >= 6)
            redis.stop() if kind == "stopped" else redis.freeze()
            wait_until(lambda: warnings(UNAVAILABLE) == 2)
            local = len(server.times)
            wait_until(lambda: len(server.times) >= local + 4)
            redis.start() if kind == "stopped" else redis.thaw()
            wait_until(lambda: warnings(AVAILABLE) == 2)
            together = len(server.times)
            wait_until(lambda: len(server.times) >= together + 6)
            results = stop()
        assert all(isinstance(each, Order) for each in results)
        assert len(results) == len(server.times)
        assert server.fullest_second() <= 5

    def test_no_cancel_waits_for_a_client_without_timeouts(
        self, server: Arrivals, redis: RedisServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with redis.client() as ready:
            ready.connection_pool.connection_kwargs["socket_timeout"] = None
            redis.freeze()
            monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 0.1)
            began = time.monotonic()
            with client(server, ready, timeout=20) as bingx:
                assert all(isinstance(cancel(bingx), Order) for _ in range(3))
            assert time.monotonic() - began < 15
            redis.thaw()
