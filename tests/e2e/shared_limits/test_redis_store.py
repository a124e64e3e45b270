"""Limits that processes share through a real redis-server, which is stopped, held up and looked into."""

import asyncio
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, InvalidInput, NotSent, Order, RateLimited
from bingx_spot.shared_limits.protocol import StoreError
from bingx_spot.shared_limits.redis_store import RedisStore
from tests.e2e.shared_limits.redis_server import RedisServer
from tests.e2e.shared_limits.servers import PATIENT_SOCKET
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_server import http
from tests.unit.shared_limits.calling import (
    Arrivals,
    arrivals,
    as_another_process,
    cancelled,
    cancelling,
    client,
    until,
)
from tests.unit.shared_limits.reports import report

GONE = "the shared limit cannot be had"
BACK = "the shared limit is back"


@pytest.fixture
def server() -> Iterator[Arrivals]:
    with arrivals() as server:
        yield server


def patient(redis: RedisServer) -> str:
    """Return the URL with which an answer may take its time, where it is not the time that is tried."""
    return f"{redis.url}?{PATIENT_SOCKET}"


@pytest.fixture
def pair(server: Arrivals, redis: RedisServer) -> Iterator[tuple[BingxSpot, BingxSpot]]:
    """Give two clients that know of each other through redis alone."""
    with client(server, redis.url, timeout=30) as one:
        as_another_process()
        with client(server, redis.url, timeout=30) as other:
            yield one, other


def knows_a_block(redis: RedisServer) -> bool:
    """Tell whether the server has heard that the exchange does not listen."""
    store = RedisStore(patient(redis))
    try:
        with redis.client() as seen:
            names = [name.decode() for name in seen.scan_iter()]
        return any(store.exchange(name, report("witness"))["closed"] > 0 for name in names)
    finally:
        store.close()


class TestSharing:
    def test_processes_have_one_limit(self, server: Arrivals, redis: RedisServer) -> None:
        with client(server, patient(redis), timeout=30) as one:
            as_another_process()
            with client(server, patient(redis), timeout=30) as other:
                came = [cancelled(bingx) for bingx in (one, other, one, other, one)]
                late = [cancelled(bingx.with_options(timeout=0.4)) for bingx in (other, one, other)]
        assert all(isinstance(each, Order) for each in came)
        # Where the store is slow, the time is up before it is known how long the wait would be.
        assert all(isinstance(each, RateLimited | NotSent) for each in late)
        assert len(server.moments) == 5

    def test_both_get_their_permits_and_no_second_holds_too_many(
        self, server: Arrivals, pair: tuple[BingxSpot, BingxSpot]
    ) -> None:
        with cancelling(*pair) as stop:
            while len(server.moments) < 16:
                time.sleep(0.01)
            came = stop()
        assert all(isinstance(each, Order) for each in came)
        assert server.fullest_second() <= 5

    def test_those_who_await_share_too(self, server: Arrivals, redis: RedisServer) -> None:
        async def cancel(count: int) -> None:
            keys = Credentials("sample-api-key-of-a-user", "sample-secret")
            options = {"environment": server.server.url, "limits": redis.url, "timeout": 30.0}
            async with AsyncBingxSpot(keys, **options) as other:
                await asyncio.gather(*(other.cancel_order(SYMBOL, order_id=ORDER_ID) for _ in range(count)))

        with client(server, redis.url, timeout=30) as one:
            assert isinstance(cancelled(one), Order)
            as_another_process()
            asyncio.run(cancel(7))
        assert len(server.moments) == 8
        assert server.fullest_second() <= 5

    def test_a_cancelled_task_gives_its_place_back(self, server: Arrivals, redis: RedisServer) -> None:
        async def play() -> None:
            keys = Credentials("sample-api-key-of-a-user", "sample-secret")
            options = {"environment": server.server.url, "limits": redis.url, "timeout": 30.0}
            async with AsyncBingxSpot(keys, **options) as bingx:
                calls = [
                    asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID)) for _ in range(30)
                ]
                await asyncio.gather(*calls[:5])
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
                await bingx.with_options(timeout=4).cancel_order(SYMBOL, order_id=ORDER_ID)

        asyncio.run(play())
        assert server.fullest_second() <= 5

    def test_a_block_holds_for_all(self, server: Arrivals, redis: RedisServer) -> None:
        server.server.answer = lambda _: http('{"code": 100410, "msg": "rate limited"}')
        with client(server, patient(redis), timeout=30) as one:
            assert isinstance(cancelled(one), RateLimited)
            # It is told to others, but nobody waits for that.
            until(lambda: knows_a_block(redis))
            as_another_process()
            with client(server, patient(redis), timeout=30) as other:
                assert isinstance(cancelled(other), RateLimited)
        assert len(server.server.requests) == 1

    def test_another_store_in_the_same_process_is_refused(self, server: Arrivals, redis: RedisServer) -> None:
        with client(server, redis.url), pytest.raises(InvalidInput, match="another store"):
            client(server, f"{redis.url}?db=1")

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
    def test_a_fork_is_another_process(self, server: Arrivals, redis: RedisServer) -> None:
        with client(server, redis.url, timeout=30) as bingx:
            assert isinstance(cancelled(bingx), Order)
            child = os.fork()
            if child == 0:
                # Straight out, for what else pytest would do here is its own.
                os._exit(sum(not isinstance(cancelled(bingx), Order) for _ in range(6)))
            came = [cancelled(bingx) for _ in range(6)]
            assert os.waitpid(child, 0)[1] == 0
        assert all(isinstance(each, Order) for each in came)
        assert len(server.moments) == 13
        assert server.fullest_second() <= 5

    def test_a_program_that_ends_tells_what_it_knows(self, server: Arrivals, redis: RedisServer) -> None:
        program = (
            "import sys; from tests.unit.shared_limits.calling import *;"
            "bingx = client(Arrivals(ScriptedServer(sys.argv[1], None)), sys.argv[2], timeout=30);"
            "[cancelled(bingx) for _ in range(5)]"
        )
        subprocess.run([sys.executable, "-c", program, server.server.url, redis.url], check=True)
        assert len(server.moments) == 5
        # Otherwise they would be counted for six seconds, as those of a process that was killed.
        with client(server, redis.url, timeout=3) as bingx:
            assert isinstance(cancelled(bingx), Order)


