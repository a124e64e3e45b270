"""The generated client by itself: it signs what the contract has, and sends nothing else anywhere."""

import json
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import (
    Clock,
    Credentials,
    InvalidInput,
    NotSent,
    OrderNotFound,
    OutcomeUnknown,
    generated_client,
)
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.client import AuthenticatedClient
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from bingx_spot_api.models.cancel_restriction import CancelRestriction as GeneratedRestriction
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, Unlimited, blocking, success
from tests.support.sandboxes import keys, options
from tests.support.scripted_server import http, scripted_server

PATH = "/openApi/spot/v1/trade/cancel"
NOON = 1696751141337


def body(order_id: int, **more: Any) -> CancelOrderRequest:
    return CancelOrderRequest(symbol=SYMBOL, order_id=order_id, **more)


class TestGeneratedClient:
    def client(self, sandbox: Sandbox, **more: Any) -> AuthenticatedClient:
        return generated_client(keys(sandbox), **options(sandbox, **more))

    def test_sync_and_sync_detailed(self, sandbox):
        first, second = (sandbox.place_order(SYMBOL)["orderId"] for _ in range(2))
        with self.client(sandbox) as client:
            answer = cancel_order.sync(client=client, body=body(first))
            response = cancel_order.sync_detailed(client=client, body=body(second))
        assert (answer.code, answer.data.order_id, answer.data.status) == (0, first, "CANCELED")
        assert (response.status_code, response.parsed.data.order_id) == (200, second)
        assert json.loads(response.content)["data"]["orderId"] == second

    @pytest.mark.anyio
    async def test_asyncio_and_asyncio_detailed(self, sandbox):
        first, second = (sandbox.place_order(SYMBOL)["orderId"] for _ in range(2))
        async with self.client(sandbox) as client:
            answer = await cancel_order.asyncio(client=client, body=body(first))
            response = await cancel_order.asyncio_detailed(client=client, body=body(second))
        assert (answer.data.order_id, response.parsed.data.order_id) == (first, second)

    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_signs_in_every_placement(self, sandbox, placement):
        placed = sandbox.place_order(SYMBOL)["orderId"]
        more = {"cancel_restrictions": GeneratedRestriction.NEW, "recv_window": 5000.5}
        with self.client(sandbox, placement=placement) as client:
            assert cancel_order.sync(client=client, body=body(placed, **more)).data.order_id == placed

    def test_takes_the_credentials_of_the_environment(self, sandbox, monkeypatch):
        placed = sandbox.place_order(SYMBOL)["orderId"]
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        monkeypatch.setenv("BINGX_ENV", sandbox.url)
        with generated_client() as client:
            assert cancel_order.sync(client=client, body=body(placed)).data.order_id == placed

    @pytest.mark.parametrize("entered", [False, True])
    def test_signs_after_with_timeout_with_headers_and_with_cookies(self, sandbox, entered):
        placed = sandbox.place_order(SYMBOL)["orderId"]
        client = self.client(sandbox)
        if entered:
            client.get_httpx_client()
        changed = client.with_timeout(httpx.Timeout(5)).with_headers({"X-Tag": "a"}).with_cookies({"a": "b"})
        with changed:
            assert cancel_order.sync(client=changed, body=body(placed)).data.order_id == placed

    def test_a_header_that_is_not_ascii_spoils_no_success(self):
        with (
            scripted_server(http(success(), headers="X-Cache: Zürich")) as server,
            generated_client(Credentials("k", "s"), environment=server.url, limits=Unlimited()) as client,
        ):
            response = cancel_order.sync_detailed(client=client, body=body(ORDER_ID))
        assert response.parsed.data.status == "CANCELED"
        assert response.headers["x-cache"].encode("latin-1").decode() == "Zürich"

    def test_with_timeout_says_how_long_a_call_may_take(self):
        with scripted_server(b"") as server:
            client = generated_client(
                Credentials("k", "s"), environment=server.url, limits=Unlimited(), timeout=30
            )
            with (
                client.with_timeout(httpx.Timeout(0.2)) as hasty,
                pytest.raises(OutcomeUnknown, match=r"(?i)no complete response within 0\.[01]"),
            ):
                cancel_order.sync(client=hasty, body=body(ORDER_ID))

    def test_ends_its_connections_with_its_block(self, sandbox):
        with self.client(sandbox) as client:
            pass
        with pytest.raises((NotSent, RuntimeError), match="closed"):
            cancel_order.sync(client=client, body=body(ORDER_ID))

    def test_of_a_facade_shares_its_connections_and_leaves_them_open(self):
        with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
            with bingx.api as client:
                cancel_order.sync(client=client, body=body(ORDER_ID))
            cancelled = bingx.with_options(timeout=3).cancel_order(SYMBOL, order_id=ORDER_ID)
            assert cancelled.order_id == ORDER_ID
            assert len(server.connections) == 1

    @pytest.mark.usefixtures("_visible_at_once")
    def test_lets_only_believed_successes_through(self, sandbox):
        with self.client(sandbox) as client, pytest.raises(OrderNotFound):
            cancel_order.sync(client=client, body=body(1))

    @pytest.mark.parametrize(
        "named",
        [{}, {"order_id": 1, "client_order_id": "a"}],
        ids=["no id", "both ids"],
    )
    def test_wants_exactly_one_id_too(self, sandbox, named):
        with self.client(sandbox) as client, pytest.raises(InvalidInput) as refusal:
            cancel_order.sync(client=client, body=CancelOrderRequest(symbol=SYMBOL, **named))
        assert refusal.value.field == "orderId or clientOrderID"
        assert sandbox.requests() == []

    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_replaces_a_timestamp_and_a_signature_that_are_given(self, placement):
        request = body(ORDER_ID)
        request["timestamp"] = 1
        request["signature"] = "forged"
        with scripted_server(SUCCESS) as server:
            clock = Clock(lambda: NOON * 1_000_000, lambda: 0)
            given: Any = {"environment": server.url, "placement": placement, "clock": clock}
            with generated_client(Credentials("k", "s"), **given) as client:
                cancel_order.sync(client=client, body=request)
        sent = server.requests[0].decode()
        assert "forged" not in sent
        assert (sent.count("signature"), sent.count("timestamp"), sent.count(str(NOON))) == (1, 1, 1)

    def test_shows_neither_key_nor_secret(self, sandbox):
        with self.client(sandbox) as client:
            assert sandbox.api_key not in repr(client)
            assert sandbox.api_secret not in repr(client)
            assert sandbox.api_key not in str(client.get_httpx_client().headers)


