"""Requests about several orders, operations that no query settles, and reads."""

from typing import Any

from tools.outcome_vectors.behaviours import (
    BEGIN,
    CANCELED,
    FILLED,
    HTML,
    NOT_FOUND,
    ORDER_ID,
    OTHER_ID,
    RESET,
    SYMBOL,
    UNREACHED,
    Behaviour,
    order,
    says,
    until,
)
from tools.outcome_vectors.scenario import BY_ID_NOW, THE_FILLED, Scenario, request

SEVERAL = {"symbol": SYMBOL, "orderIds": f"{ORDER_ID},{OTHER_ID}", "process": 1}
OTHER_CANCELED = order("CANCELED", orderId=OTHER_ID)


def _lists(orders: tuple[int, ...], fails: tuple[int, ...] = (), other: str = "CANCELED") -> Behaviour:
    """Return the answer with these orders cancelled, or the other one as it says, and these not."""
    states = {ORDER_ID: "CANCELED", OTHER_ID: other}
    data = {
        "orders": [{"symbol": SYMBOL, "orderId": one, "status": states[one]} for one in orders],
        "fails": [{"orderId": str(one), "error": "order not exist"} for one in fails],
    }
    return says(0, data=data)


def _said(cancelled: tuple[int, ...], failed: tuple[int, ...] = ()) -> dict[str, object]:
    return {"lists": {"orders": [str(one) for one in cancelled], "fails": [str(one) for one in failed]}}


def _several(*what: Any, **more: Any) -> Scenario:
    """Return the scenario of a request about two orders."""
    return Scenario(*what, operation="cancelOrders", parameters=SEVERAL, **more)


LISTS = (
    _several(
        "several",
        "Each id is in one list.",
        "List Belief",
        (_lists((ORDER_ID,), (OTHER_ID,)),),
        "c",
        "done",
        expected=_said((ORDER_ID,), (OTHER_ID,)),
    ),
    _several(
        "several-after-reset-all-canceled",
        "The second answer says that all are cancelled.",
        "List Ambiguous",
        (RESET, _lists((ORDER_ID, OTHER_ID))),
        "cc",
        "done",
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-after-reset-failed",
        "The second answer fails for what the first has cancelled: each is asked about.",
        "List Ambiguous",
        (RESET, _lists((), (ORDER_ID, OTHER_ID))),
        (
            "c",
            "c",
            request("queryOrder", parameters=BY_ID_NOW),
            request("queryOrder", parameters={"orderId": OTHER_ID}),
        ),
        "done",
        queries=(CANCELED, order("FILLED", orderId=OTHER_ID)),
        expected=_said((ORDER_ID,), (OTHER_ID,)),
    ),
    _several(
        "several-after-reset-one-canceled",
        "What the second answer says is cancelled is so, and the other one is asked about.",
        "List Ambiguous",
        (RESET, _lists((OTHER_ID,), (ORDER_ID,))),
        ("c", "c", request("queryOrder", parameters=BY_ID_NOW)),
        "done",
        queries=(CANCELED,),
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-after-two-resets",
        "No answer at all: each is asked about.",
        "List Ambiguous",
        (RESET,),
        "ccqq",
        "done",
        queries=(CANCELED, OTHER_CANCELED),
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-clock-off-at-the-query",
        "The first answer of all refuses a query for its timestamp: the clock is corrected.",
        "List Ambiguous Clock",
        (RESET,),
        "ccqqq",
        "done",
        queries=(says(100421, "timestamp mismatch", timestamp=BEGIN + 3_600_000), CANCELED, OTHER_CANCELED),
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-one-unaccounted",
        "An id that is in no list: the answer is not believed.",
        "List Belief Ambiguous",
        (_lists((ORDER_ID,)), _lists((ORDER_ID, OTHER_ID))),
        "cc",
        "done",
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-one-filled",
        "An order in the list of the cancelled that is filled: each is asked about.",
        "List Belief Ambiguous",
        (_lists((ORDER_ID, OTHER_ID), other="FILLED"),),
        "ccqq",
        "done",
        queries=(CANCELED, order("FILLED", orderId=OTHER_ID)),
        expected=_said((ORDER_ID,), (OTHER_ID,)),
    ),
    _several(
        "several-one-being-canceled",
        "A word that is not listed, of one of the orders, proves nothing.",
        "List Belief Ambiguous",
        (_lists((ORDER_ID, OTHER_ID), other="PENDING_CANCEL"),),
        "ccqq",
        "done",
        queries=(CANCELED, OTHER_CANCELED),
        expected=_said((ORDER_ID, OTHER_ID)),
    ),
    _several(
        "several-query-of-another",
        "A read of another order, cancelled, says nothing of the one that was asked about.",
        "List Belief Ambiguous",
        (RESET,),
        "ccqqq",
        "done",
        queries=(CANCELED, CANCELED, order("FILLED", orderId=OTHER_ID)),
        expected=_said((ORDER_ID,), (OTHER_ID,)),
    ),
    _several(
        "several-could-not-ask",
        "One order that cannot be asked about: unknown.",
        "List Ambiguous CouldNotAsk Deadline",
        (RESET,),
        "ccqq",
        "unknown",
        queries=(CANCELED, HTML),
        more=(0, 30),
        advice="queryEach",
        expected={"earliest": 9},
    ),
    _several(
        "several-stale-open",
        "An open order is believed only from a read that is young enough.",
        "List Ambiguous StaleRead",
        (RESET,),
        "ccqq",
        "done",
        queries=(CANCELED, until(4, order("NEW", orderId=OTHER_ID)), OTHER_CANCELED),
        more=(0, 30),
        expected={**_said((ORDER_ID, OTHER_ID)), "earliest": 4},
    ),
    _several(
        "several-near-lock-of-the-query",
        "No query may be made: unknown at once.",
        "List Ambiguous NearLock CouldNotAsk",
        (RESET,),
        "cc",
        "unknown",
        advice="queryEach",
        earlier={"operation": "queryOrder", "code": 100404, "times": 17},
    ),
)

