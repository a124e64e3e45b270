"""Content of a journal: one row for each order, and the counts of all rows."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Self

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import STOPPED, CancelOutcome, CancelResult
from bingx_spot.exceptions import CallError
from bingx_spot.validation import WIRE_NAMES, Restriction

WAITING = "waiting"
IN_FLIGHT = "in_flight"
DAMAGED = "damaged"
#: Every outcome that a journal may show for an order, and what it means.
OUTCOMES = {
    **{outcome.value: outcome.meaning for outcome in CancelOutcome},
    WAITING: "nothing was sent yet",
    IN_FLIGHT: "a request is in flight, or was when the run was killed",
    DAMAGED: "the row is damaged; nothing is sent for it",
}

#: The names in JSON and CSV, like those of the API, and the attributes of a `JournalRow`.
COLUMNS = {
    "line": "line",
    **{wire: name for name, wire in WIRE_NAMES.items()},
    "outcome": "outcome",
    "orderStatus": "order_status",
    "executedQty": "executed_qty",
    "exchangeOrderId": "exchange_order_id",
    "maybeCancelledByThisRun": "maybe_cancelled_by_us",
    "calls": "calls",
    "startedAt": "started_at",
    "endedAt": "ended_at",
    "error": "error",
    "code": "code",
    "message": "message",
    "hint": "hint",
    "attempts": "attempts",
}

#: The outcomes of an order that an earlier request may have cancelled.
MAYBE_OURS = (CancelOutcome.ALREADY_CANCELED, CancelOutcome.NOT_OPEN)


@dataclass(frozen=True, slots=True)
class PendingOrder(CancelRequest):
    """An order that the run cancels next, with the line of the input that names it."""

    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Everything that a journal knows of one order: the columns of its table, without their checksum."""

    line: int  # of the input, from 1
    symbol: str
    order_id: int | None  # where the input names the order by it
    client_order_id: str | None  # likewise
    cancel_restrictions: Restriction | None  # the only status in which the order may be cancelled
    recv_window: float | None  # how long a request stays valid, in milliseconds
    state: str  # waiting, or the outcome as far as it is known
    in_flight: int = 0  # whether a request may be in flight
    in_doubt: int = 0  # whether a request was sent whose outcome was never learnt
    calls: int = 0  # cancels that were begun
    started_at: int | None = None  # of the first call, Unix milliseconds
    ended_at: int | None = None  # of the last call, Unix milliseconds
    exchange_order_id: int | None = None  # as the exchange named it; further calls go by it
    order_status: str | None = None  # as the exchange stated it last
    executed_qty: str | None = None  # as the exchange stated it last, in the base asset
    error: str | None = None  # name of the exception that cancel_order would have raised
    code: str | None = None  # the exchange's
    message: str | None = None  # the exchange's text, or what happened instead of a response
    hint: str | None = None  # what to do about it
    attempts: str | None = None  # when, where and with which result requests were sent, as JSON

    @classmethod
    def waiting(cls, line: int, request: CancelRequest) -> Self:
        """Return the row of an order for which nothing was sent yet."""
        asked = request.parameters()
        values: Any = {name: asked.get(wire) for name, wire in WIRE_NAMES.items()}
        return cls(line, **values, state=WAITING)

    @classmethod
    def damaged(cls, line: int) -> Self:
        """Return the row to show in place of a damaged one."""
        return cls(line, "", None, None, None, None, DAMAGED, message="the row fails its checksum")

    @classmethod
    def from_columns(cls, columns: Sequence[Any]) -> Self | None:
        """Return the row that its columns hold, or None where they fail its checksum."""
        *values, expected = columns
        return cls(*values) if checksum(values) == expected else None

    @classmethod
    def asked_checksum(cls, columns: Sequence[Any]) -> bytes:
        """Return the checksum that the row with these columns had when nothing was sent yet."""
        return checksum(_VALUES(cls(*[*columns[:ASKED], WAITING])))

    def columns(self) -> tuple[object, ...]:
        """Return the columns of the row: its values, and their checksum."""
        values = _VALUES(self)
        return (*values, checksum(values))

    def pending(self) -> PendingOrder:
        """Return the order to cancel; where the exchange has named its order id, by that."""
        named = self.exchange_order_id
        return PendingOrder(
            self.symbol,
            order_id=self.order_id if named is None else named,
            client_order_id=self.client_order_id if named is None else None,
            cancel_restrictions=self.cancel_restrictions,
            recv_window=self.recv_window,
            line=self.line,
        )

    def begun(self, now: int) -> Self:
        """Return the row once a call is begun, at a time in Unix milliseconds."""
        started_at = now if self.started_at is None else self.started_at
        return replace(self, in_flight=1, calls=self.calls + 1, started_at=started_at)

    def after(self, result: CancelResult, now: int) -> Self:
        """Return the row after a call with this result, which ended at a time in Unix milliseconds."""
        call = result.error if isinstance(result.error, CallError) else None
        if call is not None and call.details.rule == STOPPED:
            # As before it was begun.
            started_at = self.started_at if self.calls > 1 else None
            return replace(self, in_flight=0, calls=self.calls - 1, started_at=started_at)
        outcome, state = result.outcome.value, result.outcome.value
        known: dict[str, Any] = {"order_status": None, "executed_qty": None}
        if (order := result.order) is not None:
            known["order_status"] = _kept(str(order.status))
            known["executed_qty"] = None if order.executed_qty is None else f"{order.executed_qty:f}"
        # A call without effect says nothing new of the order: what earlier calls learnt is kept. "Not found"
        # can be a read that lags, and does not outweigh a request that may have cancelled the order.
        if outcome == CancelOutcome.UNAFFECTED:
            state, known = outcome if self.state == WAITING else self.state, {}
        elif outcome == CancelOutcome.NOT_FOUND and self.in_doubt:
            state = CancelOutcome.UNKNOWN.value
        named = self.exchange_order_id
        return replace(
            self,
            state=state,
            in_doubt=int(self.in_doubt or outcome == CancelOutcome.UNKNOWN),
            in_flight=0,
            calls=self.calls - (call is not None and not call.attempts),
            ended_at=now,
            exchange_order_id=_exchange_order_id(result) if named is None else named,
            error=None if result.error is None else type(result.error).__name__,
            code=None if call is None or call.code is None else _kept(str(call.code)),
            message=None if call is None else _kept(call.message),
            hint=None if call is None or not call.hint else _kept(call.hint),
            attempts=None if call is None else json.dumps([asdict(attempt) for attempt in call.attempts]),
            **known,
        )

    @property
    def outcome(self) -> str:
        """Return one of `OUTCOMES`."""
        return IN_FLIGHT if self.in_flight else self.state

    @property
    def maybe_cancelled_by_us(self) -> bool:
        """Return whether an earlier request of the run may have cancelled the order."""
        return bool(self.in_doubt) and self.outcome in MAYBE_OURS

    def to_dict(self) -> dict[str, object]:
        """Return the row under the names of JSON and CSV; None where nothing is known."""
        members = {name: getattr(self, attribute) for name, attribute in COLUMNS.items()}
        members["maybeCancelledByThisRun"] = self.maybe_cancelled_by_us or None
        members["code"] = self.code if self.code is None else int(self.code)
        members["attempts"] = self.attempts and json.loads(self.attempts)
        return members


