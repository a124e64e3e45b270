"""Decide what is to be done in a run of many cancels; written once for blocking and awaiting callers.

- An order is one single cancel, with all that a single cancel does to find out what became of it.
- So many orders are under way at once that a slow answer costs no rate, and no more: each item is taken from
  the caller's iterable when its turn has come.
- A limit that ends by itself fails no order. It waits, for a lock too, and is then cancelled. While it waits
  for its turn its time stands still, so that `timeout` is for what happens to the order itself.
- An error that would hit every order stops the run: nothing more is taken, what was taken and not sent is
  given back as untouched, and what is out is finished.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import CancelOutcome, CancelResult, hits_every_order
from bingx_spot.core.admission import NO_PERMIT
from bingx_spot.core.attempt import BAN_STATUSES, CLOSED_CLIENT
from bingx_spot.core.context import CallContext
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallSteps, EffectResult, Send, Sleep
from bingx_spot.exceptions import BulkRunAborted, CallError, ErrorDetails, InvalidInput, NotSent, RateLimited
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.models import Order, Response
from bingx_spot_api.contract import BY_ID

#: How many orders are under way at once. At five cancels a second, answers may take three seconds.
AT_ONCE = 16

_CANCEL = BY_ID["cancelOrder"]
# Orders in succession for which no exchange was reached; the next ones would fare no better.
_MOST_UNREACHED = 20
# A lock lasts up to five minutes, and twenty equal errors are forgotten after eight.
_LONGEST_LOCK = 600.0
# How long a stop may go unnoticed by an order that waits, in seconds.
_GLANCE = 0.1
# How soon to ask again for a permit that could not be had in time, in seconds.
_PERMIT_AGAIN = 0.5
_GIVEN_BACK = "not sent: the run was stopped before its turn had come"


@dataclass(slots=True)
class Run:
    """Keep what a run has under way, and say how each of its orders goes on.

    Attributes:
        parts: What its calls are made with.
        stopping: Whether nothing more is sent but what finishes the orders that are out.
        error: What stopped it, where an error did.
    """

    parts: CallContext
    stopping: bool = False
    error: CallError | None = None
    _locked_until: float = 0.0
    _taken: int = 0
    _under_way: int = 0
    _unreached: int = 0
    _drained: bool = False

    def has_room(self) -> bool:
        """Tell whether one more item may be taken now."""
        return not self.stopping and not self._drained and self._under_way < AT_ONCE

    def drained(self) -> None:
        """Note that there are no more items."""
        self._drained = True

    def under_way(self) -> int:
        """Return how many results are still to come."""
        return self._under_way

    def begin(self, item: object) -> CallSteps[CancelResult]:
        """Take one item, and return the steps that lead to its result.

        Args:
            item: What `CancelRequest.of` takes.
        """
        position = self._taken
        self._taken += 1
        self._under_way += 1
        return self._found(position, item)

    def ended(self, result: CancelResult) -> None:
        """Note that an order has its result.

        Args:
            result: How it ended.
        """
        self._under_way -= 1
        if not isinstance(result.error, NotSent):
            self._unreached = 0
        elif not self.stopping:
            self._unreached += 1
            if self._unreached >= _MOST_UNREACHED or result.error.details.rule == CLOSED_CLIENT:
                self.stop(result.error)

    def stop(self, error: CallError | None = None) -> None:
        """Send nothing more but what finishes the orders that are out.

        Args:
            error: What makes it stop; None where it is somebody's wish.
        """
        self.error = self.error or error
        self.stopping = True

    def locked_for(self) -> float:
        """Return how long the exchange will not listen to a cancel yet, in seconds; 0 where it does."""
        closed = self.parts.state.lockouts.seconds_left(_CANCEL.operation_id)
        return max(closed, self._locked_until - self.parts.now(), 0.0)

    def check(self) -> None:
        """Raise `BulkRunAborted` where an error stopped the run."""
        if self.error is not None:
            raise BulkRunAborted(self.error) from self.error

    def _found(self, position: int, item: object) -> CallSteps[CancelResult]:
        try:
            request = CancelRequest.of(item)
        except InvalidInput as problem:
            return CancelResult.invalid(position, item, problem)
        try:
            answer = yield from self._patiently(ApiCall.of(_CANCEL, request.parameters()))
            order = Order.from_data(answer.data(), answer)
        except CallError as error:
            if hits_every_order(error):
                self.stop(error)
            return CancelResult.failed(position, request, item, error)
        done = CancelOutcome.CANCELLED
        return CancelResult(position=position, item=item, outcome=done, request=request, order=order)

    def _patiently(self, call: ApiCall) -> CallSteps[Response]:
        """Cancel one order, after any limit that ends by itself."""
        while True:
            try:
                clock = _OwnTime(self.parts.now)
                parts = replace(self.parts, now=clock)
                return (yield from self._unless_stopped(resolve(parts, call), clock))
            except RateLimited as error:
                pause = self._pause(error)
                if self.stopping:
                    raise
                yield from self._waited(pause)
                if self.stopping:
                    raise

    def _pause(self, error: RateLimited) -> float:
        """Return how long to wait before trying again, in seconds; stop the run where that is too long."""
        if error.retry_at is None or error.details.rule == NO_PERMIT:
            return _PERMIT_AGAIN
        seconds = (error.retry_at - self.parts.clock.timestamp()) / 1000
        banned = error.http_status in BAN_STATUSES or self.parts.state.lockouts.is_banned()
        if banned or seconds > _LONGEST_LOCK:
            self.stop(error)
        self._locked_until = max(self._locked_until, self.parts.now() + seconds)
        return max(seconds, _GLANCE)

    def _unless_stopped(self, steps: CallSteps[Response], clock: "_OwnTime") -> CallSteps[Response]:
        """Go through an order's steps, but give it back if the run is stopped before anything was sent."""
        came: EffectResult = None
        sent = False
        try:
            while True:
                step = steps.send(came)
                if isinstance(step, Sleep):
                    yield from self._waited_out(step, clock, sent=sent)
                    came = None
                if self.stopping and not sent:
                    raise NotSent(ErrorDetails(_GIVEN_BACK))
                if isinstance(step, Send):
                    sent = True
                    came = yield step
        except StopIteration as done:
            answer: Response = done.value
            return answer
        finally:
            steps.close()

    def _waited_out(self, step: Sleep, clock: "_OwnTime", *, sent: bool) -> CallSteps[None]:
        if not sent:
            yield from clock.standing(self._waited(step.seconds, step.wakeup))
        elif step.wakeup is not None:
            # For a permit, and other orders of the run are before it.
            yield from clock.standing(_once(step))
        else:
            yield step

    def _waited(self, seconds: float, wakeup: Wakeup | None = None) -> CallSteps[None]:
        """Sleep, but not on when the run is stopped or the signal is sent."""
        until = self.parts.now() + seconds
        while not self.stopping and (left := until - self.parts.now()) > 0:
            if wakeup is not None and wakeup.is_set:
                return
            yield Sleep(min(left, _GLANCE), wakeup)


@dataclass(slots=True)
class _OwnTime:
    """Tell an order's own time, which stands still while it waits for its turn.

    So `timeout` is for what happens to the order itself, and no order is given up because of those before it.
    """

    now: Callable[[], float]
    stood: float = 0.0

    def __call__(self) -> float:
        return self.now() - self.stood

    def standing(self, steps: CallSteps[None]) -> CallSteps[None]:
        began = self.now()
        yield from steps
        self.stood += self.now() - began


def _once(step: Sleep) -> CallSteps[None]:
    yield step
