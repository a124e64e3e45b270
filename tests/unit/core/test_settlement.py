"""A request about several orders: after a doubt each of them is asked about."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bingx_spot import OutcomeUnknown, RequestRejected, Response
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.facts import MAXIMUM_QUERIES
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import Send
from bingx_spot.core.settlement import stands_after_doubt
from bingx_spot_api.contract import BY_ID
from tests.support.samples import ORDER, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import NOT_FOUND, RESET, After, Exchange, Played, Reply, answer, says

FIRST, SECOND = 1735964997957275648, 1735965127519326208
CANCEL_ORDERS = BY_ID["cancelOrders"]
BOTH = ApiCall.of(CANCEL_ORDERS, {"symbol": SYMBOL, "orderIds": f"{FIRST},{SECOND}", "process": 1})
BY_CLIENT_IDS = ApiCall.of(CANCEL_ORDERS, {"symbol": SYMBOL, "clientOrderIDs": "a,b"})


def state(order_id: int, status: str, **changes: Any) -> dict[str, Any]:
    return ORDER | {"orderId": order_id, "status": status} | changes


def both(orders: list[Any], fails: list[Any] | None = None) -> Response:
    return answer({"code": 0, "msg": "", "data": {"orders": orders, "fails": fails}})


def refused(order_id: int, status: str) -> dict[str, str]:
    text = f"the  orderId:{order_id} order status :{status},can not delete, please verify and retry later"
    return {"orderId": str(order_id), "error": text}


CANCELLED = both([state(FIRST, "CANCELED"), state(SECOND, "CANCELED")])
ALL_FAILED = both([], [refused(FIRST, "CANCELED"), refused(SECOND, "CANCELED")])


def play(*batches: Reply, reads: dict[str, Any], call: ApiCall = BOTH, timeout: float = 10.0) -> Played:
    """Play a call: requests of it get the next reply, queries the state of the order by its id."""
    left = iter(batches)

    def reply(send: Send) -> Reply:
        if CANCEL_ORDERS.path in send.request.info.url:
            return next(left)
        parameters = send.request.info.parameters
        read = reads[str(parameters.get("orderId", parameters.get("clientOrderID")))]
        return read if isinstance(read, Response | TransportFailure) else answer({"code": 0, "data": read})

    return Exchange().play_on(reply, call, timeout)


def data(played: Played) -> Any:
    assert isinstance(played.result, Response), played.result
    assert json.loads(played.result.body) == played.result.json()
    return played.result.json()["data"]


@pytest.mark.parametrize("by", ["orderIds", "clientOrderIDs"])
def test_what_a_repeat_has_cancelled_is_not_asked_of_a_read_that_lags(by: str) -> None:
    call, names = (BOTH, (FIRST, SECOND)) if by == "orderIds" else (BY_CLIENT_IDS, ("a", "b"))
    fails = [refused(SECOND, "FILLED") if by == "orderIds" else {"clientOrderID": "b", "error": "FILLED"}]
    cancelled, filled = (
        state(order_id, word, clientOrderID=name)
        for order_id, word, name in ((FIRST, "CANCELED", "a"), (SECOND, "FILLED", "b"))
    )
    # The request that was lost can act no more when this is read, and the repeat has acted since.
    reads = {str(names[0]): cancelled | {"status": "NEW"}, str(names[1]): filled}
    played = play(After(RESET, 36.0), both([cancelled], fails), reads=reads, call=call, timeout=60.0)
    assert data(played) == {"orders": [cancelled], "fails": fails}


def test_a_first_success_is_returned_as_it_stands() -> None:
    played = play(ALL_FAILED, reads={})
    assert data(played)["fails"] == [refused(FIRST, "CANCELED"), refused(SECOND, "CANCELED")]
    assert len(played.sent) == 1


def test_what_a_lost_request_has_cancelled_is_not_reported_as_failed() -> None:
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "CANCELED")}
    played = play(RESET, ALL_FAILED, reads=reads)
    assert data(played) == {"orders": list(reads.values()), "fails": []}
    assert isinstance(played.result, Response)
    assert (played.result.http_status, played.result.headers) == (200, {})
    assert json.loads(played.result.body) == {"code": 0, "msg": "", "data": data(played)}
    assert played.result.json() is played.result.json(), "it is parsed"
    assert len(played.sent) == 4
    # The queries name the pair, and come at once; nothing is waited for once every state is known.
    queries = [send.request.info.parameters for send in played.sent[-2:]]
    assert [(query["symbol"], query["orderId"]) for query in queries] == [
        (SYMBOL, str(FIRST)),
        (SYMBOL, str(SECOND)),
    ]
    assert len(played.waits) == 1


def test_a_clock_that_only_a_query_finds_wrong_is_repaired() -> None:
    mismatch = says(100421, "timestamp mismatch", timestamp=BEGIN + 60_000)
    queries = iter(
        [mismatch, *(answer({"code": 0, "data": state(name, "CANCELED")}) for name in (FIRST, SECOND))]
    )

    def reply(send: Send) -> Reply:
        return RESET if CANCEL_ORDERS.path in send.request.info.url else next(queries)

    played = Exchange().play_on(reply, BOTH)
    assert [order["orderId"] for order in data(played)["orders"]] == [FIRST, SECOND]
    assert len(played.sent) == 5


def test_a_query_lives_as_long_as_the_request() -> None:
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "CANCELED")}
    call = ApiCall.of(CANCEL_ORDERS, {**BOTH.parameters, "recvWindow": 4321})
    played = play(RESET, ALL_FAILED, reads=reads, call=call)
    assert [send.request.info.parameters["recvWindow"] for send in played.sent] == [4321] * 4


def test_the_number_of_queries_has_a_bound() -> None:
    played = play(RESET, ALL_FAILED, reads={str(FIRST): NOT_FOUND, str(SECOND): NOT_FOUND}, timeout=86_400.0)
    queries = [send for send in played.sent if CANCEL_ORDERS.path not in send.request.info.url]
    assert len(queries) == MAXIMUM_QUERIES


def test_a_repeat_that_cancels_everything_is_believed() -> None:
    played = play(RESET, CANCELLED, reads={})
    assert [order["orderId"] for order in data(played)["orders"]] == [FIRST, SECOND]
    assert len(played.sent) == 2


def test_an_order_that_was_filled_keeps_what_the_exchange_said_of_it() -> None:
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "FILLED")}
    played = play(RESET, both([], [refused(FIRST, "CANCELED"), refused(SECOND, "FILLED")]), reads=reads)
    assert [order["orderId"] for order in data(played)["orders"]] == [FIRST]
    assert data(played)["fails"] == [refused(SECOND, "FILLED")]


def test_an_order_that_failed_because_the_exchange_was_busy_is_asked_about() -> None:
    busy = {"orderId": str(SECOND), "error": "The current system is busy, please try again later"}
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "CANCELED")}
    played = play(both([state(FIRST, "CANCELED")], [busy]), ALL_FAILED, reads=reads)
    assert data(played) == {"orders": list(reads.values()), "fails": []}


def test_a_whole_that_is_refused_after_a_doubt_is_asked_about() -> None:
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "FILLED")}
    played = play(RESET, says(100404, "order not exist"), reads=reads)
    assert [order["orderId"] for order in data(played)["orders"]] == [FIRST]
    assert data(played)["fails"] == [state(SECOND, "FILLED", orderId=str(SECOND))]


def test_an_order_that_no_query_finds_leaves_the_outcome_unknown() -> None:
    played = play(RESET, ALL_FAILED, reads={str(FIRST): state(FIRST, "CANCELED"), str(SECOND): NOT_FOUND})
    assert type(played.error) is OutcomeUnknown
    assert str(SECOND) in str(played.error)
    assert str(FIRST) not in played.error.details.summary
    assert played.error.details.summary == f"Unknown whether these orders were cancelled: {SECOND}."
    assert played.error.hint == "Query each of them."


@pytest.mark.parametrize(("timeout", "known"), [(10.0, False), (60.0, True)])
def test_open_is_believed_once_no_request_can_take_effect(timeout: float, known: bool) -> None:
    reads = {str(FIRST): state(FIRST, "CANCELED"), str(SECOND): state(SECOND, "NEW")}
    played = play(
        RESET, both([], [refused(FIRST, "CANCELED"), refused(SECOND, "NEW")]), reads=reads, timeout=timeout
    )
    assert isinstance(played.result, Response) == known
    if known:
        assert data(played)["fails"] == [refused(SECOND, "NEW")]


def test_orders_by_client_order_id_are_asked_about_by_it() -> None:
    reads = {name: state(number, "CANCELED", clientOrderID=name) for number, name in enumerate("ab", 1)}
    played = play(RESET, RESET, reads=reads, call=BY_CLIENT_IDS)
    assert [order["clientOrderID"] for order in data(played)["orders"]] == ["a", "b"]


def test_the_list_of_failures_has_ids_as_text() -> None:
    reads = {
        "a": state(FIRST, "FILLED", clientOrderID="a"),
        "b": state(SECOND, "CANCELED", clientOrderID="b"),
    }
    lists = data(play(RESET, RESET, reads=reads, call=BY_CLIENT_IDS))
    assert [order["orderId"] for order in lists["fails"] + lists["orders"]] == [str(FIRST), SECOND]


def test_several_unknown_orders_are_listed() -> None:
    played = play(RESET, ALL_FAILED, reads={str(FIRST): NOT_FOUND, str(SECOND): NOT_FOUND})
    assert played.error.details.summary.endswith(f": {FIRST}, {SECOND}.")


@pytest.mark.parametrize(
    ("operation", "response", "stands"),
    [
        (BY_ID["openOrders"], answer({"code": 0, "data": {"orders": []}}), True),
        (CANCEL_ORDERS, ALL_FAILED, False),
        (CANCEL_ORDERS, CANCELLED, True),
        (replace(CANCEL_ORDERS, repeat="same-answer"), ALL_FAILED, True),
        (BY_ID["cancelOpenOrders"], answer({"code": 0, "data": {"orders": []}}), False),
    ],
    ids=["read", "failed", "all", "same answer", "no ids"],
)
def test_which_success_tells_what_the_call_did(operation: Any, response: Response, stands: bool) -> None:
    call = ApiCall.of(operation, {**BOTH.parameters} if operation.items.accounts else {"symbol": SYMBOL})
    assert stands_after_doubt(call, response) is stands


def test_a_first_refusal_of_the_whole_is_no_doubt() -> None:
    played = play(says(100404, "order not exist"), reads={})
    assert isinstance(played.error, RequestRejected)
    assert len(played.sent) == 1
