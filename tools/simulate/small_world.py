"""A world with one order that is small enough to be searched completely.

A state is what can be true of it; a behaviour is what the server does to whichever request comes next.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tools.simulate import wording
from tools.simulate.network import Failure
from tools.simulate.timing import READS_LAG, VISIBLE_WITHIN
from tools.simulate.wording import Reply
from tools.simulate.world import CANCELED, FILLED, OPEN, Order

OURS, THEIRS, STILL, FULL, EXPIRED = "cancelled by us", "cancelled by others", "open", "filled", "expired"
#: What others can make of the order, once.
EVENTS = (THEIRS, FULL, EXPIRED)
_STATUS = {OURS: CANCELED, THEIRS: CANCELED, FULL: FILLED, EXPIRED: "EXPIRED", STILL: "PENDING"}
#: How long a response takes, in seconds.
DELAY = 0.05


class State(NamedTuple):
    """What is true at one moment.

    Attributes:
        order: `open`, or how it ended.
        since: When that began.
        pending: Until when a request of ours can still take effect.
        event: Whether the outside event is still to come.
        found: When the order begins to be found.
    """

    order: str
    since: float
    pending: float
    event: bool
    found: float


#: What can be true when the call begins: found at once, or placed this moment.
BEGINNINGS = (State(STILL, 0.0, 0.0, True, 0.0), State(STILL, 0.0, 0.0, True, VISIBLE_WITHIN - DELAY))

_AMBIGUOUS = ("gateway time-out", "silence", "odd word")
_FATES = ("executed", "late", "never")
#: What the server does to a request.
BEHAVIOURS = (
    "truth",
    *(f"{what}, {fate}" for what in _AMBIGUOUS for fate in _FATES),
    "refused",
    "short lock",
    "not sent",
    "stale",
    "not found",
)


def later(state: State, now: float) -> Iterator[State]:
    """Yield every state that one can have become by now."""
    yield state
    if state.order != STILL:
        return
    if state.event:
        for event in EVENTS:
            yield state._replace(order=event, since=now, event=False)
    if state.pending > now:
        yield state._replace(order=OURS, since=now)


def served(state: State, behaviour: str, operation: str, now: float, expires: float) -> tuple[str, State]:
    """Return what the driver sees if the server behaves so, and the state after that.

    Args:
        state: The truth.
        behaviour: A word of `BEHAVIOURS`.
        operation: `cancel` or `query`.
        now: When the request arrives.
        expires: Until when it can take effect.
    """
    what, _, fate = behaviour.partition(", ")
    if what in _AMBIGUOUS:
        if operation == "query" or now < state.found:
            return what, state
        if fate == "executed" and state.order == STILL:
            return what, state._replace(order=OURS, since=now)
        return what, state._replace(pending=max(state.pending, expires)) if fate == "late" else state
    if what in ("refused", "short lock", "not sent"):
        return what, state
    return _truth(state, now) if operation == "cancel" else _read(state, what, now)


def _truth(state: State, now: float) -> tuple[str, State]:
    if now < state.found or state.order != STILL:
        return "gone", state
    return "done", state._replace(order=OURS, since=now)


def _read(state: State, what: str, now: float) -> tuple[str, State]:
    if what == "not found" or now < state.found:
        return "not found", state
    fresh = state.order if what == "truth" or now - state.since > READS_LAG else STILL
    return f"it is {_STATUS[fresh]}", state


_ORDER_ID = 1735964079647111280
_ORDER = Order(_ORDER_ID, "", -100.0, (-100.0, -100.0))
_FAILURES: dict[str, Failure] = {
    "silence": (True, True, "no whole response in time"),
    "not sent": (False, False, "connection refused"),
}


def reply_of(observation: str, clock_ms: int) -> Reply | Failure:
    """Return the response or the failure that an observation is.

    Args:
        observation: What `served` returned.
        clock_ms: The exchange's time, in Unix milliseconds.
    """
    if observation in _FAILURES:
        return _FAILURES[observation]
    if observation == "short lock":
        return wording.error(200, 100410, f"frequency limit rule, unblocked after {clock_ms + 1000}")
    if observation in ("odd word", "done") or observation.startswith("it is"):
        word = {"odd word": "PENDING_CANCEL", "done": CANCELED}.get(
            observation, observation.removeprefix("it is ")
        )
        executed = "126" if word == FILLED else "0"
        return Reply(200, wording.order_body(_ORDER, word, executed, ""), word)
    return wording.error(*_ERRORS[observation])


_ERRORS = {
    "gateway time-out": (504, 0, "Gateway Time-out"),
    "refused": (200, 100004, "Permission denied"),
    "gone": (200, 100404, wording.GONE[0]),
    "not found": (200, 100204, "data not found"),
}


def is_ambiguous(observation: str) -> bool:
    """Tell whether a cancel with this observation may have been executed, or may still be."""
    return observation in _AMBIGUOUS


def lie_about(ending: str, state: State, now: float, *, ambiguous: bool, said_not_open: bool) -> str:
    """Return why an ending is not true in a state, or nothing; the definitions are those of `verdict`.

    Args:
        ending: A word of `verdict.ENDINGS`, or `crash`.
        state: The truth when the call ends.
        now: When it ends.
        ambiguous: Whether a cancel of the call was ambiguous.
        said_not_open: Whether a response said that no open order is found.
    """
    order = state.order
    truths = {
        "cancelled": order == OURS or (order == THEIRS and ambiguous),
        "filled": order == FULL,
        "already_canceled": order == THEIRS,
        "failed": order == EXPIRED,
        "not_open": order not in (STILL, OURS),
        "unknown": True,
        "crash": False,
    }
    if ending in truths:
        return "" if truths[ending] else f"it is {order}"
    if order == OURS or (order == STILL and state.pending > now):
        return (
            "a request of ours takes effect" if order == OURS else "a request of ours can still take effect"
        )
    if ending == "not_found" and not said_not_open:
        return "no response said so"
    if ending == "still_open" and order != STILL and now - state.since > READS_LAG:
        return "it was not open"
    return ""


def known(states: Iterable[State], *, ambiguous: bool) -> str:
    """Return the ending that is true in every state, or nothing.

    Args:
        states: All that can be true.
        ambiguous: Whether a cancel of the call was ambiguous.
    """
    orders = {state.order for state in states}
    if orders == {FULL}:
        return "filled"
    if orders == {EXPIRED}:
        return "failed"
    if orders <= {OURS, THEIRS} and (ambiguous or len(orders) == 1):
        return "cancelled" if ambiguous or orders == {OURS} else "already_canceled"
    return ""


assert _STATUS[STILL] in OPEN
