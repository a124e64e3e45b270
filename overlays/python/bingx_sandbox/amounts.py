"""Amounts: decimals that travel as text, in plain notation, with no digit lost."""

from __future__ import annotations

import re
from decimal import Decimal, localcontext

from bingx_sandbox.errors import SandboxError

_PLAIN = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)
# Wide enough for the product of two amounts of 20 + 20 digits, so that no product is ever rounded.
_PRECISION = 100


def read_amount(field: str, text: str) -> Decimal:
    """Read a decimal of plain digits, such as `0.1532`.

    Raises:
        SandboxError: The text is anything else: signed, in exponent form, over 20 digits a side.
    """
    if not _PLAIN.fullmatch(text):
        raise SandboxError("must be a plain decimal such as 0.1532, at most 20 digits a side", field=field)
    return Decimal(text)


def read_positive_amount(field: str, text: str) -> Decimal:
    """Read a decimal of plain digits that is above zero.

    Raises:
        SandboxError: The text is no such decimal.
    """
    amount = read_amount(field, text)
    if amount == 0:
        raise SandboxError("must be above 0", field=field)
    return amount


def write_amount(amount: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros, as the exchange writes amounts."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """Multiply two amounts exactly."""
    with localcontext(prec=_PRECISION):
        return left * right
