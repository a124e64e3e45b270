"""One request to the exchange, what the sandbox knows about it, and its record in the request log."""

from __future__ import annotations

from dataclasses import dataclass

from bingx_sandbox.accounts import ApiKey, mask
from bingx_sandbox.doctor.report import Diagnosis
from bingx_sandbox.errors import UnreadableParameters
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.limits import UNLIMITED, Caller, LimitDecision
from bingx_sandbox.parameters import Parameters
from bingx_sandbox.request_log import RequestRecord
from bingx_sandbox.responses import Envelope, Rejection
from bingx_sandbox.verification import Verification

ACCEPTED = "accepted"

_LOGGED_HEADERS = ("content-type", "user-agent", "x-source-key")
# Long enough for any trade request; the log shows what was sent, it is not an archive.
_LOGGED_BYTES = 4096


@dataclass(frozen=True)
class IncomingRequest:
    """A request that was received and not judged yet.

    Attributes:
        http: The HTTP request.
        record: Its record in the request log, which is completed while the request is handled.
        parameters: Its parameters in whatever placement, or why they cannot be read.
        order_id: The order that it names by either id, signed or not; None if it names none.
        key: Its API key; None if that is unknown or missing.
        caller: The caller of the endpoint; None if there is no such endpoint.
        limit_decision: Whether the limits allow it.
    """

    http: HttpRequest
    record: RequestRecord
    parameters: Parameters | UnreadableParameters
    order_id: int | None
    key: ApiKey | None = None
    caller: Caller | None = None
    limit_decision: LimitDecision = UNLIMITED

    def log_parameters(self, parameters: Parameters) -> None:
        """Add the parameters to the record as they were read."""
        self.record["placement"] = parameters.placement
        self.record["parameters"] = parameters.values
        self.record["receivedSignature"] = parameters.signature

    def log_verification(self, verification: Verification) -> None:
        """Add the stages of the verification to the record."""
        self.record["expectedCanonicalString"] = verification.canonical_string
        self.record["expectedSignature"] = verification.expected_signature

    def log_diagnosis(self, diagnosis: Diagnosis) -> None:
        """Add the diagnosis of the signature doctor to the record."""
        self.record["diagnosis"] = diagnosis.to_dict()

    def log_rejection(self, rejection: Rejection) -> None:
        """Add a rejection to the record; it is the verdict unless the request was accepted before."""
        self.record.setdefault("verdict", str(rejection))
        if rejection.detail:
            self.record["detail"] = rejection.detail

    def log_response(self, envelope: Envelope) -> None:
        """Add code and text of the response to the record."""
        self.record["code"] = int(str(envelope.payload["code"]))
        self.record["msg"] = str(envelope.payload["msg"])


def new_record(http: HttpRequest, uid: str | None = None, limit: str | None = None) -> RequestRecord:
    """Return the first part of a record: the request as received, its API key masked.

    Args:
        http: The request.
        uid: The account that its API key belongs to.
        limit: The limit that rejects it.
    """
    headers = {name: http.headers.get(name) for name in _LOGGED_HEADERS}
    return RequestRecord(
        receivedAt=http.received_at,
        method=http.method,
        path=http.path,
        headers={"x-bx-apikey": mask(http.api_key), **headers},
        query=_logged(http.query),
        body=_logged(http.body),
        uid=uid,
        limit=limit,
        fault=None,
        executed=False,
        answered="nothing",
    )


def _logged(raw: bytes) -> str:
    return raw[:_LOGGED_BYTES].decode("utf-8", errors="replace")
