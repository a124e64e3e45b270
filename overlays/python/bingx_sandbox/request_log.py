"""The log of the last requests, each with its verdict."""

from __future__ import annotations

import textwrap
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from itertools import count, islice
from typing import Literal, TypedDict

from bingx_sandbox.doctor.report import DiagnosisDict

LOG_SIZE = 1000
"""How many requests the log keeps; older ones are dropped."""

Answered = Literal["whole", "cut", "nothing"]
"""How much of a response the sandbox has sent."""

_SEARCHED_BACK = 20
_MAX_EXPLAINED = 20
_WIDTH = 79


class RequestRecord(TypedDict, total=False):
    """One request as in `GET /_sandbox/requests`; fields that do not apply to it are missing.

    `verdict` is `accepted`, or code and text of the rejection by key, signature, time or permission;
    `diagnosis` says which mistake explains such a rejection. `code` and `msg` are those of the exchange's
    response, which may also reject because of the order; a fault may have sent something else. `fault` names
    it, `limit` the limit that rejected the request, `uid` the account of its API key. `executed` says
    whether the request changed an order, `answered` how much was sent: `whole`, `cut` or `nothing`.
    No field contains the secret, and the API key is masked.
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
    diagnosis: DiagnosisDict
    code: int
    msg: str
    uid: str | None
    limit: str | None
    fault: str | None
    executed: bool
    answered: Answered


class RequestLog:
    """Keeps the last requests, oldest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Drop every request and count from 1 again."""
        with self._lock:
            self._records: deque[RequestRecord] = deque(maxlen=LOG_SIZE)
            self._numbers = count(1)

    def add(self, record: RequestRecord) -> None:
        """Add a record under the next number."""
        with self._lock:
            record["number"] = next(self._numbers)
            self._records.append(record)

    def signatures_before(self, record: RequestRecord, most: int) -> list[str]:
        """Return the last signatures that the same account sent before a request, latest first."""
        with self._lock:
            latest = list(islice(reversed(self._records), _SEARCHED_BACK))
        signatures = [
            earlier.get("receivedSignature")
            for earlier in latest
            if earlier["number"] < record["number"] and earlier["uid"] == record["uid"]
        ]
        return [signature for signature in signatures if signature][:most]

    def find(self, number: int) -> RequestRecord | None:
        """Return a copy of one record; None if it was dropped or does not exist."""
        with self._lock:
            # Numbers are consecutive, so the first one gives the index of all.
            index = number - self._records[0]["number"] if self._records else -1
            return self._records[index].copy() if 0 <= index < len(self._records) else None

    def latest(self, most: int) -> list[RequestRecord]:
        """Return copies of the last records, latest first."""
        with self._lock:
            return [record.copy() for record in islice(reversed(self._records), most)]

    def records(self) -> list[RequestRecord]:
        """Return copies of the records, oldest first."""
        with self._lock:
            return [record.copy() for record in self._records]


def _visible(text: str) -> str:
    """Return text of a client with every character written out that a terminal would obey."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )


def explain_rejections(records: Sequence[RequestRecord], refused: Mapping[str, int]) -> Iterator[str]:
    """Yield lines that say why requests were rejected, as far as that can be explained.

    Args:
        records: The requests.
        refused: How many requests each limit has rejected.
    """
    rejected = [record for record in records if "diagnosis" in record]
    for record in rejected[:_MAX_EXPLAINED]:
        yield _visible(f"Request {record['number']}, {record['method']} {record['path']}")
        reason = f"{record['verdict']}. {record['diagnosis']['words']}"
        yield textwrap.fill(_visible(reason), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if len(rejected) > _MAX_EXPLAINED:
        yield f"{len(rejected) - _MAX_EXPLAINED} more requests were rejected."
    if total := sum(refused.values()):
        yield f"Requests rejected by a rate limit: {total}. Use --limits off to disable the limits."