OTHER_ACTS = (
    Scenario(
        "never-again",
        "Sent twice, it could cancel newer orders: after a reset the outcome is unknown.",
        "Ambiguous",
        (RESET,),
        "c",
        "unknown",
        advice="error",
        operation="cancelOpenOrders",
        parameters={"symbol": SYMBOL},
    ),
    Scenario(
        "never-again-unreached",
        "Nothing was sent, so it may be sent.",
        "NotSent",
        (UNREACHED, _lists((ORDER_ID,))),
        "cc",
        "done",
        operation="cancelOpenOrders",
        parameters={"symbol": SYMBOL},
    ),
    Scenario(
        "same-answer",
        "The answer to a repeat is that of the first.",
        "Ambiguous",
        (RESET, says(0, data={"triggerTime": 0, "status": "ACTIVATED", "note": ""})),
        "cc",
        "done",
        operation="cancelAllAfter",
        parameters={"type": "ACTIVATE", "timeOut": 60},
    ),
    Scenario(
        "wrong-word-of-the-switch",
        "FAILED is no success, however often.",
        "Belief Ambiguous Deadline",
        (says(0, data={"triggerTime": 0, "status": "FAILED", "note": ""}),),
        "cc",
        "unknown",
        more=(4, 0),
        advice="error",
        operation="cancelAllAfter",
        parameters={"type": "ACTIVATE", "timeOut": 60},
    ),
    Scenario(
        "read-again",
        "A read without an answer is made again.",
        "CouldNotAsk",
        (HTML, RESET, FILLED),
        "ccc",
        "done",
        expected={"order": THE_FILLED},
        operation="queryOrder",
    ),
    Scenario(
        "read-of-no-order",
        "A query that finds nothing ends the call at once.",
        "NotOpen",
        (NOT_FOUND,),
        "c",
        "notFound",
        advice="checkNames",
        operation="queryOrder",
    ),
    Scenario(
        "read-again-with-the-exchange-s-time",
        "A read is made more often than a cancel, and its clock corrected then, too.",
        "CouldNotAsk Clock",
        (*(HTML,) * 6, says(100421, "timestamp mismatch", timestamp=BEGIN + 60_000), FILLED),
        "cccccccc",
        "done",
        expected={"order": THE_FILLED},
        operation="queryOrder",
    ),
)
