"""Hold what the SDK reported of an order against what the sandbox executed."""

from dataclasses import dataclass, field

from bingx_spot import CallError, NotExecuted, Order, OrderNotOpen, OutcomeUnknown

#: How far past its deadline a call may end, in seconds.
LATEST = 0.25
# With less than this left, in seconds, asking once more is no use.
_TOO_LITTLE = 0.35
_TIMED_OUT = "no whole answer within"
_OPEN = ("NEW", "PENDING", "PARTIALLY_FILLED")


@dataclass(frozen=True)
class Report:
    """What one call reported.

    Attributes:
        order_id: The order that was asked for.
        came: The order or the error.
        seconds: How long the call took.
        timeout: How long it might have taken, in seconds.
    """

    order_id: int
    came: Order | CallError | BaseException
    seconds: float
    timeout: float

    @property
    def outcome(self) -> str:
        """Name the outcome in a word."""
        if isinstance(self.came, Order):
            return "cancelled"
        if isinstance(self.came, OrderNotOpen):
            return "not open"
        return "unknown" if isinstance(self.came, OutcomeUnknown) else "not executed"


@dataclass
class Tally:
    """Count the outcomes of one kind of fault, and collect what must not be."""

    counts: dict[str, int] = field(default_factory=dict)
    wrongs: list[str] = field(default_factory=list)
    requests: int = 0

    def merge(self, other: "Tally") -> None:
        """Add what another tally has counted."""
        for outcome, count in other.counts.items():
            self.counts[outcome] = self.counts.get(outcome, 0) + count
        self.wrongs += other.wrongs
        self.requests += other.requests

    def add(self, report: Report, status: str, *, executed: bool) -> None:
        """Count a report and judge it.

        Args:
            report: What the SDK said.
            status: The order's status in the sandbox's book.
            executed: Whether one of our requests cancelled it.
        """
        self.counts[report.outcome] = self.counts.get(report.outcome, 0) + 1
        wrong = _lie(report, status, executed=executed) or _idle(report) or _late(report)
        if wrong:
            self.wrongs.append(f"{report.order_id} ({status}): {wrong}: {report.came!r:.300}")


def _lie(report: Report, status: str, *, executed: bool) -> str:
    came = report.came
    if isinstance(came, Order):
        right = came.order_id == report.order_id and status == "CANCELED"
        return "" if right else "reported cancelled, but is not"
    if isinstance(came, OrderNotOpen):
        return _false_state(came, status, executed=executed)
    if isinstance(came, NotExecuted):
        return "reported not executed, but was" if executed else ""
    return "" if isinstance(came, CallError) else "another error than ours"


def _false_state(came: OrderNotOpen, status: str, *, executed: bool) -> str:
    stated = came.order.status if came.order is not None else None
    if status in _OPEN or stated not in (None, status):
        return f"reported not open, now {stated}, but is {status}"
    return "reported not open, but was cancelled by us" if executed and stated is None else ""


def _idle(report: Report) -> str:
    """Find an outcome that was left unknown although it could have been learnt."""
    if not isinstance(report.came, OutcomeUnknown):
        return ""
    attempts = report.came.attempts
    if attempts and attempts[-1].operation == "queryOrder" and attempts[-1].result.endswith("believed"):
        # Only a cancel that timed out may still be at work behind the query's back.
        waited = any(_TIMED_OUT in a.result for a in attempts if a.operation == "cancelOrder")
        return "" if waited else "unknown, although a query was answered last"
    left = report.timeout - report.seconds
    return f"unknown, with {left:.2f} s left to ask" if left > _TOO_LITTLE else ""


def _late(report: Report) -> str:
    late = report.seconds - report.timeout
    return f"{late:.2f} s past its deadline" if late > LATEST else ""
