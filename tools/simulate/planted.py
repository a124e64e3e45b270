"""Bugs that are planted into the core: the checker has to find each of them.

Each bug is one small change inside the core.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from typing import Any
from unittest import mock

from bingx_spot import (
    CallError,
    NotSent,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RequestRejected,
    Response,
)
from bingx_spot.core import attempt, decisions, facts, resolution, response_validation, runner
from bingx_spot.core.decisions import RULES, Action, Rule
from bingx_spot.core.endings import ENDINGS
from bingx_spot.core.facts import Facts, OrderState
from bingx_spot.core.request import ApiCall
from tools.simulate.run import play_seed
from tools.simulate.scenario import ORDER_ID
from tools.simulate.wording import SYMBOL

Plant = Callable[[], AbstractContextManager[object]]
_GATEWAY_TIMEOUT = 504


def first_found(bug: str, seeds: range) -> int | None:
    """Return the first seed that is wrong with a bug and right without it, or None.

    Args:
        bug: A name in `PLANTED`.
        seeds: The seeds to play.
    """
    for seed in seeds:
        with PLANTED[bug]():
            wrong = play_seed(seed)[1].wrong
        if wrong and not play_seed(seed)[1].wrong:
            return seed
    return None


@contextmanager
def _table(change: Callable[[tuple[Rule, ...]], tuple[Rule, ...]]) -> Iterator[None]:
    """Change both tables of the core."""
    rules, endings = change(RULES), change(ENDINGS)

    def decide(known: Facts, table: tuple[Rule, ...] = RULES) -> Rule:
        return decisions.decide(known, rules if table is RULES else endings)

    with mock.patch.object(resolution, "decide", decide):
        yield


def _without(name: str) -> AbstractContextManager[None]:
    """Leave a row out."""
    assert name in {rule.name for rule in (*RULES, *ENDINGS)}
    return _table(lambda table: tuple(rule for rule in table if rule.name != name))


def _when(name: str, condition: Callable[[Facts], bool]) -> AbstractContextManager[None]:
    """Give a row another condition."""
    assert name in {rule.name for rule in (*RULES, *ENDINGS)}
    return _table(
        lambda table: tuple(rule._replace(when=condition) if rule.name == name else rule for rule in table)
    )


def _first(condition: Callable[[Facts], bool], action: Action) -> AbstractContextManager[None]:
    """Put a row before all others."""
    return _table(lambda table: (Rule("planted", "", condition, action, ""), *table))


def _validation(misread: Callable[[ApiCall, CallError], Response | CallError]) -> AbstractContextManager[Any]:
    """Let responses that are errors be taken for something else."""

    def validate(call: ApiCall, response: Response) -> Response:
        try:
            return response_validation.validate_response(call, response)
        except CallError as error:
            result = misread(call, error)
        if isinstance(result, CallError):
            raise result
        return result

    return mock.patch.object(attempt, "validate_response", validate)


def _not_open_is_cancelled(call: ApiCall, error: CallError) -> Response | CallError:
    if call.operation.act != "cancel" or not isinstance(error, OrderNotOpen):
        return error
    data = {"symbol": SYMBOL, "orderId": ORDER_ID, "status": "CANCELED"}
    envelope = {"code": 0, "data": data}
    return Response(200, {}, json.dumps(envelope).encode(), parsed=envelope)


def _gateway_timeout_is_a_refusal(_: ApiCall, error: CallError) -> Response | CallError:
    refused = error.http_status == _GATEWAY_TIMEOUT
    return RequestRejected(error.details) if refused and isinstance(error, OutcomeUnknown) else error


def _unlisted_code_is_a_refusal(_: ApiCall, error: CallError) -> Response | CallError:
    refused = error.details.rule == "unknown-code"
    return RequestRejected(error.details) if refused else error


@contextmanager
def _noting(name: str, change: Callable[[Any, Callable[..., None], Any], None]) -> Iterator[None]:
    """Change how the resolution takes note of something."""
    original: Callable[..., None] = getattr(resolution._Resolution, name)

    def noting(self: Any, *what: Any) -> None:
        change(self, original, what)

    with mock.patch.object(resolution._Resolution, name, noting):
        yield


def _failed_read_finds_nothing(self: Any, original: Callable[..., None], what: Any) -> None:
    original(self, *what)
    self.facts.not_found = True


def _replica_outweighs_a_query_before(self: Any, original: Callable[..., None], what: Any) -> None:
    original(self, *what)
    self.facts.not_found = isinstance(what[0], OrderNotFound)


def _refusal_clears_doubt(self: Any, original: Callable[..., None], what: Any) -> None:
    original(self, *what)
    if isinstance(what[1], RequestRejected):
        self.facts.ambiguous = None


def _silence_is_not_sent(self: Any, original: Callable[..., None], what: Any) -> None:
    attempted, error = what
    if isinstance(error, OutcomeUnknown) and error.http_status is None:
        error = NotSent(error.details)
        attempted = attempted._replace(result=error)
    original(self, attempted, error)


def _unclear_is(state: OrderState) -> AbstractContextManager[Any]:
    """Take a word that is not listed for a state."""

    def read(*arguments: Any) -> OrderState:
        found = facts.order_state(*arguments)
        return state if found is OrderState.UNCLEAR else found

    return mock.patch.object(resolution, "order_state", read)


def _late_deadline() -> AbstractContextManager[Any]:
    original = runner.Deadline.seconds_left

    def late(self: runner.Deadline) -> float:
        return original(replace(self, at=self.at + 1.0))

    return mock.patch.object(runner.Deadline, "seconds_left", late)


def always(target: Any, name: str, value: object) -> Plant:
    """Let a function or a property of the core always give the same."""
    if isinstance(getattr(target, name), property):
        return lambda: mock.patch.object(target, name, property(lambda _: value))
    return lambda: mock.patch.object(target, name, return_value=value)


_RESOLUTION = resolution._Resolution

#: Each bug by a name that says what the core does wrong.
PLANTED: dict[str, Plant] = {
    "believe a stale open": lambda: _first(
        lambda known: known.state is OrderState.OPEN and known.attempts > 1, Action.RAISE_STILL_OPEN
    ),
    "forget pending requests": always(resolution, "seconds_to_effect", -1000.0),
    "take not open for cancelled": lambda: _validation(_not_open_is_cancelled),
    "believe a success without reading its status": always(response_validation, "_unconfirmed", ""),
    "believe a success for another order": always(response_validation, "_wrong_order", ""),
    "treat not found as final": lambda: _first(lambda known: known.not_found, Action.RAISE_NOT_FOUND),
    "treat a failed query as not found": lambda: _noting("_note_failed_read", _failed_read_finds_nothing),
    "forget that a query has found the order": lambda: _noting(
        "_note_failed_read", _replica_outweighs_a_query_before
    ),
    "stop at the first unknown": lambda: _first(
        lambda known: known.ambiguous is not None, Action.RAISE_UNKNOWN
    ),
    "ignore the order id learnt": lambda: mock.patch.object(
        resolution._Resolution, "_named_by", lambda steps, _: steps.original
    ),
    "treat 504 as not executed": lambda: _validation(_gateway_timeout_is_a_refusal),
    "treat an unlisted code as not executed": lambda: _validation(_unlisted_code_is_a_refusal),
    "treat silence as not sent": lambda: _noting("_note_error", _silence_is_not_sent),
    "let a later refusal outweigh an ambiguous request": lambda: _noting(
        "_note_error", _refusal_clears_doubt
    ),
    "claim every cancelled order": lambda: _when(
        "canceled-after-ambiguous", lambda known: known.state is OrderState.CANCELED
    ),
    "disown every cancelled order": lambda: _without("canceled-after-ambiguous"),
    "read an unlisted word as cancelled": lambda: _unclear_is(OrderState.CANCELED),
    "read an unlisted word as failed": lambda: _unclear_is(OrderState.FAILED),
    "believe CANCELED with everything executed": always(facts, "_is_fully_executed", value=False),
    "take a new order for no order": always(facts.Facts, "not_found_is_confirmed", value=True),
    "believe the first refusal of a new order": always(facts.Facts, "refusal_is_confirmed", value=True),
    "take a refused client order id for a closed order": lambda: _when(
        "state-not-learnt", lambda known: isinstance(known.not_open, OrderNotOpen)
    ),
    "forget the deadline": _late_deadline,
    "cancel without end": lambda: mock.patch.multiple(facts, MAXIMUM_ATTEMPTS=100, _EARLY_ATTEMPTS=100),
    "give up after three queries": lambda: mock.patch.object(facts, "MAXIMUM_QUERIES", 3),
}
