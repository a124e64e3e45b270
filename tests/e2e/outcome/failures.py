"""The failures of the outcome matrix, row by row.

Most come once, and the sandbox behaves again for the next request; the rows that say "every" or "all" are
of failures that stay.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.e2e.outcome.row import (
    CANCELLED,
    NONE,
    ONE,
    TWO,
    UNTIL_THE_DEADLINE,
    Row,
    error,
    once,
)


def _both(name: str, fault: str, timeout: float = 10.0, **settings: Any) -> Iterator[Row]:
    """Yield the two rows of a failure that may come before or after the exchange has acted."""
    before = once(fault, when="before", **settings)
    after = once(fault, when="after", **settings)
    yield Row(f"{name}, before it acted", CANCELLED, before, TWO, cancelled=True, timeout=timeout)
    yield Row(f"{name}, after it acted", CANCELLED, after, TWO, ONE, cancelled=True, timeout=timeout)


def _answered(name: str, fault: str, **settings: Any) -> Iterator[Row]:
    """Yield the two rows of an answer that says success and does not confirm it: it is queried at once."""
    before = once(fault, when="before", **settings)
    after = once(fault, when="after", **settings)
    yield Row(f"{name}, before it acted", CANCELLED, before, TWO, ONE, cancelled=True)
    yield Row(f"{name}, after it acted", CANCELLED, after, ONE, ONE, cancelled=True)


# The first attempt gets 60 % of it.
_SOON_OVER = 1.5
_HANG = 4.0

BELIEVED = (
    Row("nothing", CANCELLED, cancelled=True),
    Row("slow before it acts", CANCELLED, once("slow-start", seconds=0.1, when="before"), cancelled=True),
    Row("slow after it acted", CANCELLED, once("slow-start", seconds=0.1, when="after"), cancelled=True),
    Row("idle connection closed", CANCELLED, once("close-idle"), cancelled=True),
    Row("wrong charset declared", CANCELLED, once("wrong-charset", when="after"), cancelled=True),
)

LOST = (
    Row("reset before reading", CANCELLED, once("reset-before-reading"), TWO, cancelled=True),
    Row("reset after it acted", CANCELLED, once("reset-after-executing"), TWO, ONE, cancelled=True),
    # The port comes back in a moment; whether a query is let in before the second cancel is chance.
    Row("refused for a moment", CANCELLED, once("refuse", seconds=0.1), TWO, (0, 1), cancelled=True),
    Row(
        "silent, before it acted",
        CANCELLED,
        once("hang-before-executing", seconds=_HANG),
        TWO,
        cancelled=True,
        timeout=_SOON_OVER,
    ),
    Row(
        "silent, after it acted",
        CANCELLED,
        once("hang-after-executing", seconds=_HANG),
        TWO,
        ONE,
        cancelled=True,
        timeout=_SOON_OVER,
    ),
    *_both("one byte a second", "trickle", timeout=_SOON_OVER),
    *_both("cut off", "cut-body"),
    *_both("stated too long", "wrong-length", by=10),
    *_both("stated too short", "wrong-length", by=-10),
    *_both("no HTTP", "garbage-status-line"),
)

PAGES = (
    *(
        row
        for status in (200, 500, 502, 503, 504, 520, 525)
        for row in _both(f"HTML {status}", "html", status=status)
    ),
    *(
        row
        for status in (301, 302, 303, 307, 308)
        for row in _both(f"redirect {status}", "redirect", status=status)
    ),
)

UNBELIEVABLE = (
    *_both("empty", "empty-body"),
    *_both("empty 502", "empty-body", status=502),
    *_answered("no data", "data-null"),
    *_answered("another order", "data-of-another-order"),
    *_answered("another word", "order-fields", status="PENDING_CANCEL"),
    *_both("NaN", "nan"),
    *_both("two members of one name", "duplicate-keys"),
    *_both("16 MiB", "huge-body"),
    *_both("nested 100,000 deep", "deep-nesting"),
    *_both("gzip bomb", "gzip-bomb"),
    *_both("another charset", "wrong-charset", declared="utf-8", encoded="utf-16"),
)

BUSY = (
    *_both("busy", "error", code=100500, msg="The current system is busy, please try again later"),
    *_both("unavailable", "error", code=100503, msg="service unavailable", status=503),
    *_answered("lock fail", "error", code=0, msg="lock fail, try again later"),
    *_both("being processed", "error", code=109423, msg="the order is being processed"),
    *_both("unclear text", "error", code=100404, msg="a text that is in no table"),
    *_both("unknown code", "error", code=123456, msg="an unknown text"),
)


def _of(status: str) -> Mapping[str, str]:
    return {"status": status}


NOT_OPEN = (
    Row("filled", "OrderFilled FILLED", queries=ONE, order=_of("FILLED")),
    Row(
        "cancelled earlier",
        "OrderAlreadyCanceled CANCELED",
        queries=ONE,
        order=_of("CANCELED"),
        cancelled=True,
    ),
    Row("failed", "OrderFailed FAILED", queries=ONE, order=_of("FAILED")),
    Row(
        "not found at first",
        CANCELLED,
        error(100204, "data not found, please check the symbol"),
        TWO,
        ONE,
        cancelled=True,
    ),
    # Where the first query is answered after a new order would be visible, a second cancel confirms it.
    Row("never existed", "OrderNotFound", cancels=(1, 2), queries=UNTIL_THE_DEADLINE, order=None),
)


def _refused(name: str, gets: str, code: int, msg: str) -> Row:
    return Row(name, gets, error(code, msg))


def _page(name: str, gets: str, status: int) -> Row:
    return Row(name, gets, once("html", status=status))


AUTHENTICATION = (
    _refused("signature wrong", "AuthenticationError", 100001, "Signature verification failed"),
    _refused("API key wrong", "AuthenticationError", 100413, "Incorrect apiKey"),
    _page("HTML 401", "AuthenticationError", 401),
)

PERMISSION = (
    _refused("permission missing", "PermissionDenied", 100004, "Permission denied"),
    _refused("IP address not listed", "PermissionDenied", 100419, "your current request IP does not match"),
)

REFUSED = (
    _refused("parameter invalid", "RequestRejected", 100400, "invalid parameter: orderId"),
    _refused("balance", "RequestRejected", 100202, "insufficient balance"),
    _refused("risk control", "RequestRejected", 100414, "risk control"),
    _refused("pair restricted", "RequestRejected", 100421, "this pair is restricted"),
    _refused("price protection", "RequestRejected", 100440, "order price deviates"),
    _refused("account abnormal", "RequestRejected", 100441, "account abnormal"),
    _refused("pair offline", "RequestRejected", 100490, "the pair is offline"),
    _refused("no such path", "RequestRejected", 100404, "this api does not exist"),
    _page("HTML 400", "RequestRejected", 400),
    _page("HTML 404", "RequestRejected", 404),
)

_LOCK = "code:100410:The endpoint is in the disabled period and will be unblocked after {unblock}"
_TOO_MANY = "over 20 error code:100202 requests within 480000 ms, can retry after time: {unblock}"

LOCKED_IN_TIME = (
    Row("unblocked in time", CANCELLED, error(100410, _LOCK, unblockIn=300), TWO, cancelled=True),
    Row("retry in time", CANCELLED, error(100410, _TOO_MANY, unblockIn=300), TWO, cancelled=True),
)

LOCKED = (
    Row("unblocked too late", "RateLimited", error(100410, _LOCK, unblockIn=240_000)),
    Row("too many errors", "RateLimited", error(100410, _TOO_MANY, unblockIn=240_000)),
    _refused("rate limit without a time", "RateLimited", 100410, "rate limited"),
    _refused("rate limit of 2025", "RateLimited", 109429, "too many requests"),
)

BANNED = (
    _page("HTML 403", "RateLimited", 403),
    _page("HTML 418", "RateLimited", 418),
    _page("HTML 429", "RateLimited", 429),
    Row("JSON 418", "RateLimited", error(100410, "rate limited", status=418)),
)

_HOUR = 3_600_000
CLOCK = (
    Row("an hour ahead", CANCELLED, ({"fault": "clock-off", "offset": _HOUR},), TWO, cancelled=True),
    Row("an hour behind", CANCELLED, ({"fault": "clock-off", "offset": -_HOUR},), TWO, cancelled=True),
    # Refused with the exchange's own time too, the text "null timestamp" is taken for a matter of placement.
    Row(
        "jumping",
        CANCELLED,
        ({"fault": "clock-off", "offset": _HOUR, "jumping": True},),
        (3, 3),
        cancelled=True,
    ),
)
CLOCK_STAYS = (Row("right, and refused", "ClockError", error(100421, "timestamp mismatch"), ONE),)

NOT_SEEN = (
    Row("no signature in JSON", CANCELLED, error(100412, "Null signature"), TWO, cancelled=True),
    Row("no parameter in JSON", CANCELLED, error(100400, "symbol is required"), TWO, cancelled=True),
)
NOT_SEEN_ANYWHERE = (
    Row("no signature anywhere", "AuthenticationError", error(100412, "Null signature", times=2), TWO),
    Row("no parameter anywhere", "RequestRejected", error(100400, "symbol is required", times=2), TWO),
)


def _lasting(name: str, gets: str, fault: str, cancelled: bool = False, **settings: Any) -> Row:
    """Return the row of a fault that every cancel meets, while queries are answered."""
    rule = {"fault": fault, "operation": "cancel", **settings}
    # Six, where the machine is fast enough; tests in virtual time count them.
    return Row(name, gets, (rule,), (2, 6), UNTIL_THE_DEADLINE, cancelled, timeout=1.0)


def _silence(
    name: str, gets: str, fault: str, cancelled: bool = False, timeout: float = 0.8, **settings: Any
) -> Row:
    """Return the row of a fault that every request meets, queries included."""
    rule = {"fault": fault, **settings}
    return Row(name, gets, (rule,), (2, 6), UNTIL_THE_DEADLINE, cancelled, timeout=timeout)


def _found_cancelled(name: str, fault: str, **settings: Any) -> Row:
    """Return the row of a fault that every cancel meets after the exchange has acted."""
    rule = {"fault": fault, "operation": "cancel", **settings}
    return Row(name, CANCELLED, (rule,), TWO, ONE, cancelled=True)


FOUND_CANCELLED = (
    _found_cancelled("every cancel reset", "reset-after-executing"),
    _found_cancelled("every cancel 502", "html", status=502, when="after"),
    _found_cancelled("every cancel of an unknown code", "error", code=123456, msg="new", when="after"),
)
FOUND_OPEN = (
    _lasting("every cancel reset", "OutcomeUnknown", "reset-before-reading"),
    _lasting("every cancel 502", "OutcomeUnknown", "html", status=502),
    _lasting("every cancel of an unknown code", "UnknownErrorCode", "error", code=123456, msg="new"),
)
_STALE = {"fault": "lag-reads", "operation": "query", "seconds": 0.3}
LAGGING = (
    Row(
        "executed, and reads lag",
        CANCELLED,
        (*once("html", status=504, when="after"), _STALE),
        (1, 6),
        UNTIL_THE_DEADLINE,
        cancelled=True,
    ),
    Row(
        "executed later",
        CANCELLED,
        ({"fault": "html", "status": 504, "operation": "cancel", "when": "late", "delay": 1.0},),
        (2, 6),
        UNTIL_THE_DEADLINE,
        cancelled=True,
    ),
    Row(
        "accepted, and executed later",
        CANCELLED,
        once("execute-late", seconds=0.5, answer="accepted"),
        (1, 3),
        UNTIL_THE_DEADLINE,
        cancelled=True,
    ),
    Row(
        "CANCELLED with two L",
        "Order CANCELLED",
        once("order-fields", status="CANCELLED"),
        cancelled=True,
    ),
    Row(
        "code 0 as text",
        CANCELLED,
        once("order-fields", textCode=True),
        cancelled=True,
    ),
)
AT_WORK = (
    Row(
        "every cancel silent",
        "OutcomeUnknown",
        ({"fault": "hang-before-executing", "operation": "cancel", "seconds": _HANG},),
        (2, 6),
        (1, 10),
        timeout=1.5,
    ),
)
NO_WORD = (
    _silence("all reset before reading", "OutcomeUnknown", "reset-before-reading"),
    _silence("all reset after acting", "OutcomeUnknown", "reset-after-executing", cancelled=True),
    _silence(
        "all silent", "OutcomeUnknown", "hang-after-executing", cancelled=True, timeout=1.5, seconds=_HANG
    ),
    _silence("all 502", "OutcomeUnknown", "html", status=502),
    _silence("all of an unknown code", "UnknownErrorCode", "error", code=123456, msg="new"),
)
UNREACHABLE = (
    Row("refused", "NotSent", cancels=NONE, address="a port that refuses", timeout=0.5),
    Row("unknown name", "NotSent", cancels=NONE, address="an unknown name", timeout=0.5),
    Row("no TLS", "NotSent", cancels=NONE, address="a port without TLS", timeout=0.5),
)
