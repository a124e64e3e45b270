"""What the contract forbids is rejected, unless the sandbox is lenient."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client

CANCEL_ORDERS = "/openApi/spot/v1/trade/cancelOrders"


@pytest.fixture
def lenient(http: httpx.Client) -> Iterator[Client]:
    with Sandbox(lenient=True, limits="off") as sandbox:
        yield Client(sandbox, http)


def message(answer: dict[str, object]) -> object:
    assert answer["code"] == 100400
    return answer["msg"]


class TestStrict:
    def test_two_ids_for_one_order_are_rejected(self, client: Client, sandbox: Sandbox) -> None:
        order_id = sandbox.place_order(clientOrderID="one")["orderId"]
        both = {"symbol": "BTC-USDT", "orderId": order_id, "clientOrderID": "one"}
        rejections = [
            *(client.cancel(placement, **both) for placement in ("json", "query")),
            client.query(**both),
        ]
        for answer in rejections:
            assert (
                message(answer) == "invalid parameter: exactly one of orderId and clientOrderID must be given"
            )
        assert sandbox.orders()[-1]["status"] == "NEW"

    def test_two_lists_of_ids_are_rejected(self, client: Client, sandbox: Sandbox) -> None:
        order_id = sandbox.place_order(clientOrderID="one")["orderId"]
        both = {"symbol": "BTC-USDT", "orderIds": str(order_id), "clientOrderIDs": "one"}
        answer = client.post("json", client.signed(both), CANCEL_ORDERS)
        assert "exactly one of orderIds and clientOrderIDs" in str(message(answer))

    @pytest.mark.parametrize("name", ["orderId", "timestamp", "recvWindow"])
    def test_a_number_as_text_is_rejected_in_json_alone(
        self, client: Client, order_id: int, name: str
    ) -> None:
        signed = client.signed({"symbol": "BTC-USDT", "orderId": order_id, "recvWindow": 5000})
        answer = client.post("json", {**signed, name: str(signed[name])})
        assert message(answer) == f"invalid parameter: {name} must be a JSON number"
        assert client.post("query", signed)["code"] == 0

    def test_a_text_as_number_is_rejected(self, client: Client) -> None:
        answer = client.cancel(symbol="BTC-USDT", clientOrderID=12)
        assert message(answer) == "invalid parameter: clientOrderID must be a JSON text"


class TestLenient:
    def test_both_ids_cancel_the_order_that_they_name(self, lenient: Client) -> None:
        order_id = lenient.sandbox.place_order(clientOrderID="one")["orderId"]
        lenient.sandbox.place_order(clientOrderID="two")
        rejected = lenient.cancel(symbol="BTC-USDT", orderId=order_id, clientOrderID="two")
        assert message(rejected) == "invalid parameter: orderId and clientOrderID name different orders"
        assert lenient.cancel(symbol="BTC-USDT", orderId=order_id, clientOrderID="one")["code"] == 0

    def test_numbers_as_text_are_read(self, lenient: Client) -> None:
        order_id = lenient.sandbox.place_order()["orderId"]
        assert lenient.cancel(symbol="BTC-USDT", orderId=str(order_id))["code"] == 0
