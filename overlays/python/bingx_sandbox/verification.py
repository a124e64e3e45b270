"""Verification of timestamp and signature, stage by stage.

Parameters as received -> canonical string -> expected signature -> verdict. The exchange does not document
the order of the checks; the sandbox's is: signature present, timestamp present and an integer, recvWindow
within its bounds, timestamp within the window, signature correct. So a request that is both late and
wrongly signed is rejected as late.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bingx_sandbox.parameters import Parameters
from bingx_sandbox.responses import (
    Rejection,
    invalid_parameter,
    signature_mismatch,
    signature_missing,
    timestamp_mismatch,
)

DEFAULT_WINDOW = 5000.0
"""The window of a request without `recvWindow`, or with 0, which the exchange's own samples send."""

LARGEST_WINDOW = 60_000.0
"""Official texts name both 5000 and 60000 as the largest recvWindow; the sandbox takes the larger."""

_INTEGER = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,400})?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Verification:
    """The stages of one verification.

    Attributes:
        parameters: The parameters as received, with their placement and signature.
        canonical_string: The text that the signature must cover.
        expected_signature: The signature of that text with the account's secret.
        rejection: Why the request is rejected; None if it is accepted.
    """

    parameters: Parameters
    canonical_string: str
    expected_signature: str = field(repr=False)
    rejection: Rejection | None


def verify(parameters: Parameters, api_secret: str, now: int) -> Verification:
    """Verify parameters with the account's secret, at a time in Unix milliseconds."""
    canonical = canonical_string(parameters)
    expected = sign(canonical, api_secret)
    rejection = None
    try:
        _check(parameters, canonical, expected, now)
    except Rejection as raised:
        rejection = raised
    return Verification(parameters, canonical, expected, rejection)


def canonical_string(parameters: Parameters) -> str:
    """Return the text that is signed: `key=value` joined with `&`, the keys of a JSON body sorted."""
    values = parameters.values
    names = sorted(values) if parameters.placement == "json" else values
    return "&".join(f"{name}={values[name]}" for name in names)


def sign(canonical: str, api_secret: str) -> str:
    """Return the signature of a canonical string: HMAC-SHA256 of its UTF-8 bytes, in lower-case hex."""
    return hmac.new(api_secret.encode("utf-8"), canonical.encode("utf-8"), hashlib.sha256).hexdigest()


def _check(parameters: Parameters, canonical: str, expected: str, now: int) -> None:
    if parameters.signature is None:
        raise signature_missing(parameters.placement)
    _check_timestamp(parameters.values, now)
    # Bytes, because compare_digest takes only ASCII text, and a signature may contain anything.
    if not hmac.compare_digest(parameters.signature.encode("utf-8"), expected.encode("utf-8")):
        raise signature_mismatch(canonical)


def _check_timestamp(values: Mapping[str, str], now: int) -> None:
    timestamp = values.get("timestamp")
    if timestamp is None:
        raise timestamp_mismatch("timestamp is missing")
    if not _INTEGER.fullmatch(timestamp):
        raise timestamp_mismatch("timestamp is not a whole number of milliseconds")
    window = _window(values)
    late = now - int(timestamp)
    if abs(late) > window:
        direction = "behind" if late > 0 else "ahead of"
        raise timestamp_mismatch(f"timestamp is {abs(late)} ms {direction} the server's clock")


def _window(values: Mapping[str, str]) -> float:
    text = values.get("recvWindow", "0")
    window = float(text) if _NUMBER.fullmatch(text) else -1.0
    if not 0 <= window <= LARGEST_WINDOW:
        raise invalid_parameter(f"recvWindow must be a number from 0 to {LARGEST_WINDOW:.0f}")
    return window or DEFAULT_WINDOW
