"""Timestamps: what is wrong with one that was refused."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from bingx_sandbox.doctor.diagnosis import Diagnosis
from bingx_sandbox.doctor.mistakes import Mistake, mistake

_MOST_DIGITS = 20
_DAY = Decimal(24 * 60 * 60 * 1000)
# How many milliseconds one of each has.
_UNITS = {
    "seconds": Decimal(1000),
    "microseconds": Decimal("0.001"),
    "nanoseconds": Decimal("0.000001"),
}


def examine_timestamp(timestamp: str | None, now: int) -> Diagnosis:
    """Say what is wrong with a timestamp that was refused, at a time in Unix milliseconds."""
    return Diagnosis((_mistake(timestamp, now),))


def _mistake(timestamp: str | None, now: int) -> Mistake:
    if timestamp is None:
        return mistake("timestamp-missing")
    number = _number(timestamp)
    if number is None:
        return mistake("timestamp-no-number", sent=timestamp)
    for unit, milliseconds in _UNITS.items():
        if abs(number * milliseconds - now) < _DAY:
            return mistake("timestamp-in-another-unit", sent=timestamp, unit=unit)
    if number != number.to_integral_value() or not timestamp.isdigit():
        return mistake("timestamp-no-number", sent=timestamp)
    apart = now - int(number)
    direction = "behind" if apart > 0 else "ahead of"
    return mistake("clock-off", apart=str(abs(apart)), direction=direction)


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= _MOST_DIGITS else None
    except InvalidOperation:
        return None
    # The exponent of a short text such as 1e99999999 would be unfolded by what follows.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    return number
