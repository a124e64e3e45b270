"""The dead man's switch: the exchange cancels every open order if this program does not renew it in time."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bingx_spot.core import runner
from bingx_spot.core.attempt import CLOSED_CLIENT
from bingx_spot.core.clock import time_of_day
from bingx_spot.core.engine import Engine
from bingx_spot.core.facts import seconds_to_effect
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.exceptions import BingxError, CallError, InvalidInput, NotSent, OutcomeUnknown, shown
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.logger import log
from bingx_spot.models import Response
from bingx_spot.validation import allowed, fits
from bingx_spot_api.contract import BY_ID

if TYPE_CHECKING:
    import asyncio

_SWITCH = BY_ID["cancelAllAfter"]
_SECONDS = next(argument for argument in _SWITCH.arguments if argument.name == "timeOut")
# The countdown is renewed so many times before it would end, so that some renewals may fail.
_RENEWALS = 4
# After a renewal that failed, in seconds. The exchange allows one request a second.
_RETRY = 1.0
# `triggerTime` comes in seconds; one source says milliseconds. Until the year 5138 the two can be told apart.
_LARGEST_SECONDS = 10**11


@dataclass(frozen=True, slots=True)
class SwitchWarning:
    """The dead man's switch could not be renewed.

    Attributes:
        seconds_left: For how long the countdown goes on at least, in seconds; 0 where it may have ended.
        triggers_at: When the exchange said that it would cancel every open order, in Unix milliseconds.
        error: Why the renewal failed.
    """

    seconds_left: float
    triggers_at: int
    error: BingxError

    def __str__(self) -> str:
        at = time_of_day(self.triggers_at)
        ends = f"in {self.seconds_left:.0f} s, at {at}" if self.seconds_left else "about now"
        text = "the dead man's switch is not renewed; the exchange cancels every open order"
        return f"{text} {ends}: {self.error}"


#: Called for each renewal that failed; the next one waits until it returns.
OnWarning = Callable[[SwitchWarning], object]


@dataclass(slots=True)
class Countdown:
    """The countdown of one account, as far as the exchange's answers tell, and the steps of its requests.

    Raises `InvalidInput` where it is too short or too long.
    """

    context: runner.CallContext
    # How long it is: 10 to 120.
    seconds: int
    # None to log them.
    on_warning: OnWarning | None = None
    triggers_at: int = 0
    closing: Wakeup = field(default_factory=Wakeup)
    # Until when it goes on at least, and when it may have ended, in seconds of a clock that counts while the
    # machine sleeps, as the exchange does.
    _ends: float = 0.0
    _lapses_at: float = 0.0
    _lapsed: bool = False
    # How long the exchange counts, as far as it has said.
    _counts: float = 0.0
    # Until when a request whose answer was lost may arrive.
    _acts_until: float = 0.0

    def __post_init__(self) -> None:
        if not fits(_SECONDS, self.seconds) or isinstance(self.seconds, str):
            raise InvalidInput("seconds", f"is {shown(self.seconds)}", allowed(_SECONDS))
        self._counts = self.seconds

    def seconds_left(self) -> float:
        """Return for how long the countdown goes on at least, in seconds."""
        return max(self._ends - self.context.clock.elapsed(), 0.0)

    @property
    def lapsed(self) -> bool:
        """Return whether the countdown may have ended since it began."""
        return self._lapsed or 0 < self._lapses_at <= self.context.clock.elapsed()

    def begin(self) -> runner.CallSteps[None]:
        """Start the countdown, or restart it; a `CallError` says why it is not known to be on."""
        at = self.context.clock.elapsed()
        response = yield from self._set("ACTIVATE")
        self._lapsed = self.lapsed
        clock = self.context.clock.timestamp()
        self.triggers_at = clock + self.seconds * 1000
        if stated := response.get("triggerTime"):
            number = int(str(stated))
            self.triggers_at = number * 1000 if number < _LARGEST_SECONDS else number
        # The exchange has begun to count after this moment, whatever its clock shows. It may count less far.
        self._counts = min(self.seconds, max((self.triggers_at - clock) / 1000, 0.0))
        self._ends = self._lapses_at = at + self._counts

    def keep(self) -> runner.CallSteps[None]:
        """Renew the countdown until it is to be closed."""
        pause = self._pause()
        while not self.closing.is_set:
            yield runner.Sleep(pause, self.closing)
            if self.closing.is_set:
                return
            try:
                yield from self.begin()
                pause = self._pause()
            except CallError as error:
                pause = _RETRY
                self._warn(error)

    def close(self) -> runner.CallSteps[None]:
        """End the countdown without its effect; a `CallError` says why it is not known to be closed."""
        self._ends = 0.0
        # A renewal whose answer was lost may arrive until then, and begin the countdown again.
        renewed_until = self._acts_until
        while True:
            began, at = self.context.now(), self.context.clock.elapsed()
            try:
                yield from self._set("CLOSE")
            except (OutcomeUnknown, NotSent) as error:
                if began >= renewed_until or error.details.rule == CLOSED_CLIENT:
                    raise
                pause = _RETRY
            else:
                # It may have ended before it was closed. One that a renewal begins later ends later.
                self._lapsed = self.lapsed
                self._lapses_at = at + self._counts if began < renewed_until else 0.0
                if began >= renewed_until:
                    break
                # Not so long that a countdown which a late renewal begins could end.
                pause = max(self._counts / 2, _RETRY)
            yield runner.Sleep(min(max(renewed_until - self.context.now(), 0.0), pause))
        # A CLOSE whose answer was lost would end the next switch.
        yield runner.Sleep(max(self._acts_until - self.context.now(), 0.0))
        self.triggers_at = 0

    def _pause(self) -> float:
        return max(self.seconds_left() / _RENEWALS, _RETRY)

    def _set(self, kind: str) -> runner.CallSteps[dict[str, object]]:
        call = ApiCall.of(_SWITCH, {"type": kind, "timeOut": self.seconds})
        # A renewal must not take so long that no other one fits in; the first request and a CLOSE may.
        seconds = self.context.timeout
        if self.triggers_at and kind != "CLOSE":
            seconds = min(seconds, self.seconds / _RENEWALS)
        result: runner.EffectResult = None
        sent, steps = 0, resolve(self.context, call, seconds)
        try:
            while True:
                effect = steps.send(result)
                sent += isinstance(effect, runner.Send)
                result = yield effect
        except StopIteration as stop:
            response: Response = stop.value
            return response.data()
        except CallError as error:
            sent += isinstance(error, OutcomeUnknown)
            raise
        except BaseException:  # the answer was not awaited
            sent += 1
            raise
        finally:
            steps.close()
            # Of several requests one was answered, and the others may still arrive.
            if sent > 1:
                # The contract states the delay for the operations that a query settles.
                delay = BY_ID["cancelOrder"].timing
                seconds = seconds_to_effect(call) + (delay.takes_effect_within if delay else 0.0)
                self._acts_until = self.context.now() + seconds

    def _warn(self, error: CallError) -> None:
        warning = SwitchWarning(self.seconds_left(), self.triggers_at, error)
        if self.on_warning is None:
            log.warning("%s", warning)
            return
        try:
            self.on_warning(warning)
        except Exception:  # noqa: BLE001 - the caller's own
            # The renewals must go on, whatever the caller's own function does.
            log.exception("on_warning of the dead man's switch failed")


class _Switch:
    """What the blocking and the async switch share."""

    def __init__(self, countdown: Countdown, engine: Engine) -> None:
        self._countdown = countdown
        self._engine = engine
        self._process = os.getpid()
        self._entered = False

    @property
    def triggers_at(self) -> int:
        """Return when the exchange will cancel every open order, in Unix milliseconds, unless it is renewed.

        It is what the exchange said last; each renewal moves it on. 0 once the switch is closed.
        """
        return self._countdown.triggers_at

    @property
    def seconds_left(self) -> float:
        """Return for how long the countdown goes on at least, in seconds, by this machine's clock."""
        return self._countdown.seconds_left()

    @property
    def lapsed(self) -> bool:
        """Return whether the countdown may have ended since it began: every open order may be cancelled."""
        return self._countdown.lapsed

    def _enter(self) -> None:
        if self._entered:
            raise InvalidInput("switch", "was used before", "a new one from dead_mans_switch()")
        self._entered = True

    def _must_close(self, error: BaseException | None) -> bool:
        """End the renewals, and return whether the block has ended well and in the process that began it."""
        if os.getpid() != self._process:
            return False  # a forked child that leaves the block: the switch is its parent's
        self._countdown.closing.set()
        # sys.exit(0) and a plain sys.exit() are clean ends.
        return error is None or (isinstance(error, SystemExit) and not error.code)


