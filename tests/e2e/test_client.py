"""The clients as people use them, against the sandbox."""

import traceback
from concurrent.futures import ThreadPoolExecutor

import anyio
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import (
    AsyncBingxSpot,
    AuthenticationError,
    BingxSpot,
    CancelRestriction,
    Credentials,
    InvalidInput,
    NotSent,
    OrderNotOpen,
    OutcomeUnknown,
    RequestRejected,
)
from tests.support.patience import patiently
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.sandboxes import keys, options
from tests.support.scripted_server import http, scripted_server

PATH = "/openApi/spot/v1/trade/cancel"


def status_of(sandbox: Sandbox, order_id: int) -> str:
    return next(order["status"] for order in sandbox.orders() if order["orderId"] == order_id)


class TestCancelOrder:
    @pytest.mark.parametrize("placement", ["auto", "json", "query", "form"])
    def test_cancels_by_order_id(self, sandbox, placement):
        placed = sandbox.place_order(SYMBOL, price="50000", origQty="0.5")
        with BingxSpot(keys(sandbox), **options(sandbox, placement=placement)) as bingx:
            order = bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
        assert (order.order_id, order.status, str(order.executed_qty)) == (placed["orderId"], "CANCELED", "0")
        assert status_of(sandbox, placed["orderId"]) == "CANCELED"

    @pytest.mark.anyio
    @pytest.mark.parametrize("placement", ["auto", "json", "query", "form"])
    async def test_cancels_by_order_id_awaiting(self, sandbox, placement):
        placed = sandbox.place_order(SYMBOL)
        async with AsyncBingxSpot(keys(sandbox), **options(sandbox, placement=placement)) as bingx:
            order = await bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
        assert (order.order_id, order.status) == (placed["orderId"], "CANCELED")

    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_takes_every_parameter_and_a_symbol_beyond_ascii(self, sandbox, placement):
        placed = sandbox.place_order("MØTH-USDT", clientOrderID="my-bot_0.1")
        with BingxSpot(keys(sandbox), **options(sandbox, placement=placement)) as bingx:
            order = bingx.cancel_order(
                "MØTH-USDT",
                client_order_id="my-bot_0.1",
                cancel_restrictions=CancelRestriction.NEW,
                recv_window=4999.5,
            )
        assert (order.order_id, order.symbol) == (placed["orderId"], "MØTH-USDT")
        assert order.client_order_id == "my-bot_0.1"

    @pytest.mark.parametrize("status", ["NEW", "PENDING"])
    def test_cancels_only_what_the_restriction_names(self, sandbox, status):
        placed = sandbox.place_order(SYMBOL, status=status)
        with BingxSpot(keys(sandbox), **options(sandbox)) as bingx, pytest.raises(RequestRejected):
            bingx.cancel_order(SYMBOL, order_id=placed["orderId"], cancel_restrictions="PARTIALLY_FILLED")
        assert status_of(sandbox, placed["orderId"]) == status

    def test_a_second_time_says_that_it_is_not_open(self, sandbox):
        placed = sandbox.place_order(SYMBOL)
        with BingxSpot(keys(sandbox), **options(sandbox)) as bingx:
            bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
            with pytest.raises(OrderNotOpen) as refusal:
                bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
        assert refusal.value.code == 100404
        assert "FILLED or CANCELLED already" in refusal.value.message

    def test_with_a_wrong_secret_is_refused(self, sandbox):
        placed = sandbox.place_order(SYMBOL)
        with (
            BingxSpot(Credentials(sandbox.api_key, "wrong"), **options(sandbox)) as bingx,
            pytest.raises(AuthenticationError) as refusal,
        ):
            bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
        assert refusal.value.code == 100001
        assert status_of(sandbox, placed["orderId"]) == "NEW"

    def test_where_placements_differ_the_error_names_the_setting(self):
        with Sandbox(limits="off", placements=["query"]) as sandbox:
            placed = sandbox.place_order(SYMBOL)
            with BingxSpot(keys(sandbox), **options(sandbox, placement="json")) as bingx:
                with pytest.raises(AuthenticationError, match="placement") as refusal:
                    bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
                assert refusal.value.code == 100412
                by_query = bingx.with_options(placement="query")
                assert by_query.cancel_order(SYMBOL, order_id=placed["orderId"]).status == "CANCELED"

    def test_sends_nothing_where_a_parameter_is_refused(self, sandbox):
        with BingxSpot(keys(sandbox), **options(sandbox)) as bingx:
            for wrong in ({}, {"order_id": 0}, {"order_id": 1, "client_order_id": "a"}):
                with pytest.raises(InvalidInput):
                    bingx.cancel_order(SYMBOL, **wrong)
        assert sandbox.requests() == []

    def test_reads_the_environment(self, sandbox, monkeypatch):
        placed = sandbox.place_order(SYMBOL)
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        monkeypatch.setenv("BINGX_ENV", sandbox.url)
        with BingxSpot.from_env() as bingx:
            assert bingx.cancel_order(SYMBOL, order_id=placed["orderId"]).status == "CANCELED"


