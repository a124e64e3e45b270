"""Compare what the SDK reported of an order with what the sandbox executed."""

from dataclasses import dataclass, field

from bingx_spot import (
    BingxError,
    CallError,
    CancelOutcome,
    NotExecuted,
    Order,
    OrderNotOpen,
    OutcomeUnknown,
    StillOpen,
)
from bingx_spot.bulk.result import outcome_of

#: How far past its deadline a call may end, in seconds.
LATEST = 0.25
# With less than this left, in seconds, one more query is no use.
_TOO_LITTLE = 0.35
_OPEN = ("NEW", "PENDING", "PARTIALLY_FILLED")


@dataclass(frozen=True)
class Report:
    """What one call reported.

    Attributes:
        order_id: The order in the request.
        result: The order or the error.
        seconds: How long the call took.
        timeout: Its deadline, in seconds.
        may_be_banned: Whether a ban may have kept the call from another query.
    """

    order_id: int
    result: Order | CallError | BaseException
    seconds: float
    timeout: float
    may_be_banned: bool = False

    @property
    def outcome(self) -> str:
        """The outcome in a word: that of a bulk run."""
        if isinstance(self.result, Order):
            return CancelOutcome.CANCELLED
        return outcome_of(self.result) if isinstance(self.result, BingxError) else CancelOutcome.UNKNOWN


@dataclass
class Tally:
    """The outcomes of one kind of fault, and what went wrong."""

    counts: dict[str, int] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    requests: int = 0

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally."""
        for outcome, count in other.counts.items():
            self.counts[outcome] = self.counts.get(outcome, 0) + count
        self.wrongs += other.wrongs
        self.requests += other.requests

    def add(self, report: Report, status: str, *, executed: bool) -> None:
        """Count a report, and check it.

        Args:
            report: What the SDK reported.
            status: The order's status in the sandbox's book.
            executed: Whether one of our requests cancelled it.
        """
        self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1
        wrong = (
            _false_report(report, status, executed=executed) or _avoidable_unknown(report) or _late(report)
        )
        if wrong:
            self.wrongs.append(f"{report.order_id} ({status}): {wrong}: {report.result!r:.300}")


def _false_report(report: Report, status: str, *, executed: bool) -> str:
    result = report.result
    if isinstance(result, Order):
        right = result.order_id == report.order_id and status == "CANCELED"
        return "" if right else "reported cancelled, but is not"
    if isinstance(result, NotExecuted):
        return "reported not executed, but was" if executed else _false_state(result, status)
    return "" if isinstance(result, CallError) else "another error than ours"


def _false_state(result: NotExecuted, status: str) -> str:
    if isinstance(result, StillOpen):
        return "" if status in _OPEN else f"reported open, but is {status}"
    if not isinstance(result, OrderNotOpen):
        return ""
    stated = result.order.status if result.order is not None else None
    false = status in _OPEN or stated not in (None, status)
    return f"reported not open, now {stated}, but is {status}" if false else ""


def _avoidable_unknown(report: Report) -> str:
    """Find an outcome that is unknown although there was time to query once more."""
    if report.may_be_banned or not isinstance(report.result, OutcomeUnknown):
        return ""
    left = report.timeout - report.seconds
    return f"unknown, with {left:.2f} s left to query" if left > _TOO_LITTLE else ""


def _late(report: Report) -> str:
    late = report.seconds - report.timeout
    return f"{late:.2f} s past its deadline" if late > LATEST else ""
