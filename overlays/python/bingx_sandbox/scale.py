"""The scale: how much of the documented limits is enforced, and how long a lock-out lasts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.objects import load_object
from bingx_sandbox.rates import Rate
from bingx_sandbox.settings import Number

DOCUMENTED = "documented"
OFF = "off"

_FACTOR = Number(1.0, 0.01, 1000.0)
_LOCK_SECONDS = Number(None, 0.0, 3600.0)
_WRITTEN_FACTOR = re.compile(r"x?(\d{1,4}(?:\.\d{1,4})?)", re.ASCII)
_LIMITS_RULE = f"must be {DOCUMENTED}, {OFF}, or a factor from 0.01 to 1000 such as 10 or x10"


@dataclass(frozen=True)
class Scale:
    """How strict the sandbox is.

    Attributes:
        factor: By how much the documented numbers of requests are multiplied; None enforces no limit at
            all, not even on equal errors.
        lock_seconds: How long a lock-out lasts; None for as long as each is documented.
    """

    factor: float | None = 1.0
    lock_seconds: float | None = None

    def of(self, rate: Rate) -> Rate:
        """Scale a rate, to no fewer than one request."""
        return Rate(max(1, math.floor(rate.requests * (self.factor or 1.0))), rate.seconds)

    def written(self) -> dict[str, object]:
        """Write it as `read_scale` takes it."""
        limits = OFF if self.factor is None else DOCUMENTED if self.factor == 1 else self.factor
        return {"limits": limits, "lockSeconds": self.lock_seconds}


DOCUMENTED_SCALE = Scale()
"""As strict as the exchange documents it."""


def read_scale(limits: object = DOCUMENTED, lock_seconds: object = None) -> Scale:
    """Check a scale, as JSON or an option gives it.

    Args:
        limits: `documented`, `off`, or a factor: a number, its digits, or those with an `x` before them.
        lock_seconds: How long a lock-out lasts; None for as long as each is documented.

    Raises:
        SandboxError: One of the two is wrong; the error names it.
    """
    if lock_seconds is not None and not _LOCK_SECONDS.allows(lock_seconds):
        raise SandboxError(_LOCK_SECONDS.rule, field="lockSeconds")
    seconds = None if lock_seconds is None else float(str(lock_seconds))
    return Scale(None if limits == OFF else _factor(limits), seconds)


def load_scale(text: bytes) -> Scale:
    """Load a scale from JSON: an object of `limits` and `lockSeconds`, neither of which must be there.

    Raises:
        SandboxError: The text is no such object, or one of its members is wrong.
    """
    given = load_object(text, ("limits", "lockSeconds"), '{"limits": "x10", "lockSeconds": 5}')
    return read_scale(given.get("limits", DOCUMENTED), given.get("lockSeconds"))


def _factor(limits: object) -> float:
    if limits == DOCUMENTED:
        return 1.0
    written = _WRITTEN_FACTOR.fullmatch(limits) if isinstance(limits, str) else None
    factor = float(written[1]) if written else limits
    if not _FACTOR.allows(factor):
        raise SandboxError(_LIMITS_RULE, field="limits")
    return float(str(factor))
