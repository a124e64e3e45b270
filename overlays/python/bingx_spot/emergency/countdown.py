"""The state of a dead man's switch, and the steps that set, renew and close it; for both kinds of callers."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bingx_spot.core.arguments import allowed, fits
from bingx_spot.core.facts import seconds_to_effect
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, CallSteps, EffectResult, Send, Sleep
from bingx_spot.exceptions import BingxError, CallError, InvalidInput, OutcomeUnknown, shown
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.models import Response
from bingx_spot_api.contract import BY_ID

_SWITCH = BY_ID["cancelAllAfter"]
_SECONDS = next(argument for argument in _SWITCH.arguments if argument.name == "timeOut")
# The countdown is renewed so many times before it would end, so that some renewals may fail.
_RENEWALS = 4
# After a renewal that failed, in seconds. The exchange allows one request a second.
_RETRY = 1.0
# `triggerTime` comes in seconds; one source says milliseconds. Until the year 5138 it can be told.
_LARGEST_SECONDS = 10**11

_log = logging.getLogger("bingx_spot")


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
        at = datetime.fromtimestamp(self.triggers_at / 1000, UTC)
        ends = f"in {self.seconds_left:.0f} s, at {at:%H:%M:%S} UTC" if self.seconds_left else "about now"
        text = "the dead man's switch is not renewed; the exchange cancels every open order"
        return f"{text} {ends}: {self.error}"


#: Called for each renewal that failed.
OnWarning = Callable[[SwitchWarning], object]


def log_warning(warning: SwitchWarning) -> None:
    """Log a warning; what is done where the caller names nothing else."""
    _log.warning("%s", warning)


@dataclass(slots=True)
class Countdown:
    """The countdown of one account, as far as the exchange's answers tell.

    Args:
        context: What the client's calls have in common.
        seconds: How long it is, 10 to 120.
        on_warning: Called for each renewal that failed.

    Raises:
        InvalidInput: The countdown is too short or too long.
    """

    context: CallContext
    seconds: int
    on_warning: OnWarning
    triggers_at: int = 0
    lapsed: bool = False
    closing: Wakeup = field(default_factory=Wakeup)
    _ends: float = 0.0
    _acts_until: float = 0.0

    def __post_init__(self) -> None:
        if not fits(_SECONDS, self.seconds) or isinstance(self.seconds, str):
            raise InvalidInput("seconds", f"is {shown(self.seconds)}", allowed(_SECONDS))

    def seconds_left(self) -> float:
        """Return for how long the countdown goes on at least, in seconds."""
        return max(self._ends - self.context.now(), 0.0)

    def begin(self) -> CallSteps[None]:
        """Start the countdown, or restart it.

        Raises:
            CallError: It is not known to be on; the subclass says why.
        """
        at = self.context.now()
        response = yield from self._set("ACTIVATE")
        self.lapsed = self.lapsed or 0 < self._ends < self.context.now()
        clock = self.context.clock.timestamp()
        stated = response.get("triggerTime")
        self.triggers_at = _milliseconds(stated) if stated else clock + self.seconds * 1000
        # The exchange has begun to count after this moment, whatever its clock shows. It may count less far.
        self._ends = at + min(self.seconds, max((self.triggers_at - clock) / 1000, 0.0))

    def keep(self) -> CallSteps[None]:
        """Renew the countdown until it is to be closed."""
        pause = self._pause()
        while not self.closing.is_set:
            yield Sleep(pause, self.closing)
            if self.closing.is_set:
                return
            try:
                yield from self.begin()
                pause = self._pause()
            except CallError as error:
                pause = _RETRY
                self._warn(error)

    def close(self) -> CallSteps[None]:
        """End the countdown without its effect.

        Raises:
            CallError: It is not known to be closed; the subclass says why.
        """
        yield from self._set("CLOSE")
        # A renewal whose answer was lost may arrive after this, and begin the countdown again.
        late = self._acts_until - self.context.now()
        if late > 0:
            yield Sleep(late)
            yield from self._set("CLOSE")

    def _pause(self) -> float:
        return max(self.seconds_left() / _RENEWALS, _RETRY)

    def _set(self, kind: str) -> CallSteps[dict[str, object]]:
        call = ApiCall.of(_SWITCH, {"type": kind, "timeOut": self.seconds})
        # A renewal must not take so long that no other one fits in; the first one may.
        seconds = self.context.timeout
        if self._ends:
            seconds = min(seconds, self.seconds / _RENEWALS)
        result: EffectResult = None
        sent, steps = 0, resolve(self.context, call, seconds)
        try:
            while True:
                effect = steps.send(result)
                sent += isinstance(effect, Send)
                result = yield effect
        except StopIteration as stop:
            response: Response = stop.value
            return response.data()
        except OutcomeUnknown:
            sent += 1
            raise
        finally:
            steps.close()
            # Of several requests one was answered, and the others may still arrive.
            if sent > 1 and kind == "ACTIVATE":
                delay = BY_ID["cancelOrder"].timing
                seconds = seconds_to_effect(call) + (delay.takes_effect_within if delay else 0.0)
                self._acts_until = self.context.now() + seconds

    def _warn(self, error: CallError) -> None:
        left = self.seconds_left()
        self.lapsed = self.lapsed or not left
        try:
            self.on_warning(SwitchWarning(left, self.triggers_at, error))
        except Exception:  # noqa: BLE001 - the caller's own
            # The renewals must go on, whatever the caller's own function does.
            _log.exception("on_warning of the dead man's switch failed")


def _milliseconds(trigger_time: object) -> int:
    number = int(str(trigger_time))
    return number * 1000 if number < _LARGEST_SECONDS else number
