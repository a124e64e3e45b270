"""The rate limiter over a real socket, in threads and in tasks."""

import asyncio
import gc
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace

import anyio
import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, CallError, Credentials, Order, RateLimited
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import run
from bingx_spot.limits.rate_limiter import IpLimits, LocalRateLimiter
from bingx_spot.shared_limits import options as accounts
from bingx_spot_api.contract import BY_ID
from tests.e2e.outcome.calls import refused_port
from tests.support.samples import BY_ORDER_ID, ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking, success
from tests.support.scripted_server import ScriptedServer, http, scripted_server

#: A timeout that is up before a limit that is used up has a permit again, and otherwise ample, in seconds.
BEFORE_THE_NEXT = 0.9


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(SUCCESS) as server:
        yield server


def cancelled(bingx: BingxSpot) -> Order | CallError:
    try:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    except CallError as error:
        return error


def arrivals(server: ScriptedServer) -> list[float]:
    """Let the server record when requests arrive, in seconds."""
    moments: list[float] = []

    def answer(_: bytes) -> bytes:
        moments.append(time.monotonic())
        return SUCCESS

    server.answer = answer
    return moments


@pytest.fixture
def standing(server: ScriptedServer) -> Iterator[None]:
    """Stop the limiter's clock for this server, so that no permit becomes free in a slow test."""
    address = accounts._ip_limits[server.url] = IpLimits(lambda: 0.0)
    yield
    assert address._windows, "no call has used it"


def cancelled_in_bulk(bingx: BingxSpot) -> None:
    """Cancel as a bulk run does."""
    run(resolve(replace(bingx._context, bulk=True), BY_ORDER_ID), bingx._engine)


def test_the_sixth_request_within_a_second_waits(server: ScriptedServer) -> None:
    with blocking(server.url, limits=LocalRateLimiter()) as bingx:
        begin = time.monotonic()
        for _ in range(6):
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        assert time.monotonic() - begin >= 1.0
        assert len(server.requests) == 6


def test_a_permit_after_the_deadline_is_raised_at_once(server: ScriptedServer) -> None:
    with blocking(server.url, limits=LocalRateLimiter(lambda: 0.0), timeout=BEFORE_THE_NEXT) as bingx:
        for _ in range(5):
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        now = time.time_ns() // 1_000_000
        with pytest.raises(RateLimited, match=r"a permit for cancelOrder comes in 1\.0 s") as late:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        assert late.value.retry_at is not None
        assert now + 1000 <= late.value.retry_at <= time.time_ns() // 1_000_000 + 1000
        assert len(server.requests) == 5