class DeadMansSwitch(_Switch):
    """A switch that a thread renews while its `with` block lasts; `BingxSpot.dead_mans_switch` returns it."""

    def __enter__(self) -> Self:
        self._enter()
        runner.run(self._countdown.begin(), self._engine)
        # A daemon, so that the countdown ends with a program that ends in any other way.
        renewals = (self._countdown.keep(), self._engine)
        self._thread = Thread(target=runner.run, args=renewals, name="bingx-spot-switch", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # there is no thread to renew the countdown
            runner.run(self._countdown.close(), self._engine)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._must_close(error):
            # A renewal in flight must not arrive after the request that closes.
            self._thread.join()
            runner.run(self._countdown.close(), self._engine)


class AsyncDeadMansSwitch(_Switch):
    """A switch that a task renews while its block lasts; `AsyncBingxSpot.dead_mans_switch` returns it."""

    _task: "asyncio.Task[None]"

    async def __aenter__(self) -> Self:
        runner.check_on_asyncio("dead_mans_switch", "asyncio; not trio")
        self._enter()
        await runner.run_async(self._countdown.begin(), self._engine)
        import asyncio  # a quarter of the start of a program that does not need it

        self._task = asyncio.create_task(
            runner.run_async(self._countdown.keep(), self._engine), name="bingx-spot-switch"
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._must_close(error):
            import asyncio  # as above

            # Not `await` of the task: a program that ends may have cancelled all of its tasks, this one too.
            await asyncio.wait([self._task])
            await runner.run_async(self._countdown.close(), self._engine)
        elif os.getpid() == self._process:
            self._task.cancel()
