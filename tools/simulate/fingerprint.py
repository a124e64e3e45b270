"""Everything that the rest of a call in the small world depends on, so that equal calls are played once.

Two calls with equal fingerprints go on alike, whatever the server does next. What is left out cannot make a
difference there:

- texts, bodies and the list of attempts: no decision reads them;
- the guard against repeated errors and the retry budget: a call in the small world has fewer requests than
  either needs to act, which the search checks;
- hosts and the limits of the IP address: the small world's server is the same on every host, and such a limit
  is a hundred times what one call needs;
- what a host usually takes, and how many connections were not opened: the search itself says how long a
  request is waited for;
- when an order was not found, apart from whether that counts by now;
- permits and locks of the past.

A test compares a search that joins equal calls with one that plays them all.
"""

from collections.abc import Generator
from dataclasses import fields
from enum import Enum
from typing import Any

from bingx_spot import CallError, Response
from bingx_spot.core.attempt import AttemptRunner
from bingx_spot.core.facts import Facts
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import _Resolution
from bingx_spot.core.runner import CallContext
from bingx_spot.limits.sliding_window import SlidingWindow


def _names(of: type, *apart: str) -> tuple[str, ...]:
    return tuple(field.name for field in fields(of) if field.name not in apart)


_FACTS = (*_names(Facts, "not_found_after"), "not_found_is_confirmed")
_RESOLUTION = _names(_Resolution, "attempts", "facts", "original", "began")
_ATTEMPTS = _names(AttemptRunner, "context", "deadline", "history", "_unopened")
#: A limit of more requests than this a second or so is never reached by one call.
_MANY = 100


def fingerprint(steps: Generator[Any, Any, Any], now: float) -> tuple[Any, ...]:
    """Return what the rest of a call depends on, apart from what is true of the order.

    Args:
        steps: The call, which waits for the response to a request.
        now: The time, in seconds.
    """
    place, resolution, generator = [], None, steps
    while generator is not None:
        place.append((generator.gi_code.co_name, generator.gi_frame.f_lasti))
        owner = generator.gi_frame.f_locals.get("self")
        resolution = owner if isinstance(owner, _Resolution) else resolution
        generator = generator.gi_yieldfrom
    assert resolution is not None
    attempts, facts = resolution.attempts, resolution.facts
    seen: dict[int, int] = {}
    return (
        now,
        *place,
        *(_value(getattr(facts, name), facts, seen) for name in _FACTS),
        # The jitter of the pauses is the same each time, so their number says how it goes on.
        *(getattr(resolution, name) for name in _RESOLUTION),
        *(getattr(attempts, name) for name in _ATTEMPTS),
        *_client(attempts.context, now),
    )


def _value(value: object, facts: Facts, seen: dict[int, int]) -> object:
    if isinstance(value, Enum):
        return value.name
    if isinstance(value, CallError):
        # Rules ask for the class, whether two errors are the same one, and, until the order is queried,
        # whether it was a success.
        same = seen.setdefault(id(value), len(seen))
        return same, type(value).__name__, value.code == 0 and not facts.queried
    if isinstance(value, Response):
        return value.body
    if isinstance(value, ApiCall):
        return value.operation.operation_id, *value.parameters.items()
    return value


def _client(context: CallContext, now: float) -> tuple[Any, ...]:
    """Return what the client has learnt."""
    state, limits = context.state, context.limits
    locks = tuple(sorted((name, until) for name, until in state.lockouts._until.items() if until > now))
    queues = tuple(
        (tuple(queue.own_rate or ()), *(_held(window, now) for window in queue.windows))
        for _, queue in limits._queues.values()  # type: ignore[attr-defined]
    )
    slowed = tuple(sorted(limits._slowed_until.items()))  # type: ignore[attr-defined]
    return context.clock.offset, locks, queues, slowed, tuple(state.placement._learned.items())


def _held(window: SlidingWindow, now: float) -> tuple[float, ...]:
    """Return since when the permits are counted that still are."""
    if window.rate.requests > _MANY:
        return ()
    return tuple(
        sorted(permit.since for permit in window._permits if permit.since + window.rate.seconds > now)
    )
