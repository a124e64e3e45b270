"""State of a bulk run, and the steps of each of its orders; written once for blocking and awaiting callers.

- Each order is one single cancel, with everything that a single cancel does to learn its outcome.
- Enough orders are in flight that slow responses cost no rate, and no more: each item is taken from the
  caller's iterable just before it can be sent.
- A rate limit that ends by itself fails no order. The order waits, for a lock-out too, and is then cancelled.
  While it waits in the queue its clock is paused, so that `timeout` is for the order itself.
- An error that would hit every order aborts the run: no more items are taken, orders that were taken and not
  sent end as unaffected, and requests in flight are finished.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bingx_spot.bulk.items import CANCEL, CancelRequest
from bingx_spot.bulk.result import STOPPED, CancelOutcome, CancelResult, affects_every_order
from bingx_spot.core.admission import NO_PERMIT
from bingx_spot.core.attempt import CLOSED_CLIENT
from bingx_spot.core.engine import BAN_STATUSES
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, CallSteps, EffectResult, Send, Sleep
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import BulkRunAborted, CallError, InvalidInput, NotSent, RateLimited
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.models import Order, Response

#: How many orders are in flight at once: at five cancels a second, a response may take three seconds.
MAX_IN_FLIGHT = 16

# Consecutive orders that did not reach the exchange; the next one would not either.
_MAX_UNREACHED = 20
# In seconds. A lock-out lasts up to five minutes, and repeated errors are forgotten after eight.
_MAX_LOCKOUT = 600.0
# How long a waiting order may not notice that the run stops, in seconds.
_RECHECK = 0.1
# How soon to try again for a permit that was not available in time, in seconds.
_PERMIT_RETRY = 0.5


def check_not_iterated(is_iterated: bool) -> None:
    """Raise `InvalidInput` for a run that is closed while a loop over its results is waiting."""
    if is_iterated:
        raise InvalidInput(
            "run", "is waiting for its next result elsewhere", "to `stop` it, and let its loop end"
        )


@dataclass(slots=True)
class Run:
    """State of one bulk run."""

    context: CallContext
    # How many results are still to come.
    in_flight: int = 0
    # Whether only the orders in flight are finished, and nothing else is sent.
    stopping: bool = False
    # What aborted the run.
    error: CallError | None = None
    _locked_until: float = 0.0
    _started: int = 0
    _unreached: int = 0

    def can_start(self) -> bool:
        """Return whether one more item may be taken now."""
        return not self.stopping and self.in_flight < MAX_IN_FLIGHT

    def start(self, item: object) -> CallSteps[CancelResult]:
        """Start one item, which `CancelRequest.of` takes, and return the steps that lead to its result."""
        position = self._started
        self._started += 1
        self.in_flight += 1
        return self._cancel(position, item)

    def finish(self, result: CancelResult) -> CancelResult:
        """Record that an order has this result, and return it."""
        self.in_flight -= 1
        if not isinstance(result.error, NotSent):
            self._unreached = 0
        elif not self.stopping:
            self._unreached += 1
            if self._unreached >= _MAX_UNREACHED or result.error.details.rule == CLOSED_CLIENT:
                self.stop(result.error)
        return result

    def stop(self, error: CallError | None = None) -> None:
        """Send nothing more, except to finish the orders in flight; an error aborts the run."""
        self.error = self.error or error
        self.stopping = True

    def locked_for(self) -> float:
        """Return for how long the exchange rejects every cancel, in seconds; 0 where it accepts them."""
        locked = self.context.state.lockouts.seconds_left(CANCEL.operation_id)
        return max(locked, self._locked_until - self.context.now(), 0.0)

    def raise_if_aborted(self) -> None:
        """Raise `BulkRunAborted` where an error aborted the run."""
        if self.error is not None:
            raise BulkRunAborted(self.error) from self.error

    def _cancel(self, position: int, item: object) -> CallSteps[CancelResult]:
        try:
            request = CancelRequest.of(item)
        except InvalidInput as error:
            located = InvalidInput(f"[{position}].{error.field}", error.reason, error.allowed)
            return CancelResult.from_error(position, None, item, located)
        try:
            response = yield from self._with_rate_limit_wait(ApiCall.of(CANCEL, request.parameters()))
            order = Order.from_data(response.json()["data"], response)
        except CallError as error:
            if affects_every_order(error):
                self.stop(error)
            return CancelResult.from_error(position, request, item, error)
        return CancelResult(
            position=position, item=item, outcome=CancelOutcome.CANCELLED, request=request, order=order
        )

    def _with_rate_limit_wait(self, call: ApiCall) -> CallSteps[Response]:
        """Cancel one order, again after each rate limit that ends by itself."""
        limited_since: float | None = None
        while True:
            clock = _PausableClock(self.context.now)
            steps = resolve(replace(self.context, now=clock), call)
            try:
                return (yield from self._unless_stopped(steps, clock))
            except RateLimited as error:
                seconds = _PERMIT_RETRY
                if error.details.rule != NO_PERMIT:
                    limited_since = self.context.now() if limited_since is None else limited_since
                    seconds = self._lockout_seconds(error, limited_since)
                yield from self._sleep(seconds)
                if self.stopping:
                    raise

    def _lockout_seconds(self, error: RateLimited, limited_since: float) -> float:
        """Return how long to wait for the end of a lock-out; abort the run where that is too long."""
        now, seconds = self.context.now(), _PERMIT_RETRY
        if error.retry_at is not None:
            seconds = max((error.retry_at - self.context.clock.timestamp()) / 1000, _RECHECK)
        banned = error.http_status in BAN_STATUSES or self.context.state.lockouts.is_banned()
        # An exchange that locks the client out again and again is a lock-out too.
        if banned or now - limited_since + seconds > _MAX_LOCKOUT:
            self.stop(error)
        self._locked_until = max(self._locked_until, now + seconds)
        return seconds

    def _unless_stopped(self, steps: CallSteps[Response], clock: "_PausableClock") -> CallSteps[Response]:
        """Run an order's steps; raise `NotSent` if the run stops before anything was sent."""
        result: EffectResult = None
        sent = False
        try:
            while True:
                effect = steps.send(result)
                if isinstance(effect, Sleep):
                    start, result = self.context.now(), None
                    if sent:
                        yield effect
                    else:
                        yield from self._sleep(effect.seconds, effect.wakeup)
                    # With a wakeup it waits for a permit, behind other orders of the run.
                    if not sent or effect.wakeup is not None:
                        clock.paused_for += self.context.now() - start
                if self.stopping and not sent:
                    raise NotSent(ErrorDetails("not sent: the run was stopped before it", rule=STOPPED))
                if isinstance(effect, Send):
                    sent = True
                    result = yield effect
        except StopIteration as stop:
            response: Response = stop.value
            return response
        finally:
            steps.close()

    def _sleep(self, seconds: float, wakeup: Wakeup | None = None) -> CallSteps[None]:
        """Sleep until the time is over, the run is stopped or the wakeup is set."""
        until = self.context.now() + seconds
        while not self.stopping and (left := until - self.context.now()) > 0:
            if wakeup is not None and wakeup.is_set:
                return
            yield Sleep(min(left, _RECHECK), wakeup)


@dataclass(slots=True)
class _PausableClock:
    """Monotonic clock of one order, paused while it waits in the queue: `timeout` is for the order itself."""

    now: Callable[[], float]
    paused_for: float = 0.0

    def __call__(self) -> float:
        return self.now() - self.paused_for
