"""`cancel_all` against the sandbox's exchange in virtual time: what it does, and what it claims when."""

import json

import pytest

from bingx_sandbox.order_book import NEVER
from bingx_spot import (
    InvalidInput,
    NotSent,
    OutcomeUnknown,
    PermissionDenied,
    RequestRejected,
    Response,
    StillOpen,
)
from bingx_spot.core.engine import CLOSED, MAYBE_SENT_NOTE, NOT_SENT_NOTE
from bingx_spot.core.runner import Send
from bingx_spot.emergency.brake import Brake
from bingx_spot.emergency.result import CancelAllResult
from tools.simulate.virtual_exchange import (
    VirtualExchange,
    busy_until,
    late,
    lost,
    saying,
    slow,
    swallowed,
    under,
    unreached,
)

LAG = 20.0
DENIED = saying('{"code":100004,"msg":"Permission denied as the API key was created without the permission"}')
OFFLINE = saying('{"code":100490,"msg":"pair offline"}')
NONE = saying('{"code":0,"msg":"","data":{"orders":[]}}')
UNKNOWN_PAIR = saying('{"code":100204,"msg":"data not found, please check the symbol"}')


@pytest.fixture
def virtual() -> VirtualExchange:
    return VirtualExchange()


def cancel_all(virtual: VirtualExchange, symbol: str | None = None, timeout: float = 60.0) -> CancelAllResult:
    return virtual.run(Brake(virtual.context, symbol, timeout).run())


def endings(result: CancelAllResult) -> list[str]:
    return [str(each.outcome) for each in result.results]


def is_anything_open(virtual: VirtualExchange) -> bool:
    return any(order.is_open for order in virtual.exchange.book.orders())


def seconds(virtual: VirtualExchange) -> float:
    return virtual.time.seconds - 1000.0


def place(virtual: VirtualExchange, count: int = 1, symbol: str = "BTC-USDT") -> list[int]:
    fields = {"symbol": symbol, "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    return [virtual.exchange.place(fields).order_id for _ in range(count)]


def test_all_is_cancelled_by_one_request_and_believed_when_the_list_can_no_longer_lag(virtual):
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)
    assert (virtual.count("cancelOpenOrders"), virtual.count("cancel")) == (1, 0)
    assert LAG <= seconds(virtual) < LAG + 10
    assert not is_anything_open(virtual)
    assert result.check() is result
    assert result.still_open == ()
    assert result.results[0].item.symbol == "BTC-USDT"
    assert result.results[0].order.raw["status"] == "CANCELED"


@pytest.mark.parametrize(
    "operations", [["openOrders"], ["openOrders", "cancelOpenOrders", "cancel", "query"]]
)
def test_an_exchange_that_is_busy_for_half_a_minute_only_delays_the_proof(virtual, operations):
    virtual.faults = {each: [busy_until(virtual.time.seconds + 27)] for each in operations}
    result = cancel_all(virtual)
    assert str(result.outcome) == "nothing_open"
    assert not is_anything_open(virtual)


def test_only_the_orders_of_the_pair_are_cancelled(virtual):
    result = cancel_all(virtual, "ETH-USDT")
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"])
    assert [order.status for order in virtual.exchange.book.orders()] == ["NEW", "CANCELED", "PENDING"]


def test_nothing_open_at_all(virtual):
    virtual.run(Brake(virtual.context, None, 60.0).run())
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", [])


@pytest.mark.parametrize("fault", [lost, late(4.0), late(9.0)], ids=["lost", "4 s late", "9 s late"])
def test_a_lost_answer_is_settled(virtual, fault):
    virtual.faults["cancelOpenOrders"] = [fault]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)
    assert not is_anything_open(virtual)


def test_a_list_that_takes_longer_than_the_others_is_waited_for(virtual):
    virtual.faults["openOrders"] = [slow(4.0)]
    result = cancel_all(virtual)
    assert (str(result.outcome), virtual.count("cancelOpenOrders")) == ("nothing_open", 1)


def test_the_end_is_not_claimed_while_a_lost_request_may_still_take_effect(virtual):
    virtual.faults["cancelOpenOrders"] = [swallowed]
    result = cancel_all(virtual)
    assert str(result.outcome) == "nothing_open"
    assert virtual.count("cancel") == 3
    # 5 s for recvWindow, 5 s for the exchange's own delay, and the lag of the list.
    assert seconds(virtual) > 10 + LAG


