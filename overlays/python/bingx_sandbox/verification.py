"""Verification of key, timestamp, signature and permission, stage by stage.

Parameters as received -> canonical string -> expected signature -> verdict. The exchange does not document
the order of the checks; the sandbox's is: signature present, timestamp present and an integer, recvWindow
within its bounds, timestamp within the window, signature correct. So a request that is both late and
wrongly signed is rejected as late. The signature doctor explains what is rejected.
"""

import hashlib
import hmac
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.doctor import (
    Diagnosis,
    check_api_key,
    check_missing_signature,
    check_signature,
    check_timestamp,
    rejected_request,
)
from bingx_sandbox.errors import UnreadableParameters
from bingx_sandbox.parameters import Parameters, read_parameters
from bingx_sandbox.request_log import IncomingRequest, RequestLog
from bingx_sandbox.responses import (
    Rejection,
    incorrect_api_key,
    invalid_parameter,
    permission_denied,
    signature_mismatch,
    signature_missing,
    timestamp_mismatch,
)

DEFAULT_WINDOW = 5000.0
"""The window of a request without `recvWindow`, or with 0, which the exchange's own samples send."""

LARGEST_WINDOW = 60_000.0
"""Official texts name both 5000 and 60000 as the largest recvWindow; the sandbox takes the larger."""

_WRONG_SIGNATURE = 100001
_NO_SIGNATURE = 100412
_WRONG_KEY = 100413
_WRONG_TIMESTAMP = 100421
_EARLIER_SIGNATURES = 3
_INTEGER = re.compile(r"\d{1,19}", re.ASCII)
_NUMBER = re.compile(r"\d{1,20}(\.\d{1,400})?([eE][+-]?\d{1,3})?", re.ASCII)


@dataclass(frozen=True)
class Verification:
    """The stages of one verification.

    Attributes:
        canonical_string: The text that the signature must cover.
        expected_signature: The signature of that text with the account's secret.
        rejection: Why the request is rejected; None if it is accepted.
    """

    canonical_string: str
    expected_signature: str = field(repr=False)
    rejection: Rejection | None


class Verifier:
    """Verifies requests, and lets the doctor explain what it rejects.

    Args:
        keys: The API keys of all accounts, by themselves.
        log: The request log, for earlier signatures.
        placements: The accepted placements.
    """

    def __init__(self, keys: Mapping[str, ApiKey], log: RequestLog, placements: Collection[str]) -> None:
        self._keys = keys
        self._log = log
        self._placements = placements

    def verify(self, request: IncomingRequest, permission: str | None, now: int) -> Parameters:
        """Return the parameters of a request, verified at a time in Unix milliseconds.

        Raises:
            Rejection: Key, parameters, timestamp, signature or permission are wrong.
        """
        key, record = request.key, request.record
        if key is None:
            raise self._explained(incorrect_api_key(request.http.api_key), request, Parameters(), now)
        try:
            parameters = read_parameters(request.http, self._placements)
        except UnreadableParameters as unreadable:
            raise invalid_parameter(str(unreadable)) from None
        record["placement"] = parameters.placement
        record["parameters"] = parameters.values
        record["receivedSignature"] = parameters.signature
        verification = verify(parameters, key.api_secret, now)
        record["expectedCanonicalString"] = verification.canonical_string
        record["expectedSignature"] = verification.expected_signature
        if verification.rejection is not None:
            raise self._explained(verification.rejection, request, parameters, now)
        if permission is not None and permission not in key.permissions:
            raise permission_denied(permission)
        return parameters

    def _explained(
        self, rejection: Rejection, request: IncomingRequest, parameters: Parameters, now: int
    ) -> Rejection:
        """Add the diagnosis to the record of a request, and to `debugMsg` if the rejection has one.

        A rejection by the gateway has none, and clients may use that to distinguish the two.
        """
        diagnosis = self._diagnose(rejection.code, request, parameters, now)
        if diagnosis is not None:
            request.record["diagnosis"] = diagnosis.to_dict()
            if rejection.debug_msg is not None:
                rejection.debug_msg = f"{rejection.debug_msg}; {diagnosis.words}"
        return rejection

    def _diagnose(
        self, code: int, request: IncomingRequest, parameters: Parameters, now: int
    ) -> Diagnosis | None:
        if code == _WRONG_KEY:
            return check_api_key(request.http, self._keys.values())
        if code == _NO_SIGNATURE:
            return check_missing_signature(request.http, self._placements)
        if code == _WRONG_TIMESTAMP:
            return check_timestamp(parameters.values.get("timestamp"), now)
        if code == _WRONG_SIGNATURE and request.key is not None:
            others = [key for key in self._keys.values() if key is not request.key]
            earlier = self._log.signatures_before(request.record, _EARLIER_SIGNATURES)
            return check_signature(rejected_request(request.http, parameters, request.key, others, earlier))
        return None


def verify(parameters: Parameters, api_secret: str, now: int) -> Verification:
    """Verify parameters with the account's secret, at a time in Unix milliseconds."""
    canonical = canonical_string(parameters)
    expected = sign(canonical, api_secret)
    return Verification(canonical, expected, _rejection(parameters, canonical, expected, now))


def canonical_string(parameters: Parameters) -> str:
    """Return the text that is signed: `key=value` joined with `&`, the keys of a JSON body sorted."""
    values = parameters.values
    names = sorted(values) if parameters.placement == "json" else values
    return "&".join(f"{name}={values[name]}" for name in names)


def sign(canonical: str, api_secret: str) -> str:
    """Return the signature of a canonical string: HMAC-SHA256 of its UTF-8 bytes, in lower-case hex."""
    return hmac.new(api_secret.encode("utf-8"), canonical.encode("utf-8"), hashlib.sha256).hexdigest()


def _rejection(parameters: Parameters, canonical: str, expected: str, now: int) -> Rejection | None:
    if parameters.signature is None:
        return signature_missing(parameters.placement)
    wrong_time = _timestamp_rejection(parameters.values, now)
    # Bytes, because compare_digest takes only ASCII text, and a signature may contain anything.
    if wrong_time or hmac.compare_digest(parameters.signature.encode(), expected.encode()):
        return wrong_time
    return signature_mismatch(canonical)


def _timestamp_rejection(values: Mapping[str, str], now: int) -> Rejection | None:
    timestamp = values.get("timestamp")
    if timestamp is None:
        return timestamp_mismatch("timestamp is missing")
    if not _INTEGER.fullmatch(timestamp):
        return timestamp_mismatch("timestamp is not a whole number of milliseconds")
    window = values.get("recvWindow", "0")
    if not _NUMBER.fullmatch(window) or float(window) > LARGEST_WINDOW:
        return invalid_parameter(f"recvWindow must be a number from 0 to {LARGEST_WINDOW:.0f}")
    late = now - int(timestamp)
    if abs(late) <= (float(window) or DEFAULT_WINDOW):
        return None
    direction = "behind" if late > 0 else "ahead of"
    return timestamp_mismatch(f"timestamp is {abs(late)} ms {direction} the server's clock")