#: The columns of the table: the fields of a row, and the checksum. The first `ASKED` say what was asked.
COLUMN_NAMES = (*JournalRow.__dataclass_fields__, "checksum")
ASKED = COLUMN_NAMES.index("state")
_VALUES = attrgetter(*JournalRow.__dataclass_fields__)


def _kept(text: str) -> str:
    """Return a text in which SQLite can store every character."""
    return text.encode("utf-8", "backslashreplace").decode()


def _exchange_order_id(result: CancelResult) -> int | None:
    """Return the order id that the exchange named during the call, or None."""
    if result.order is not None:
        return result.order.order_id
    if not isinstance(result.error, CallError):
        return None
    details = result.error.details
    if details.order_id is not None:
        return details.order_id
    # A call goes on by order id as soon as a response has named it.
    named = details.request and details.request.parameters.get("orderId")
    return None if named is None else int(str(named))


def checksum(values: Iterable[object]) -> bytes:
    """Return a checksum of values: numbers, text, bytes and None, each of its own type."""
    return blake2b(repr(tuple(values)).encode("utf-8", "surrogatepass"), digest_size=8).digest()


class Counts(Counter[str]):
    """How many orders of a journal have which outcome."""

    #: How many of them an earlier request of the run may have cancelled.
    maybe_cancelled_by_us = 0

    @property
    def unknown(self) -> int:
        """Return of how many orders it is unknown whether they are cancelled."""
        return self[CancelOutcome.UNKNOWN] + self[IN_FLIGHT]

    @property
    def unfinished(self) -> int:
        """Return how many orders are tried when the run goes on: their outcome can change with time."""
        final = sum(self[outcome] for outcome in CancelOutcome if outcome.is_final)
        return self.total() - final - self[DAMAGED]
