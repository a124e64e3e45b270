"""Play a vector on the SDK's own core, in virtual time, and say in what it differs."""

from collections.abc import Iterator, Mapping
from typing import Any
from unittest import mock

from bingx_spot import (
    CallError,
    NotSent,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    Response,
    StillOpen,
)
from bingx_spot.core import resolution
from bingx_spot.core.decisions import Rule
from bingx_spot.core.facts import Facts
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import Send
from bingx_spot_api.contract import BY_ID
from tests.unit.core.playing import HANGS, REFUSED, RESET, After, Exchange, Reply

_FAILURES = {"reset": RESET, "unreached": REFUSED, "silence": HANGS}
# By class, the most special first.
_ENDINGS: tuple[tuple[type[CallError], str], ...] = (
    (OrderAlreadyCanceled, "alreadyCanceled"),
    (OrderFilled, "filled"),
    (OrderFailed, "failed"),
    (OrderNotOpen, "notOpen"),
    (OrderNotFound, "notFound"),
    (StillOpen, "stillOpen"),
    (OutcomeUnknown, "unknown"),
    (NotSent, "notSent"),
    (CallError, "refused"),
)
# What a hint holds, the most special first. A hint of the error table is none of these.
_ADVICE = (
    ("or cancel again", "queryOrCancelAgain"),
    ("Find out with", "query"),
    ("Query each", "queryEach"),
    ("Do nothing", "nothing"),
    ("Cancel it again", "cancelAgain"),
    ("that the order belongs to this account", "checkNames"),
    ("Use the order id", "useOrderId"),
)
# Rounding, in seconds.
_CLOSE = 0.002


class Server:
    """Answers each operation by the behaviours of a vector, and keeps the requests.

    Args:
        test: The vector.
        exchange: The client and its time.
    """

    def __init__(self, test: Any, exchange: Exchange) -> None:
        self._left = {name: list(behaviours) for name, behaviours in test["server"].items()}
        self._now, self._began = exchange.time, exchange.time.seconds
        self.sent: list[dict[str, Any]] = []

    def __call__(self, send: Send) -> Reply:
        """Return what becomes of a request."""
        info = send.request.info
        operation = next(
            one for one in BY_ID.values() if info.url.endswith(one.path) and one.method == info.method
        )
        at = self._now.seconds - self._began
        self.sent.append(
            {
                "operation": operation.operation_id,
                "parameters": info.parameters,
                "placement": info.placement,
                "at": at,
            }
        )
        left = self._left[operation.operation_id]
        while len(left) > 1 and at >= left[0].get("until", at + 1):
            del left[0]
        behaviour = left.pop(0) if len(left) > 1 and "until" not in left[0] else left[0]
        if "failure" in behaviour:
            return After(
                _FAILURES[behaviour["failure"]],
                behaviour.get("after", None if behaviour["failure"] == "silence" else 0.0),
            )
        answer = behaviour["answer"]
        headers = {name.lower(): value for name, value in answer.get("headers", {}).items()}
        return After(
            Response(answer["status"], headers, answer["body"].encode()), behaviour.get("after", 0.0)
        )


def play(test: Any, chance: float = 0.5) -> tuple[list[str], list[str]]:
    """Play a vector; return in what the result differs, and the rows of the decision table that decided.

    Args:
        test: The vector.
        chance: What every jitter is, from 0 to 1.
    """
    rows: list[str] = []
    decide = resolution.decide

    def noted(facts: Facts, *rules: Any) -> Rule:
        rule = decide(facts, *rules)
        rows.append(rule.name)
        return rule

    exchange = Exchange(fallback=None)
    earlier = test.get("earlier", {"times": 0})
    for _ in range(earlier["times"]):
        exchange.state.repeated_errors.record(earlier["operation"], earlier["code"])
    server = Server(test, exchange)
    call = ApiCall.of(BY_ID[test["operation"]], test["parameters"])
    with mock.patch.object(resolution, "decide", noted):
        result = exchange.play_on(server, call, test["timeout"], chance).result
    assert result is not None  # the call has ended
    expected, took = test["expected"], exchange.time.seconds - 1000.0
    wrongs = [*_request_wrongs(expected, server.sent), *_ending_wrongs(expected, call, result)]
    if took > test["timeout"] + _CLOSE or took < expected.get("earliest", 0) - _CLOSE:
        wrongs.append(f"ended after {took:.3f} s")
    return wrongs, list(dict.fromkeys(rows))


def _request_wrongs(expected: Any, sent: list[dict[str, Any]]) -> Iterator[str]:
    more = dict(expected["more"])
    for number, request in enumerate(sent):
        name = request["operation"]
        if number >= len(expected["requests"]):
            more[name] = more.get(name, 0) - 1
            continue
        wanted = expected["requests"][number]
        if wanted["operation"] != name:
            yield f"request {number} is {name}"
        named = {name: str(request["parameters"].get(name)) for name in wanted.get("parameters", {})}
        if named != {name: str(value) for name, value in wanted.get("parameters", {}).items()}:
            yield f"request {number} has {named}"
        if wanted.get("placement", request["placement"]) != request["placement"]:
            yield f"request {number} is sent as {request['placement']}"
        earliest, latest = wanted.get("earliest", 0), wanted.get("latest", request["at"])
        if not earliest - _CLOSE <= request["at"] <= latest + _CLOSE:
            yield f"request {number} is sent after {request['at']:.3f} s"
    if len(sent) < len(expected["requests"]):
        yield f"only {len(sent)} requests"
    yield from (f"{-left} too many of {name}" for name, left in more.items() if left < 0)


def _ending_wrongs(expected: Any, call: ApiCall, result: Response | CallError) -> Iterator[str]:
    got = _ending(call, result)
    for name in got.keys() | expected.keys() - {"requests", "more", "earliest"}:
        if name in expected and got.get(name) != expected[name]:
            yield f"{name} is {got.get(name)!r}"


def _ending(call: ApiCall, result: Response | CallError) -> Mapping[str, Any]:
    """Return the result as `expected` has it."""
    if isinstance(result, Response):
        data = result.json()["data"]
        items = call.operation.items
        if items is not None:
            lists = {items.name: data[items.name] or [], items.failures: data.get(items.failures) or []}
            ids = {name: sorted(str(order["orderId"]) for order in listed) for name, listed in lists.items()}
            return {"ending": "done", "advice": "nothing", "lists": ids}
        ending = "canceled" if call.operation.act == "cancel" else "done"
        return {"ending": ending, "advice": "nothing", "order": _order(data)}
    hint, details = result.hint, result.details
    order = getattr(result, "order", None)
    stated = None if order is None else {"orderId": str(order.order_id), "status": str(order.status)}
    return {
        "ending": next(name for kind, name in _ENDINGS if isinstance(result, kind)),
        "advice": next((kind for text, kind in _ADVICE if text in hint), "error"),
        "order": stated,
        "row": details.rule,
        "code": None if details.code is None else int(details.code),
        "retryAt": details.retry_at,
    }


def _order(data: Mapping[str, Any]) -> dict[str, str]:
    return {"orderId": str(data["orderId"]), "status": data["status"]} if "orderId" in data else {}
