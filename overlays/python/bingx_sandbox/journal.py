"""The journal: the last requests as they were received, each with its verdict."""

from __future__ import annotations

import threading
from collections import deque
from itertools import count, islice
from typing import Literal, TypedDict

from bingx_sandbox.accounts import mask
from bingx_sandbox.answers import Answer, Refusal
from bingx_sandbox.doctor.diagnosis import Diagnosis, WrittenDiagnosis
from bingx_sandbox.parameters import Sent
from bingx_sandbox.received import Received
from bingx_sandbox.verify import Verification

KEPT = 1000
"""How many requests are kept; older ones are forgotten."""

ACCEPTED = "accepted"
Answered = Literal["whole", "cut", "nothing"]
"""How much of an answer the sandbox has sent."""

_SHOWN_HEADERS = ("content-type", "user-agent", "x-source-key")
# Long enough for any trade request; the point is to see what was sent, not to archive it.
_SHOWN_BYTES = 4096
_LOOKED_BACK = 20


class RequestRecord(TypedDict, total=False):
    """What `GET /_sandbox/requests` tells of one request; what a request never came to is left out.

    `verdict` is `accepted`, or code and text of the refusal by key, signature, time or permission;
    `diagnosis` says which mistake explains such a refusal. `code` and `msg` are those of the exchange's
    answer, which may refuse for a reason of the order's; a fault may have sent something else. `fault` names
    it, `limit` the limit that refused the request, `uid` the account that its API key belongs to; `executed`
    tells whether the request changed the book, and `answered` how much was sent: `whole`, `cut` or `nothing`.
    The secret is in no field and the API key is masked.
    """

    number: int
    receivedAt: int
    method: str
    path: str
    headers: dict[str, str | None]
    query: str
    body: str
    placement: str | None
    parameters: dict[str, str]
    expectedCanonicalString: str
    expectedSignature: str
    receivedSignature: str | None
    verdict: str
    detail: str
    diagnosis: WrittenDiagnosis
    code: int
    msg: str
    uid: str | None
    limit: str | None
    fault: str | None
    executed: bool
    answered: Answered


class Journal:
    """Keeps the last requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget every request and count from 1 again."""
        with self._lock:
            self._records: deque[RequestRecord] = deque(maxlen=KEPT)
            self._numbers = count(1)

    def add(self, record: RequestRecord) -> None:
        """Keep a record under the next number."""
        with self._lock:
            record["number"] = next(self._numbers)
            self._records.append(record)

    def signatures_before(self, record: RequestRecord, most: int) -> list[str]:
        """List the signatures that the same account sent last before a request."""
        with self._lock:
            latest = list(islice(reversed(self._records), _LOOKED_BACK))
        signatures = [
            earlier.get("receivedSignature")
            for earlier in latest
            if earlier["number"] < record["number"] and earlier["uid"] == record["uid"]
        ]
        return [signature for signature in signatures if signature][:most]

    def find(self, number: int) -> RequestRecord | None:
        """Give a copy of one record; None for one that is forgotten or never was."""
        with self._lock:
            # Numbers follow each other, so that the place of one tells that of all.
            place = number - self._records[0]["number"] if self._records else -1
            return self._records[place].copy() if 0 <= place < len(self._records) else None

    def latest(self, count: int) -> list[RequestRecord]:
        """List copies of the last records, latest first."""
        with self._lock:
            return [record.copy() for record in islice(reversed(self._records), count)]

    def records(self) -> list[RequestRecord]:
        """List copies of the records, oldest first."""
        with self._lock:
            return [record.copy() for record in self._records]


def open_record(received: Received, uid: str | None = None, limit: str | None = None) -> RequestRecord:
    """Begin the record of a request with what was received, the API key masked.

    Args:
        received: The request.
        uid: The account that its API key belongs to.
        limit: The limit that refuses it.
    """
    shown = {name: received.headers.get(name) for name in _SHOWN_HEADERS}
    return RequestRecord(
        receivedAt=received.received_at,
        method=received.method,
        path=received.path,
        headers={"x-bx-apikey": mask(received.api_key), **shown},
        query=_shown(received.query),
        body=_shown(received.body),
        uid=uid,
        limit=limit,
        fault=None,
        executed=False,
        answered="nothing",
    )


def note_sent(record: RequestRecord, sent: Sent) -> None:
    """Add the parameters to a record as they were read."""
    record["placement"] = sent.placement
    record["parameters"] = sent.parameters
    record["receivedSignature"] = sent.signature


def note_verification(record: RequestRecord, verification: Verification) -> None:
    """Add the stages of the verification to a record."""
    record["expectedCanonicalString"] = verification.canonical_string
    record["expectedSignature"] = verification.expected_signature


def note_diagnosis(record: RequestRecord, diagnosis: Diagnosis) -> None:
    """Add to a record what the doctor says."""
    record["diagnosis"] = diagnosis.written()


def note_refusal(record: RequestRecord, refusal: Refusal) -> None:
    """Add a refusal to a record; it is the verdict unless the request was accepted before."""
    record.setdefault("verdict", str(refusal))
    if refusal.detail:
        record["detail"] = refusal.detail


def note_answer(record: RequestRecord, answer: Answer) -> None:
    """Add code and text of the answer to a record."""
    record["code"] = int(str(answer.payload["code"]))
    record["msg"] = str(answer.payload["msg"])


def _shown(raw: bytes) -> str:
    return raw[:_SHOWN_BYTES].decode("utf-8", errors="replace")