def test_what_is_left_is_cancelled_one_by_one(virtual):
    virtual.faults["cancelOpenOrders"] = [under(variant={"most": 1})]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)
    assert virtual.count("cancel") == 2


def test_many_that_are_left_are_cancelled_together_again(virtual):
    place(virtual, 37)
    virtual.faults["cancelOpenOrders"] = [under(variant={"most": 10})]
    result = cancel_all(virtual)
    assert (str(result.outcome), len(result.results)) == ("nothing_open", 40)
    assert virtual.count("cancelOpenOrders") == 3
    assert virtual.count("cancel") == 10


def test_a_list_that_lags_proves_nothing(virtual):
    """The list does not show yet what was placed just before."""
    virtual.time.seconds += 100
    placed = place(virtual)
    virtual.faults["cancelOpenOrders"] = [NONE]
    virtual.faults["openOrders"] = [under(read_lag=19_000)]
    result = cancel_all(virtual)
    assert str(result.outcome) == "nothing_open"
    assert placed[0] in [each.item.order_id for each in result.results]
    assert not is_anything_open(virtual)


def test_an_order_that_stays_open_is_named(virtual):
    virtual.faults["cancelOpenOrders"] = [NONE]
    virtual.faults["cancel"] = [OFFLINE]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("open", ["still_open"] * 3)
    assert [order.symbol for order in result.still_open] == ["BTC-USDT", "ETH-USDT", "MØTH-USDT"]
    assert seconds(virtual) > LAG
    # Equal errors lock the endpoint.
    assert virtual.count("cancel") <= 9
    with pytest.raises(StillOpen, match="3 orders are still open") as caught:
        result.check()
    assert caught.value.order.symbol == "BTC-USDT"


def test_an_order_is_not_called_open_by_a_list_that_may_be_older_than_its_refusal(virtual):
    def filled_at_last(virtual, send):
        if seconds(virtual) < 100 + LAG:
            return unreached(virtual, send)
        for order in virtual.exchange.book.orders():
            if order.is_open:
                virtual.exchange.fill(order.order_id)
        return virtual.execute(send)

    virtual.time.seconds += 100
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    virtual.faults["openOrders"] = [under(read_lag=19_000)]
    virtual.faults["cancel"] = [filled_at_last]
    virtual.faults["query"] = [saying('{"code":100404,"msg":"order not exist"}')]
    result = cancel_all(virtual, timeout=30.0)
    assert not is_anything_open(virtual)
    assert (str(result.outcome), set(endings(result))) == ("unknown", {"unknown"})


def test_orders_are_not_called_open_while_a_cancel_may_still_take_effect(virtual):
    virtual.faults["cancelOpenOrders"] = [swallowed]
    virtual.faults["cancel"] = [swallowed]
    result = cancel_all(virtual)
    if str(result.outcome) == "open":
        assert seconds(virtual) > LAG + 10
    virtual = VirtualExchange()
    virtual.faults["cancelOpenOrders"] = [swallowed]
    virtual.faults["cancel"] = [under(cancel_delay=NEVER)]
    result = cancel_all(virtual, timeout=25.0)
    assert (str(result.outcome), set(endings(result))) == ("unknown", {"unknown"})


def test_a_list_as_long_as_lists_may_be_does_not_tell_what_else_is_open(virtual):
    order = {"symbol": "BTC-USDT", "price": "1", "origQty": "1", "executedQty": "0", "status": "PENDING"}
    order |= {"cummulativeQuoteQty": "0", "type": "LIMIT", "side": "BUY"}

    def many(virtual, send):
        if not virtual.count("cancelOpenOrders"):
            return virtual.execute(send)
        orders = [order | {"orderId": order_id} for order_id in range(1, 2001)]
        return saying(json.dumps({"code": 0, "msg": "", "data": {"orders": orders}}))(virtual, send)

    virtual.faults["openOrders"] = [many]
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    virtual.faults["cancel"] = [saying('{"code":100410,"msg":"rate limited"}')]
    virtual.faults["query"] = [saying('{"code":100410,"msg":"rate limited"}')]
    result = cancel_all(virtual, timeout=30.0)
    assert is_anything_open(virtual)
    assert str(result.outcome) == "open"
    assert endings(result) == ["unknown"] * 3 + ["still_open"] * 2000


