"""How strictly the documented limits are enforced, and how long a lock-out lasts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.rates import Rate
from bingx_sandbox.settings import Boolean, Number, load_object

DOCUMENTED = "documented"
OFF = "off"

_FACTOR = Number(1.0, least=0.01, most=1000.0)
_LOCK_SECONDS = Number(least=0.0, most=3600.0)
_COPY_TRADING = Boolean(False)
_FACTOR_TEXT = re.compile(r"x?(\d{1,4}(?:\.\d{1,4})?)", re.ASCII)
_LIMITS_RULE = f"must be {DOCUMENTED}, {OFF}, or a factor from 0.01 to 1000 such as 10 or x10"
_EXAMPLE = '{"limits": "x10", "lockSeconds": 5}'


@dataclass(frozen=True)
class LimitScale:
    """How strictly limits are enforced.

    Attributes:
        factor: The factor by which the documented numbers of requests are multiplied; None disables all
            limits, the one on repeated errors included.
        lock_seconds: How long a lock-out lasts; None for the documented times.
        copy_trading: Whether the accounts are copy-trading leaders, who have lower rates.
    """

    factor: float | None = 1.0
    lock_seconds: float | None = None
    copy_trading: bool = False

    def apply(self, rate: Rate) -> Rate:
        """Return the scaled rate, with at least one request."""
        return Rate(max(1, math.floor(rate.requests * (self.factor or 1.0))), rate.seconds)

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON, as `read_scale` takes it."""
        limits = OFF if self.factor is None else DOCUMENTED if self.factor == 1 else self.factor
        return {"limits": limits, "lockSeconds": self.lock_seconds, "copyTrading": self.copy_trading}


DOCUMENTED_SCALE = LimitScale()
"""As strict as the exchange documents it."""


def read_scale(
    limits: object = DOCUMENTED, lock_seconds: object = None, copy_trading: object = False
) -> LimitScale:
    """Check a scale, as given by JSON or an option.

    Args:
        limits: `documented`, `off`, or a factor: a number or its digits, with or without an `x` before them.
        lock_seconds: How long a lock-out lasts; None for the documented times.
        copy_trading: Whether the accounts are copy-trading leaders.

    Raises:
        SandboxError: An argument is wrong; the error names it.
    """
    if lock_seconds is not None and not _LOCK_SECONDS.allows(lock_seconds):
        raise SandboxError(_LOCK_SECONDS.rule, field="lockSeconds")
    if not _COPY_TRADING.allows(copy_trading):
        raise SandboxError(_COPY_TRADING.rule, field="copyTrading")
    seconds = None if lock_seconds is None else float(str(lock_seconds))
    return LimitScale(None if limits == OFF else _factor(limits), seconds, copy_trading is True)


def load_scale(text: bytes) -> LimitScale:
    """Load a scale from JSON: an object of `limits`, `lockSeconds` and `copyTrading`, each of them optional.

    Raises:
        SandboxError: The text is not such an object, or one of its members is wrong.
    """
    given = load_object(text, ("limits", "lockSeconds", "copyTrading"), _EXAMPLE)
    return read_scale(
        given.get("limits", DOCUMENTED), given.get("lockSeconds"), given.get("copyTrading", False)
    )


def _factor(limits: object) -> float:
    if limits == DOCUMENTED:
        return 1.0
    match = _FACTOR_TEXT.fullmatch(limits) if isinstance(limits, str) else None
    factor = float(match[1]) if match else limits
    if not _FACTOR.allows(factor):
        raise SandboxError(_LIMITS_RULE, field="limits")
    return float(str(factor))