class TestSharing:
    """Clients of one process that use the same key."""

    @pytest.mark.usefixtures("standing")
    def test_two_clients_have_one_limit(self, server: ScriptedServer) -> None:
        with (
            blocking(server.url, limits=None, timeout=BEFORE_THE_NEXT) as one,
            blocking(server.url, limits=None, timeout=BEFORE_THE_NEXT) as other,
        ):
            result = [cancelled(bingx) for bingx in [one, other] * 4]
        assert [isinstance(each, Order) for each in result] == [True] * 5 + [False] * 3

    def test_sync_and_async_clients_have_one_limit(self, server: ScriptedServer) -> None:
        arrived = arrivals(server)

        async def cancel() -> Order:
            async with awaiting(server.url, limits=None, timeout=5.0) as other:
                return await other.cancel_order(SYMBOL, order_id=ORDER_ID)

        with blocking(server.url, limits=None, timeout=5.0) as one:
            for _ in range(5):
                one.cancel_order(SYMBOL, order_id=ORDER_ID)
            asyncio.run(cancel())
        assert arrived[5] - arrived[0] >= 1.0

    @pytest.mark.usefixtures("standing")
    def test_derived_clients_and_the_generated_client_have_the_same_limit(
        self, server: ScriptedServer
    ) -> None:
        with blocking(server.url, limits=None, timeout=BEFORE_THE_NEXT) as bingx:
            for _ in range(5):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert isinstance(cancelled(bingx.with_options(placement="query")), RateLimited)
            with pytest.raises(RateLimited):
                bingx.api.get_httpx_client().post(
                    "/openApi/spot/v1/trade/cancel", json={"symbol": SYMBOL, "orderId": ORDER_ID}
                )

    def test_a_ban_holds_for_both(self, server: ScriptedServer) -> None:
        server.answer = lambda _: http('{"code": 100410, "msg": "rate limited"}')
        with (
            blocking(server.url, limits=None) as one,
            blocking(server.url, limits="off") as other,
        ):
            assert isinstance(cancelled(one), RateLimited)
            assert len(server.requests) == 1
            assert isinstance(cancelled(other), RateLimited)
            assert len(server.requests) == 1

    @pytest.mark.usefixtures("standing")
    def test_another_key_has_its_own_limit(self, server: ScriptedServer) -> None:
        own = {"limits": None, "timeout": BEFORE_THE_NEXT}
        with blocking(server.url, **own) as one:
            for _ in range(5):
                one.cancel_order(SYMBOL, order_id=ORDER_ID)
            with blocking(server.url, **own, api_key="another-key") as other:
                assert isinstance(cancelled(other), Order)

    def test_the_state_of_a_key_ends_with_its_last_client(self, server: ScriptedServer) -> None:
        with blocking(server.url, limits=None) as bingx:
            assert len(accounts._accounts) == 1
        del bingx
        gc.collect()
        assert len(accounts._accounts) == 0


class TestPriority:
    def test_a_single_call_overtakes_those_of_a_bulk_run(self, server: ScriptedServer) -> None:
        with (
            blocking(server.url, limits=LocalRateLimiter(), timeout=20.0) as bingx,
            ThreadPoolExecutor(15) as threads,
        ):
            many = [threads.submit(cancelled_in_bulk, bingx) for _ in range(15)]
            while len(server.requests) < 4:
                time.sleep(0.001)
            server.answer = lambda _: http(success(orderId=7))
            bingx.cancel_order(SYMBOL, order_id=7)
            server.answer = lambda _: SUCCESS
            single = next(number for number, each in enumerate(server.requests) if b'"orderId":7' in each)
            # At the end of the queue it would have been the sixteenth.
            assert single < 12
            assert not [each for each in wait(many).done if each.exception()]

    @pytest.mark.slow
    def test_it_waits_for_no_more_than_one_permit(self) -> None:
        with Sandbox(orders=0) as sandbox:
            orders = [int(order["orderId"]) for order in sandbox.place_orders(40, SYMBOL)]
            singles = [int(order["orderId"]) for order in sandbox.place_orders(5, SYMBOL)]
            keys = Credentials(sandbox.api_key, sandbox.api_secret)
            overtaking: list[int] = []
            with BingxSpot(keys, environment=sandbox.url, timeout=60) as bingx:
                results = bingx.cancel_orders((SYMBOL, order_id) for order_id in orders)
                for number, result in enumerate(results):
                    assert result.cancelled
                    if number % 7 == 6:
                        single, before = singles[number // 7], len(sandbox.requests())
                        bingx.cancel_order(SYMBOL, order_id=single)
                        arrived = [request["parameters"]["orderId"] for request in sandbox.requests()]
                        overtaking.append(arrived.index(str(single)) - before)
            assert set(sandbox.refused_by_limits().values()) == {0}
        # In the queue there were a dozen before it. Each may have met one that was on its way.
        assert len(overtaking) == 5
        assert min(overtaking) <= 1


class TestReleasing:
    def test_cancelled_tasks_leave_the_queue(self, server: ScriptedServer) -> None:
        def cancelling(bingx: AsyncBingxSpot) -> "asyncio.Task[Order]":
            return asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID))

        async def play() -> Order:
            async with awaiting(server.url, limits=LocalRateLimiter(), timeout=60.0) as bingx:
                calls = [cancelling(bingx) for _ in range(40)]
                await asyncio.gather(*calls[:5])
                for call in calls:
                    call.cancel()
                await asyncio.gather(*calls, return_exceptions=True)
                # Behind the others a permit would come in seven seconds.
                return await bingx.with_options(timeout=3.0).cancel_order(SYMBOL, order_id=ORDER_ID)

        assert asyncio.run(play()).order_id == ORDER_ID

    def test_a_call_that_never_connected_costs_no_permit(self, server: ScriptedServer) -> None:
        limits = LocalRateLimiter(lambda: 0.0)
        with refused_port() as url, blocking(url, limits=limits, timeout=0.3) as nowhere:
            for _ in range(4):
                assert isinstance(cancelled(nowhere), CallError)
        with blocking(server.url, limits=limits, timeout=BEFORE_THE_NEXT) as bingx:
            assert all(isinstance(cancelled(bingx), Order) for _ in range(5))