def test_what_is_locked_stays_open_and_is_named(virtual):
    """The last list is as good a proof when no time is left for another one."""
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    virtual.faults["cancel"] = [saying('{"code":100410,"msg":"rate limited"}')]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("open", ["still_open"] * 3)
    assert virtual.count("cancel") == 1


def test_a_lost_cancel_of_an_order_that_has_ended_holds_nothing_up(virtual):
    """A list that is young enough for such a request would come after the deadline."""

    def unreached_at_first(virtual, send):
        return unreached(virtual, send) if seconds(virtual) < 12 else virtual.execute(send)

    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    virtual.faults["cancel"] = [lost]
    virtual.faults["query"] = [unreached_at_first]
    result = cancel_all(virtual, timeout=30.0)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)
    assert LAG <= seconds(virtual) < 30.0


def test_an_order_that_fills_meanwhile_is_filled(virtual):
    def fill(virtual, send):
        virtual.exchange.fill(1735964079647111281)
        return lost(virtual, send)

    virtual.faults["cancelOpenOrders"] = [fill]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["filled", "cancelled", "cancelled"])


def test_too_little_time_is_unknown_but_cancels(virtual):
    result = cancel_all(virtual, timeout=5.0)
    assert (str(result.outcome), endings(result)) == ("unknown", ["cancelled"] * 3)
    assert not is_anything_open(virtual)
    with pytest.raises(OutcomeUnknown, match="time was too short"):
        result.check()


def test_without_a_list_it_is_unknown(virtual):
    virtual.faults["openOrders"] = [swallowed]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("unknown", ["cancelled"] * 3)
    assert result.error is not None
    assert not is_anything_open(virtual)


def test_a_network_that_comes_back_is_used(virtual):
    virtual.faults["cancelOpenOrders"] = [unreached] * 6 + [None]
    virtual.faults["openOrders"] = [unreached] * 6 + [None]
    assert str(cancel_all(virtual).outcome) == "nothing_open"
    assert not is_anything_open(virtual)


@pytest.mark.parametrize(
    ("faults", "kind"),
    [
        ({"cancelOpenOrders": [DENIED]}, PermissionDenied),
        ({"cancelOpenOrders": [UNKNOWN_PAIR], "openOrders": [UNKNOWN_PAIR]}, RequestRejected),
        ({"cancelOpenOrders": [unreached], "openOrders": [unreached]}, NotSent),
    ],
    ids=["permission", "pair", "network"],
)
def test_a_call_that_did_nothing_raises_why(virtual, faults, kind):
    virtual.faults.update(faults)
    with pytest.raises(kind):
        cancel_all(virtual)
    assert is_anything_open(virtual)


def test_a_key_that_may_not_read_cancels_and_cannot_know(virtual):
    virtual.faults["openOrders"] = [DENIED]
    result = cancel_all(virtual)
    assert str(result.outcome) == "unknown"
    assert isinstance(result.error, PermissionDenied)
    # The key will not be allowed to read before the end.
    assert virtual.count("openOrders") == 4
    assert not is_anything_open(virtual)


@pytest.mark.parametrize("operation", ["openOrders", "cancelOpenOrders"])
@pytest.mark.parametrize("odd", ['"orderId":0', '"orderId":"9223372036854775808"', '"orderId":"0"'])
def test_a_list_with_an_order_that_cannot_be_proves_nothing(virtual, operation, odd):
    listed = '{"symbol":"BTC-USDT","status":"CANCELED",' + odd + "}"
    fault = saying('{"code":0,"data":{"orders":[' + listed + "]}}")
    virtual.faults[operation] = [fault, None]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)
    virtual.faults["openOrders"] = [fault]
    result = cancel_all(virtual)
    assert str(result.outcome) == "unknown"
    assert "the response lists an order that cannot be: order_id is" in str(result.error)


