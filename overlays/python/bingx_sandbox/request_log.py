"""The log of the last requests, each with its verdict, and what is counted of all requests."""

import textwrap
import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Literal, TypedDict

from bingx_sandbox.accounts import ApiKey, mask
from bingx_sandbox.doctor import DiagnosisDict
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.limits import LIMIT_NAMES, Caller, LimitDecision
from bingx_sandbox.order import Order

LOG_SIZE = 1000
"""How many requests the log keeps; older ones are dropped."""

Answered = Literal["whole", "cut", "nothing"]
"""How much of a response the sandbox has sent."""

_LOGGED_HEADERS = ("content-type", "user-agent", "x-source-key")
# Long enough for any trade request; the log shows what was sent, it is not an archive.
_LOGGED_BYTES = 4096
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


class Executed(TypedDict):
    """The state of one order and the cancel requests for it.

    `cancelledBy` is the number of the request that cancelled the order; None if no request did.
    """

    status: str
    cancelRequests: int
    cancelledBy: int | None


@dataclass(frozen=True)
class IncomingRequest:
    """A request that was received and not judged yet.

    Attributes:
        http: The HTTP request.
        record: Its record in the request log, which is completed while the request is handled.
        order_id: The order that it names by either id, signed or not; None if it names none.
        key: Its API key; None if that is unknown or missing.
        caller: The caller of the endpoint; None if there is no such endpoint.
        limit_decision: Whether the limits allow it.
    """

    http: HttpRequest
    record: RequestRecord
    order_id: int | None
    key: ApiKey | None
    caller: Caller | None
    limit_decision: LimitDecision


class RequestLog:
    """Keeps the last requests, oldest first, and counts since the last reset; the counts forget none."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Drop every request and every count."""
        with self._lock:
            self._records: deque[RequestRecord] = deque(maxlen=LOG_SIZE)
            self._numbers = count(1)
            self._rejected: Counter[str | None] = Counter()
            self._cancel_requests: Counter[int] = Counter()
            self._cancelled_by: dict[int, int] = {}

    def add(self, record: RequestRecord, cancels: int | None = None) -> None:
        """Add a record under the next number, and count it for the order that it is to cancel."""
        with self._lock:
            record["number"] = next(self._numbers)
            self._records.append(record)
            self._rejected[record.get("limit")] += 1
            if cancels is not None:
                self._cancel_requests[cancels] += 1

    def set_executed(self, record: RequestRecord, order_id: int) -> None:
        """Note that a request has cancelled an order."""
        record["executed"] = True
        self._cancelled_by[order_id] = record["number"]

    def rejections(self) -> dict[str, int]:
        """Return how many requests each limit has rejected, zeros included."""
        return {limit: self._rejected[limit] for limit in LIMIT_NAMES}

    def executed(self, orders: Iterable[Order]) -> dict[str, Executed]:
        """Return the state of each order by its id; the ids are strings, as JSON keys are."""
        return {
            str(order.order_id): Executed(
                status=order.status,
                cancelRequests=self._cancel_requests[order.order_id],
                cancelledBy=self._cancelled_by.get(order.order_id),
            )
            for order in orders
        }

    def signatures_before(self, record: RequestRecord, most: int) -> list[str]:
        """Return the last signatures that the same account sent before a request, latest first."""
        earlier = [each for each in self.latest(_SEARCHED_BACK) if each["number"] < record["number"]]
        signatures = [each.get("receivedSignature") for each in earlier if each["uid"] == record["uid"]]
        return [signature for signature in signatures if signature][:most]

    def find(self, number: int) -> RequestRecord | None:
        """Return a copy of one record; None if it was dropped or does not exist."""
        with self._lock:
            return next((record.copy() for record in self._records if record["number"] == number), None)

    def latest(self, most: int) -> list[RequestRecord]:
        """Return copies of the last records, latest first."""
        with self._lock:
            return [record.copy() for record in islice(reversed(self._records), most)]

    def records(self) -> list[RequestRecord]:
        """Return copies of the records, oldest first."""
        return self.latest(LOG_SIZE)[::-1]


def new_record(http: HttpRequest, uid: str | None, limit: str | None) -> RequestRecord:
    """Return the record of a request as received, its API key masked: of an account, rejected by a limit."""
    headers = {name: http.headers.get(name) for name in _LOGGED_HEADERS}
    return RequestRecord(
        receivedAt=http.received_at,
        method=http.method,
        path=http.path,
        headers={"x-bx-apikey": mask(http.api_key), **headers},
        query=http.query[:_LOGGED_BYTES].decode(errors="replace"),
        body=http.body[:_LOGGED_BYTES].decode(errors="replace"),
        uid=uid,
        limit=limit,
        fault=None,
        executed=False,
        answered="nothing",
    )


def explain_rejections(records: Sequence[RequestRecord], refused: Mapping[str, int]) -> Iterator[str]:
    """Yield lines that say why requests were rejected, as far as that can be explained."""
    groups: dict[str, list[RequestRecord]] = {}
    for record in records:
        if "diagnosis" in record:
            groups.setdefault(f"{record['verdict']}. {record['diagnosis']['words']}", []).append(record)
    for reason, (first, *others) in islice(groups.items(), _MAX_EXPLAINED):
        more = f", and {len(others)} more" if others else ""
        yield _visible(f"Request {first['number']}, {first['method']} {first['path']}{more}")
        yield textwrap.fill(_visible(reason), _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if left := sum(map(len, islice(groups.values(), _MAX_EXPLAINED, None))):
        yield f"{left} more requests were rejected."
    if total := sum(refused.values()):
        yield f"Requests rejected by a rate limit: {total}. Use --limits off to disable the limits."


def _visible(text: str) -> str:
    """Return text of a client with every character written out that a terminal would obey."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