@pytest.mark.slow
class TestManyCallers:
    def test_threads_and_tasks_stay_within_one_limit(self, server: ScriptedServer) -> None:
        arrived, limits = arrivals(server), LocalRateLimiter()

        async def await_all() -> None:
            async with awaiting(server.url, limits=limits, timeout=20.0) as bingx:
                await asyncio.gather(*(bingx.cancel_order(SYMBOL, order_id=ORDER_ID) for _ in range(8)))

        with blocking(server.url, limits=limits, timeout=20.0) as bingx, ThreadPoolExecutor(8) as threads:
            tasks = threading.Thread(target=lambda: asyncio.run(await_all()))
            tasks.start()
            result = list(threads.map(lambda _: cancelled(bingx), range(8)))
            tasks.join()
        assert all(isinstance(each, Order) for each in result)
        assert len(arrived) == 16
        arrived.sort()
        assert all(later - earlier >= 1.0 for earlier, later in zip(arrived, arrived[5:], strict=False))


class TestServerHints:
    @pytest.mark.parametrize("client_kind", ["sync", "async"])
    def test_the_headers_are_believed(self, server: ScriptedServer, client_kind: str) -> None:
        def answer(_: bytes) -> bytes:
            end = time.time_ns() // 1_000_000 + 950
            left = f"X-RateLimit-Requests-Remain: 0\r\nX-RateLimit-Requests-Expire: {end}"
            return http(success(), headers=left)

        server.answer = answer
        begin = time.monotonic()
        if client_kind == "sync":
            with blocking(server.url, limits=LocalRateLimiter(), timeout=9.0) as bingx:
                for _ in range(2):
                    bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        else:

            async def cancel() -> None:
                async with awaiting(server.url, limits=LocalRateLimiter(), timeout=9.0) as other:
                    for _ in range(2):
                        await other.cancel_order(SYMBOL, order_id=ORDER_ID)

            asyncio.run(cancel())
        # By our own count four more requests could be sent at once.
        assert time.monotonic() - begin >= 0.9


class TestTrio:
    def test_a_task_wakes_as_soon_as_a_permit_is_released(self, server: ScriptedServer) -> None:
        limits = LocalRateLimiter()
        held = [limits.reserve(BY_ID["cancelOrder"]) for _ in range(5)]
        assert [reservation.seconds_until_ready(0.0) for reservation in held] == [0.0] * 5

        async def cancel() -> Order:
            transport = httpx.AsyncHTTPTransport()
            async with awaiting(server.url, limits=limits, timeout=30.0, transport=transport) as bingx:
                return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

        async def play() -> None:
            # From another thread, as with a response to a blocking client.
            timer = threading.Timer(0.1, held[0].release)
            timer.start()
            # Without that, the permit would come after six seconds.
            with anyio.fail_after(4):
                assert (await cancel()).order_id == ORDER_ID
            timer.join()

        anyio.run(play, backend="trio")
        for reservation in held[1:]:
            reservation.release()