class TestManyAtOnce:
    def test_threads_on_one_client(self, sandbox):
        placed = [sandbox.place_order(SYMBOL)["orderId"] for _ in range(60)]
        with BingxSpot(keys(sandbox), **options(sandbox)) as bingx, ThreadPoolExecutor(20) as pool:
            orders = list(pool.map(lambda order_id: bingx.cancel_order(SYMBOL, order_id=order_id), placed))
        assert [order.order_id for order in orders] == placed
        assert {order["status"] for order in sandbox.orders()} == {"CANCELED"}

    @pytest.mark.anyio
    async def test_tasks_on_one_client(self, sandbox):
        placed = [sandbox.place_order(SYMBOL)["orderId"] for _ in range(60)]
        cancelled: dict[int, int] = {}

        async def cancel(order_id: int) -> None:
            cancelled[order_id] = (await bingx.cancel_order(SYMBOL, order_id=order_id)).order_id

        async with (
            AsyncBingxSpot(keys(sandbox), **options(sandbox)) as bingx,
            anyio.create_task_group() as tasks,
        ):
            for order_id in placed:
                tasks.start_soon(cancel, order_id)
        assert cancelled == {order_id: order_id for order_id in placed}

    def test_a_blocking_client_from_within_an_event_loop(self, sandbox):
        placed = sandbox.place_order(SYMBOL)

        async def cancel() -> str:
            with BingxSpot(keys(sandbox), **options(sandbox)) as bingx:
                order = await anyio.to_thread.run_sync(
                    lambda: bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
                )
            return str(order.status)

        assert anyio.run(cancel) == "CANCELED"

    @pytest.mark.anyio
    async def test_a_task_that_is_cancelled_leaves_the_client_usable(self):
        answers = iter([b"", SUCCESS])
        with scripted_server(lambda _: next(answers)) as server:
            async with awaiting(server.url) as bingx:
                with anyio.move_on_after(0.2) as scope:
                    await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                assert scope.cancelled_caught
                assert (await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)).order_id == ORDER_ID


class TestErrors:
    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_have_request_and_response_without_the_secrets(self, placement):
        answer = http('{"code":100400,"msg":"invalid parameter: symbol","debugMsg":""}')
        with (
            scripted_server(answer) as server,
            blocking(server.url, placement=placement) as bingx,
            pytest.raises(RequestRejected) as refusal,
        ):
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID, recv_window=5000)
        error = refusal.value
        assert (error.code, error.message, error.http_status) == (100400, "invalid parameter: symbol", 200)
        request = error.request
        assert (request.method, request.url, request.placement) == ("POST", f"{server.url}{PATH}", placement)
        assert request.headers["X-BX-APIKEY"] == "***"
        assert request.parameters["signature"] == "***"
        assert request.parameters["orderId"] == ORDER_ID
        assert {"symbol", "recvWindow", "timestamp"} <= request.parameters.keys()

    def test_its_traceback_has_three_frames_of_the_package(self, cancel):
        answer = http('{"code":100413,"msg":"Incorrect apiKey"}')
        with scripted_server(answer) as server, pytest.raises(AuthenticationError) as failed:
            cancel(server.url)
        frames = traceback.extract_tb(failed.value.__traceback__)
        names = [frame.name.removeprefix("asyncio_").removeprefix("sync_") for frame in frames]
        assert names[-3:] == ["cancel_order", "detailed", "request"]

    def test_cannot_be_changed(self):
        with (
            scripted_server(http("{}")) as server,
            blocking(server.url) as bingx,
            pytest.raises(OutcomeUnknown) as failed,
        ):
            patiently(
                lambda timeout: bingx.with_options(timeout=timeout).cancel_order(SYMBOL, order_id=ORDER_ID),
                0.5,
            )
        with pytest.raises(TypeError):
            failed.value.request.parameters["orderId"] = 1
        with pytest.raises(TypeError):
            failed.value.request.headers["X-BX-APIKEY"] = "key"


@pytest.mark.parametrize("kind", [BingxSpot, AsyncBingxSpot])
def test_a_client_shows_where_it_goes_and_nothing_secret(kind):
    client = kind(Credentials("planted-key", "planted-secret"), environment="vst")
    assert repr(client) == f"{kind.__name__}(environment='vst')"


def test_a_client_can_be_closed_twice_and_by_hand():
    bingx = blocking("http://127.0.0.1:1")
    bingx.close()
    bingx.close()
    with pytest.raises(NotSent, match="client is closed"):
        bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
