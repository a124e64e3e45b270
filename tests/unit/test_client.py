"""`cancel_order` of an order that was cancelled before, blocking and awaiting."""

import json

import anyio
import httpx
import pytest

from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    Credentials,
    Order,
    OrderAlreadyCanceled,
    OrderFilled,
    OrderStatus,
)
from bingx_spot_api.tags import AsyncTags, Tags
from tests.support.samples import ORDER, ORDER_ID, SYMBOL

GONE = {
    "code": 100404,
    "msg": "the order you want to cancel is FILLED or CANCELLED already, "
    "or is not a valid order id ,please verify",
}


def exchange(status: str) -> httpx.MockTransport:
    """Return a transport to an exchange whose order is not open and has this status."""

    def respond(request: httpx.Request) -> httpx.Response:
        stated = {"code": 0, "msg": "", "data": ORDER | {"status": status}}
        return httpx.Response(200, content=json.dumps(GONE if request.method == "POST" else stated))

    return httpx.MockTransport(respond)


def cancel(kind: str, status: str, **arguments: bool) -> Order:
    """Cancel such an order."""
    credentials = Credentials("sample-api-key", "sample-secret")
    if kind == "sync":
        with BingxSpot(credentials, transport=exchange(status), limits="off") as bingx:
            return bingx.cancel_order(SYMBOL, order_id=ORDER_ID, **arguments)

    async def awaiting() -> Order:
        async with AsyncBingxSpot(credentials, transport=exchange(status), limits="off") as bingx:
            return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID, **arguments)

    return anyio.run(awaiting)


@pytest.mark.parametrize("kind", ["sync", "async"])
class TestAlreadyCanceled:
    @pytest.mark.parametrize("arguments", [{}, {"already_canceled_ok": False}], ids=["default", "false"])
    def test_is_an_error_with_the_order(self, kind: str, arguments: dict[str, bool]) -> None:
        with pytest.raises(OrderAlreadyCanceled) as failed:
            cancel(kind, "CANCELED", **arguments)
        assert failed.value.order is not None
        assert (failed.value.order.order_id, failed.value.order.status) == (ORDER_ID, OrderStatus.CANCELED)
        assert failed.value.code == 100404

    def test_is_a_success_where_the_caller_says_so(self, kind: str) -> None:
        order = cancel(kind, "CANCELED", already_canceled_ok=True)
        assert (order.order_id, order.status) == (ORDER_ID, OrderStatus.CANCELED)

    def test_is_not_what_a_filled_order_is(self, kind: str) -> None:
        with pytest.raises(OrderFilled):
            cancel(kind, "FILLED", already_canceled_ok=True)


@pytest.mark.parametrize(
    ("client", "tags"), [(BingxSpot, Tags), (AsyncBingxSpot, AsyncTags)], ids=["sync", "async"]
)
def test_no_tag_of_the_contract_has_the_name_of_a_method(client: type, tags: type) -> None:
    given = {name for name in vars(tags) if not name.startswith("_")}
    own = {name for each in client.__mro__ if each not in (tags, object) for name in vars(each)}
    assert given
    assert not given & own
