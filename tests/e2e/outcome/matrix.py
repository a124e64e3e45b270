"""The outcome matrix as data: one row for each failure, with what becomes of a cancel that meets it.

`test_matrix.py` plays every row on a sandbox, sync and async; `tools/outcome_tables.py` writes the groups
as a table of docs/concepts/outcome.md.
"""

from dataclasses import dataclass

from tests.e2e.outcome.failures import (
    AT_WORK,
    AUTHENTICATION,
    BANNED,
    BELIEVED,
    BUSY,
    CLOCK,
    CLOCK_STAYS,
    FOUND_CANCELLED,
    FOUND_OPEN,
    LAGGING,
    LOCKED,
    LOCKED_IN_TIME,
    LOST,
    NO_WORD,
    NOT_OPEN,
    NOT_SEEN,
    NOT_SEEN_ANYWHERE,
    PAGES,
    PERMISSION,
    REFUSED,
    UNBELIEVABLE,
    UNREACHABLE,
)
from tests.e2e.outcome.row import Row


@dataclass(frozen=True)
class Group:
    """Rows that a person reads as one line.

    Attributes:
        failure: What goes wrong.
        does: What the SDK does about it.
        rows: The rows.
    """

    failure: str
    does: str
    rows: tuple[Row, ...]

    def gets(self) -> list[str]:
        """Return the different things that a caller gets, in order."""
        return list(dict.fromkeys(row.gets for row in self.rows))


GROUPS = (
    Group(
        "A response that is slow or oddly labelled, an idle connection that was closed",
        "believes the response, which names the order and says that it is cancelled",
        BELIEVED,
    ),
    Group(
        "No connection: refused, unknown name, TLS",
        "tries again, on the fallback host too, and gives up",
        UNREACHABLE,
    ),
    Group(
        "Connection reset or silent; a response that drips, is cut off or is no HTTP",
        "cancels again; where that says “not open”, queries",
        LOST,
    ),
    Group(
        "A page instead of a response: HTML with 200, 5xx, 520 to 530, a redirect",
        "follows nothing and cancels again; where that says “not open”, queries",
        PAGES,
    ),
    Group(
        "A success that cannot be believed: empty, without the order, another order or word, garbled, huge",
        "queries the order that a readable one names, cancels again otherwise",
        UNBELIEVABLE,
    ),
    Group(
        "Busy (100500, 100503), or an unknown code or text",
        "cancels again; where that says “not open”, queries",
        BUSY,
    ),
    Group(
        "One of these at every cancel, and it is cancelled",
        "cancels again, queries",
        FOUND_CANCELLED,
    ),
    Group(
        "One of these at every cancel, and queries say open",
        "cancels again, six times at most, and queries until the deadline",
        FOUND_OPEN,
    ),
    Group(
        "An exchange that lags: stale reads, a cancel that is executed later, other words",
        "cancels again and queries until a final state is known",
        LAGGING,
    ),
    Group(
        "Silence at every cancel, and a request may still be on its way",
        "cancels again and queries until the deadline",
        AT_WORK,
    ),
    Group(
        "No response to anything",
        "cancels again and queries until the deadline",
        NO_WORD,
    ),
    Group(
        "The order is filled, failed, was cancelled earlier or never existed",
        "queries what it is now, and cancels again where it is open after all",
        NOT_OPEN,
    ),
    Group(
        "The machine's clock is off",
        "learns the exchange's time, signs again and cancels again",
        CLOCK,
    ),
    Group(
        "The timestamp is refused, and still is with the exchange's own time",
        "learns the exchange's time, stops where its own was right",
        CLOCK_STAYS,
    ),
    Group(
        "The server looks for parameters elsewhere (100412, 100400)",
        "cancels again with a query string, and remembers",
        NOT_SEEN,
    ),
    Group(
        "It does not see them there either",
        "cancels again with a query string, stops; the hint names the setting `placement`",
        NOT_SEEN_ANYWHERE,
    ),
    Group(
        "A limit that ends before the deadline (100410)",
        "waits until the time that the exchange gave, cancels again",
        LOCKED_IN_TIME,
    ),
    Group(
        "A limit that ends later, or at an unknown time",
        "stops at once; later cancels are not sent until it ends",
        LOCKED,
    ),
    Group(
        "Firewall or ban: 403, 418, 429",
        "stops at once; nothing is sent until it ends",
        BANNED,
    ),
    Group(
        "API key or signature not accepted",
        "stops; the order is unaffected",
        AUTHENTICATION,
    ),
    Group(
        "The key may not do this, or not from this address",
        "stops; the order is unaffected",
        PERMISSION,
    ),
    Group(
        "Any other refusal",
        "stops; the order is unaffected",
        REFUSED,
    ),
)

ROWS = tuple(row for group in GROUPS for row in group.rows)
