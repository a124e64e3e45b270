"""Verification: whether a request is fresh and signed by the account's secret, stage by stage.

Parameters as received -> canonical string -> expected signature -> verdict. The order of the checks is
the sandbox's own, as the exchange documents none: signature present, timestamp present and a whole
number, recvWindow within its bounds, timestamp within the window, signature right. A request that is
both late and wrongly signed is thus told that it is late.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bingx_sandbox.answers import (
    Refusal,
    invalid_parameter,
    signature_mismatch,
    signature_missing,
    timestamp_mismatch,
)
from bingx_sandbox.parameters import Sent

DEFAULT_WINDOW = 5000.0
LARGEST_WINDOW = 60_000.0
"""Official texts name both 5000 and 60000 as the largest recvWindow; the sandbox goes by the larger."""

_WHOLE_NUMBER = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Verification:
    """The stages of one verification.

    Attributes:
        sent: The parameters as received, with their placement and the signature received.
        canonical_string: The text that the signature must cover.
        expected_signature: The signature that the account's secret gives for it.
        refusal: Why the request is refused; None if it is accepted.
    """

    sent: Sent
    canonical_string: str
    expected_signature: str = field(repr=False)
    refusal: Refusal | None


def verify(sent: Sent, api_secret: str, now: int) -> Verification:
    """Verify what a request sent against the account's secret, at a time in Unix milliseconds."""
    canonical = canonical_string(sent)
    expected = sign(canonical, api_secret)
    refusal = None
    try:
        _check(sent, canonical, expected, now)
    except Refusal as refused:
        refusal = refused
    return Verification(sent, canonical, expected, refusal)


def canonical_string(sent: Sent) -> str:
    """Join the parameters to the text that is signed: a JSON body's keys sorted, others in the order sent."""
    names = sorted(sent.parameters) if sent.placement == "json" else sent.parameters
    return "&".join(f"{name}={sent.parameters[name]}" for name in names)


def sign(canonical: str, api_secret: str) -> str:
    """Sign a canonical string: HMAC-SHA256 over its UTF-8 bytes, in lower-case hex."""
    return hmac.new(api_secret.encode("utf-8"), canonical.encode("utf-8"), hashlib.sha256).hexdigest()


def _check(sent: Sent, canonical: str, expected: str, now: int) -> None:
    if sent.signature is None:
        raise signature_missing(sent.placement)
    _check_timestamp(sent.parameters, now)
    # Bytes, because compare_digest takes no text beyond ASCII, and a signature may hold any.
    if not hmac.compare_digest(sent.signature.encode("utf-8"), expected.encode("utf-8")):
        raise signature_mismatch(canonical)


def _check_timestamp(parameters: Mapping[str, str], now: int) -> None:
    timestamp = parameters.get("timestamp")
    if timestamp is None:
        raise timestamp_mismatch("timestamp is missing")
    if not _WHOLE_NUMBER.fullmatch(timestamp):
        raise timestamp_mismatch("timestamp is not a whole number of milliseconds")
    window = _window(parameters)
    late = now - int(timestamp)
    if abs(late) > window:
        direction = "behind" if late > 0 else "ahead of"
        raise timestamp_mismatch(f"timestamp is {abs(late)} ms {direction} the server's clock")


def _window(parameters: Mapping[str, str]) -> float:
    text = parameters.get("recvWindow")
    if text is None:
        return DEFAULT_WINDOW
    window = float(text) if _NUMBER.fullmatch(text) else 0.0
    if not 0 < window <= LARGEST_WINDOW:
        raise invalid_parameter(f"recvWindow must be a number above 0 and at most {LARGEST_WINDOW:.0f}")
    return window