class TestOnlyTheOwnOrigin:
    def test_a_request_elsewhere_is_refused_and_not_sent(self):
        with scripted_server(SUCCESS) as own, scripted_server(SUCCESS) as other:
            with generated_client(Credentials("k", "s"), environment=own.url) as client:
                for url in (f"{other.url}/", f"{other.url}{PATH}", own.url.replace("http:", "https:") + PATH):
                    with pytest.raises(InvalidInput) as refusal:
                        client.get_httpx_client().post(url, json={"symbol": SYMBOL, "orderId": 1})
                    assert refusal.value.field == "url"
            assert (own.requests, other.requests) == ([], [])

    @pytest.mark.anyio
    async def test_a_request_elsewhere_is_refused_awaiting_too(self):
        with scripted_server(SUCCESS) as own, scripted_server(SUCCESS) as other:
            async with generated_client(Credentials("k", "s"), environment=own.url) as client:
                with pytest.raises(InvalidInput, match="goes to"):
                    await client.get_async_httpx_client().get(f"{other.url}/")
            assert (own.requests, other.requests) == ([], [])

    @pytest.mark.parametrize(
        ("method", "path"), [("GET", PATH), ("POST", "/openApi/spot/v1/trade/order"), ("POST", f"{PATH}/")]
    )
    def test_a_request_that_is_not_in_the_contract_is_refused(self, method, path):
        with scripted_server(SUCCESS) as server:
            with (
                generated_client(Credentials("k", "s"), environment=server.url) as client,
                pytest.raises(InvalidInput, match="is no operation of the contract"),
            ):
                client.get_httpx_client().request(method, path)
            assert server.requests == []

    @pytest.mark.parametrize(
        ("request_parts", "field"),
        [
            ({"content": b"not json", "headers": {"Content-Type": "application/json"}}, "body"),
            ({"json": [1]}, "body"),
            ({"params": {"symbol": SYMBOL}, "json": {"symbol": SYMBOL, "orderId": 1}}, "parameters"),
            ({"json": {"symbol": SYMBOL, "orderId": None}}, "orderId"),
            ({"json": {"symbol": "A&orderId=2", "orderId": 1}}, "symbol"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_a_request_that_cannot_be_signed_is_refused(self, request_parts, field):
        with scripted_server(SUCCESS) as server:
            with (
                generated_client(Credentials("k", "s"), environment=server.url, limits=Unlimited()) as client,
                pytest.raises(InvalidInput) as refusal,
            ):
                client.get_httpx_client().post(PATH, **request_parts)
            assert server.requests == []
        assert refusal.value.field == field

    @pytest.mark.parametrize("where", ["params", "data", "json"])
    def test_parameters_may_be_written_in_any_place_and_leave_where_the_setting_says(self, where):
        with (
            scripted_server(SUCCESS) as server,
            generated_client(
                Credentials("k", "s"), environment=server.url, limits=Unlimited(), placement="form"
            ) as client,
        ):
            parts: Any = {where: {"symbol": SYMBOL, "orderId": ORDER_ID}}
            client.get_httpx_client().post(PATH, **parts)
        content = server.requests[0].partition(b"\r\n\r\n")[2].decode()
        assert dict(parse_qsl(content))["orderId"] == str(ORDER_ID)
