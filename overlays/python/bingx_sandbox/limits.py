"""Limits: who has asked how often, who is locked out, and until when.

What the exchange documents, and what the sandbox makes of it where that leaves a choice:

- Each arrival at an endpoint that has limits counts, whatever becomes of it, over any stretch of a limit's
  seconds. One that the limit itself refuses does not count.
- Going past a limit locks the caller out of what the limit is for: a UID out of an endpoint (100410), an IP
  address out of an endpoint or of its group (HTTP 429). A lock-out ends when it was said to end, however
  often the caller asks meanwhile.
- An IP address that goes on past 429 more than ten times is banned from everything (HTTP 418). Each request
  that it then sends makes the ban longer.
- Twenty equal errors of a UID at an endpoint within 480 seconds lock it out of that endpoint for as long.

Pure: it decides and counts. Moments are those of a clock in seconds that never steps.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bingx_sandbox.admission import UNLIMITED, Admission, Caller, EqualErrors, LimitName
from bingx_sandbox.rates import EQUAL_ERRORS, IP_GROUPS, LOCK_SECONDS, TOLERATED, Rate
from bingx_sandbox.scale import Scale
from bingx_sandbox.window import Window

Key = tuple[LimitName, str, str]
"""A limit's name, whose it is (a UID or an IP address), and what it is for."""


@dataclass
class _Limit:
    """One limit of one caller."""

    name: LimitName
    window: Window
    locked_until: float = 0.0
    refused: int = 0

    def take(self, now: float, lock_seconds: float) -> Admission | None:
        """Count an arrival; one that is refused gets the refusal back."""
        if now >= self.locked_until:
            if self.window.left(now) > 0:
                self.window.add(now)
                return None
            # A lock-out shorter than the window must not end in the next one.
            self.locked_until = max(now + lock_seconds, self.window.frees_at(now))
            self.refused = 0
        self.refused += 1
        return Admission(self.name, 0, self.locked_until)


class Limits:
    """Lets requests in or refuses them, as strictly as a scale says.

    Args:
        scale: How strict it is.
        now: A clock in seconds that never steps.
    """

    def __init__(self, scale: Scale, now: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._now = now
        self.replace(scale)

    @property
    def scale(self) -> Scale:
        """Tell how strict it is."""
        return self._scale

    def replace(self, scale: Scale) -> None:
        """Be as strict as another scale says, and forget every arrival and lock-out."""
        with self._lock:
            self._scale = scale
            self._limits: dict[Key, _Limit] = {}
            self._bans: dict[str, float] = {}
            self._errors: dict[tuple[str, str, int], Window] = {}
            self._error_locks: dict[tuple[str, str], Admission] = {}

    def forget(self) -> None:
        """Forget every arrival, every error and every lock-out."""
        self.replace(self._scale)

    def admit(self, caller: Caller) -> Admission:
        """Count an arrival and tell whether it is let in."""
        if self._scale.factor is None:
            return UNLIMITED
        with self._lock:
            now = self._now()
            return self._banned(caller, now) or self._counted(caller, now)

    def note_error(self, caller: Caller, code: int) -> None:
        """Count an error that a UID was answered with; too many equal ones lock the endpoint."""
        if self._scale.factor is None or caller.uid is None:
            return
        with self._lock:
            now = self._now()
            # Whatever the scale: a client that guards against twenty does not know of it.
            window = self._errors.setdefault((caller.uid, caller.endpoint, code), Window(EQUAL_ERRORS))
            if window.left(now) > 0:
                window.add(now)
            if window.left(now) == 0:
                until = now + self._lock_seconds(EQUAL_ERRORS.seconds)
                errors = EqualErrors(code, window.rate)
                lock = Admission("equalErrors", 0, until, errors)
                self._error_locks[caller.uid, caller.endpoint] = lock
                window.clear()

    def milliseconds_until(self, moment: float) -> int:
        """Tell how far off a moment is, so that whoever waits until a clock shows it comes after it.

        Both this and the clock that it is added to leave out the fraction of a millisecond.
        """
        return max(0, int((moment - self._now()) * 1000) + 2)

    def counted(self) -> list[dict[str, object]]:
        """List what is counted: which limit, of whom and for what, its rate, and what remains of it."""
        with self._lock:
            now = self._now()
            windows = {key: limit.window for key, limit in self._limits.items()}
            windows |= {
                ("equalErrors", uid, f"{code} from {endpoint}"): window
                for (uid, endpoint, code), window in self._errors.items()
            }
            return [
                {**_named(key), "requests": window.rate.requests, "seconds": window.rate.seconds}
                | {"remain": window.left(now)}
                for key, window in windows.items()
            ]

    def lock_outs(self, clock: int) -> list[dict[str, object]]:
        """List who is locked out of what, and until when by a clock that shows so many milliseconds."""
        with self._lock:
            now = self._now()
            ends = {key: limit.locked_until for key, limit in self._limits.items()}
            ends |= {("equalErrors", *whose): lock.ends_at for whose, lock in self._error_locks.items()}
            ends |= {("ban", peer, "everything"): until for peer, until in self._bans.items()}
            return [
                {**_named(key), "until": clock + self.milliseconds_until(end)}
                for key, end in ends.items()
                if now < end
            ]

    def _banned(self, caller: Caller, now: float) -> Admission | None:
        if now >= self._bans.get(caller.peer, now):
            return None
        return self._ban(caller.peer, now)

    def _ban(self, peer: str, now: float) -> Admission:
        self._bans[peer] = now + self._lock_seconds(LOCK_SECONDS)
        return Admission("ban", 0, self._bans[peer])

    def _counted(self, caller: Caller, now: float) -> Admission:
        admission = UNLIMITED
        # The address's limits first: what they refuse, no UID is charged for.
        for key, rate in _limits_of(caller):
            limit = self._limits.setdefault(key, _Limit(key[0], Window(self._scale.of(rate))))
            refusal = limit.take(now, self._lock_seconds(LOCK_SECONDS))
            if refusal is not None:
                goes_on = limit.name != "uid" and limit.refused > 1 + TOLERATED
                return self._ban(caller.peer, now) if goes_on else refusal
            admission = Admission(None, limit.window.left(now), limit.window.frees_at(now))
        # Of several limits the headers tell of the last one, the UID's, which is the narrowest.
        return self._locked_for_errors(caller, now) or admission

    def _locked_for_errors(self, caller: Caller, now: float) -> Admission | None:
        lock = self._error_locks.get((caller.uid or "", caller.endpoint))
        return lock if lock is not None and now < lock.ends_at else None

    def _lock_seconds(self, documented: float) -> float:
        return documented if self._scale.lock_seconds is None else self._scale.lock_seconds


def _limits_of(caller: Caller) -> Iterator[tuple[Key, Rate]]:
    if caller.ip_group is not None:
        group = IP_GROUPS[caller.ip_group]
        yield ("ipGroup", caller.peer, f"group {caller.ip_group}"), group.group
        yield ("ipEndpoint", caller.peer, caller.endpoint), group.endpoint
    if caller.uid_rate is not None and caller.uid is not None:
        yield ("uid", caller.uid, caller.endpoint), caller.uid_rate


def _named(key: Key) -> dict[str, object]:
    name, whose, what = key
    return {"limit": name, "of": whose, "for": what}