@pytest.mark.parametrize(
    "odd",
    [
        {"orderId": 0}, {"orderId": None}, {"symbol": "btc-usdt"}, {"symbol": ""}, {"symbol": None},
        {"status": None}, {"status": 5}, None,
    ],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("symbol", [None, "BTC-USDT"])
def test_an_order_that_cannot_be_read_does_not_keep_the_others_open(virtual, odd, symbol):
    first, *others = place(virtual, 3)

    def listed(virtual, send):
        envelope = json.loads(virtual.execute(send).body)
        rows = envelope["data"]["orders"]
        changed = [odd and row | odd if row["orderId"] == first else row for row in rows]
        return Response(200, {}, json.dumps(envelope | {"data": {"orders": changed}}).encode())

    virtual.faults["openOrders"] = [listed]
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    result = cancel_all(virtual, symbol)
    assert not any(virtual.exchange.book.find(order_id).is_open for order_id in others)
    if virtual.exchange.book.find(first).is_open:
        assert str(result.outcome) == "unknown"
        assert result.error.attempts or "order that cannot be" in str(result.error)


def test_of_a_list_that_proves_nothing_the_open_orders_of_the_pair_are_cancelled(virtual):
    (own,) = place(virtual)
    rows = [order.to_dict() for order in virtual.exchange.book.orders()]
    ended = {**rows[-1], "orderId": own + 1, "status": "FILLED"}
    virtual.faults["openOrders"] = [saying(json.dumps({"code": 0, "data": {"orders": [None, ended, *rows]}}))]
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    result = cancel_all(virtual, "BTC-USDT")
    assert not virtual.exchange.book.find(own).is_open
    assert {each.request.symbol for each in result.results} == {"BTC-USDT"}
    assert own + 1 not in {each.request.order_id for each in result.results}


def test_an_order_whose_state_is_an_empty_word_is_not_taken_for_ended(virtual):
    def listed(virtual, send):
        body = virtual.execute(send).body.replace(b'"PENDING"', b'""').replace(b'"NEW"', b'""')
        return Response(200, {}, body)

    virtual.faults["openOrders"] = [listed]
    virtual.faults["cancelOpenOrders"] = [OFFLINE]
    result = cancel_all(virtual)
    assert (str(result.outcome), endings(result)) == ("nothing_open", ["cancelled"] * 3)


def test_an_empty_list_beside_a_text_that_says_busy_proves_nothing(virtual):
    virtual.faults["openOrders"] = [saying('{"code":0,"msg":"system busy, try again","data":{"orders":[]}}')]
    assert str(cancel_all(virtual).outcome) == "unknown"


@pytest.mark.parametrize(
    ("symbol", "timeout", "field"),
    [("btc", 60.0, "symbol"), (None, 0, "timeout"), (None, float("nan"), "timeout")],
)
def test_arguments_are_checked(virtual, symbol, timeout, field):
    with pytest.raises(InvalidInput) as caught:
        cancel_all(virtual, symbol, timeout)
    assert caught.value.field == field


def test_an_interruption_says_whether_anything_may_have_been_cancelled():
    notes = []
    for number in range(8):
        virtual = VirtualExchange()
        steps, result = Brake(virtual.context, None, 60.0).run(), None
        for _ in range(number):
            result = virtual.perform(steps.send(result))
        steps.send(result)
        with pytest.raises(KeyboardInterrupt) as interrupted:
            steps.throw(KeyboardInterrupt())
        notes += interrupted.value.__notes__
    # The list, the request that cancels everything, lists and pauses.
    assert notes == [NOT_SENT_NOTE, *[MAYBE_SENT_NOTE] * 7]


@pytest.mark.parametrize("sent", [0, 3])
def test_on_a_client_that_is_closed_it_ends_at_once(virtual, sent):
    steps, result = Brake(virtual.context, None, 60.0).run(), None

    def drive():
        nonlocal result
        closes_at = sent
        while True:
            effect = steps.send(result)
            closes_at -= isinstance(effect, Send)
            result = CLOSED if isinstance(effect, Send) and closes_at < 0 else virtual.perform(effect)

    with pytest.raises(StopIteration if sent else NotSent) as ended:
        drive()
    assert sent or "closed" in str(ended.value)
    assert not sent or str(ended.value.value.outcome) == "unknown"
    assert seconds(virtual) < 5