class TestSecrets:
    def test_no_name_and_no_value_holds_the_key(
        self, pair: tuple[BingxSpot, BingxSpot], redis: RedisServer
    ) -> None:
        for bingx in pair:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        with redis.client() as seen:
            names = list(seen.scan_iter())
            assert len(names) == 1
            held = names + [seen.get(name) for name in names]
        for secret in (b"sample-api-key-of-a-user", b"sample-secret", b"127.0.0.1"):
            assert not any(secret in each for each in held)

    def test_the_server_s_password_shows_nowhere(self, caplog: pytest.LogCaptureFixture) -> None:
        url = "redis://user:planted-password@127.0.0.1:1/0"
        keys = Credentials("key", "secret")
        with caplog.at_level(logging.DEBUG), BingxSpot(keys, environment="sandbox", limits=url) as bingx:
            shown = [repr(bingx), repr(bingx._settings), str(vars(bingx))]
            store = RedisStore(url)
            with pytest.raises(StoreError) as problem:
                store.exchange("name", report("p"))
            shown += [repr(store), repr(problem.value), str(problem.value), str(problem.value.__context__)]
        assert "planted-password" not in "\n".join([*shown, caplog.text])
        with pytest.raises(InvalidInput) as refused:
            BingxSpot(keys, limits="redis//user:planted-password@host")
        assert "planted-password" not in str(refused.value)


class TestOutage:
    def test_redis_stops_and_starts_again_with_cancels_under_way(
        self,
        server: Arrivals,
        redis: RedisServer,
        pair: tuple[BingxSpot, BingxSpot],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with caplog.at_level(logging.WARNING, "bingx_spot"), cancelling(*pair) as stop:
            until(lambda: len(server.moments) >= 8)
            redis.stop()
            alone = len(server.moments)
            until(lambda: caplog.text.count(GONE) == 2 and len(server.moments) >= alone + 8)
            redis.start()
            until(lambda: caplog.text.count(BACK) == 2)
            together = len(server.moments)
            until(lambda: len(server.moments) >= together + 15)
            came = stop()
        # Nothing was lost to it, and nothing refused by the exchange would have been.
        assert all(isinstance(each, Order) for each in came)
        assert len(came) == len(server.moments)
        assert server.fullest_second() <= 5
        assert (caplog.text.count(GONE), caplog.text.count(BACK)) == (2, 2)

    def test_redis_is_held_up_and_goes_on(
        self,
        server: Arrivals,
        redis: RedisServer,
        pair: tuple[BingxSpot, BingxSpot],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with caplog.at_level(logging.WARNING, "bingx_spot"), cancelling(*pair) as stop:
            until(lambda: len(server.moments) >= 8)
            redis.freeze()
            until(lambda: caplog.text.count(GONE) == 2)
            alone = len(server.moments)
            until(lambda: len(server.moments) >= alone + 3)
            redis.thaw()
            until(lambda: caplog.text.count(BACK) == 2)
            together = len(server.moments)
            until(lambda: len(server.moments) >= together + 12)
            came = stop()
        assert all(isinstance(each, Order) for each in came)
        assert server.fullest_second() <= 5

    def test_it_loses_what_it_knew_and_nobody_notices(
        self, server: Arrivals, redis: RedisServer, pair: tuple[BingxSpot, BingxSpot]
    ) -> None:
        with cancelling(*pair) as stop, redis.client() as seen:
            for count in (6, 9, 13):
                until(lambda: len(server.moments) >= count)  # noqa: B023 - it is called at once
                seen.flushall()
            until(lambda: len(server.moments) >= 17)
            came = stop()
        assert all(isinstance(each, Order) for each in came)
        assert server.fullest_second() <= 5

    def test_one_that_was_never_there_is_done_without(
        self, server: Arrivals, caplog: pytest.LogCaptureFixture
    ) -> None:
        with client(server, "unix:///nowhere/redis.sock", timeout=10) as bingx:
            assert all(isinstance(cancelled(bingx), Order) for _ in range(6))
        assert caplog.text.count(GONE) == 1
        assert "it cannot be reached" in caplog.text

    def test_one_that_asks_for_a_password_is_done_without(
        self, server: Arrivals, redis: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        with redis.client() as admin:
            admin.config_set("requirepass", "another")
        with client(server, redis.url, timeout=10) as bingx:
            assert isinstance(cancelled(bingx), Order)
        assert "does not accept the user or the password" in caplog.text

    def test_one_that_holds_something_else_is_done_without(
        self, server: Arrivals, redis: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        with client(server, redis.url, timeout=10) as bingx:
            assert isinstance(cancelled(bingx), Order)
            with redis.client() as seen:
                (name,) = seen.scan_iter()
                seen.delete(name)
                seen.lpush(name, "not ours")
            assert isinstance(cancelled(bingx), Order)
        assert GONE in caplog.text

    def test_its_scripts_may_be_forgotten(self, server: Arrivals, redis: RedisServer) -> None:
        with client(server, redis.url, timeout=10) as bingx, redis.client() as seen:
            assert isinstance(cancelled(bingx), Order)
            seen.script_flush()
            assert isinstance(cancelled(bingx), Order)
