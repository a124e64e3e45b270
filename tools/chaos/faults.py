"""The faults of a chaos run, as rules for the sandbox.

Each is aimed at the cancel, most of them at the query too, with a probability, so that a call meets none,
one or several.
"""

from typing import Any

Rule = dict[str, Any]

# Longer than an attempt, and short enough for a run of thousands.
_HANG = 3.0
#: How long after its response a cancel is executed, and how old a read is, in seconds: long enough for
#: another cancel and a query, and far below the deadline of a call.
LATE = 0.4


def _pages() -> dict[str, Rule]:
    statuses = (200, 403, 429, 502, 503, 504, 520, 525)
    kinds = {f"html {status}": {"fault": "html", "status": status} for status in statuses}
    kinds["html 502 after executing"] = {"fault": "html", "status": 502, "when": "after"}
    kinds["html 520 after executing"] = {"fault": "html", "status": 520, "when": "after"}
    return kinds


def _errors() -> dict[str, Rule]:
    texts = {
        "busy": (100500, "The current system is busy, please try again later", "before"),
        "busy after executing": (100500, "The current system is busy, please try again later", "after"),
        "unknown code": (123456, "an unknown text", "before"),
        "unknown code after executing": (123456, "an unknown text", "after"),
        "permission": (100004, "Permission denied", "before"),
        "not open, though it is": (
            100404,
            "the order you want to cancel is FILLED or CANCELLED already",
            "before",
        ),
        "limit": (100410, "will be unblocked after {unblock}", "before"),
    }
    return {
        f"error: {name}": {
            "fault": "error",
            "code": code,
            "msg": text,
            "when": when,
            **({"unblockIn": 150} if "{unblock}" in text else {}),
        }
        for name, (code, text, when) in texts.items()
    }


def _late() -> dict[str, Rule]:
    late = {
        f"executed late: {answer}": {"fault": "execute-late", "seconds": LATE, "answer": answer}
        for answer in ("busy", "accepted", "silence", "reset")
    }
    late["executed late: html 504"] = {"fault": "html", "status": 504, "when": "late", "delay": LATE}
    return late


def _order_fields() -> dict[str, Rule]:
    settings: dict[str, Rule] = {
        "status: PENDING_CANCEL": {"status": "PENDING_CANCEL"},
        "status: Cancelled": {"status": " Cancelled "},
        "status: before the cancel": {"when": "before"},
        "everything executed": {"executedQty": "1"},
        "client order id: missing": {"clientOrderID": "missing"},
        "client order id: other case": {"clientOrderID": "other-case"},
        "client order id: renamed": {"clientOrderID": "renamed"},
        "code as text": {"textCode": True},
    }
    return {name: {"fault": "order-fields", **values} for name, values in settings.items()}


FAULTS: dict[str, Rule | None] = {
    "none": None,
    "refuse": {"fault": "refuse", "seconds": 0.1},
    "reset before reading": {"fault": "reset-before-reading"},
    "reset after executing": {"fault": "reset-after-executing"},
    "hang before executing": {"fault": "hang-before-executing", "seconds": _HANG},
    "hang after executing": {"fault": "hang-after-executing", "seconds": _HANG},
    "slow start": {"fault": "slow-start", "seconds": 0.3},
    "trickle": {"fault": "trickle", "bytesPerSecond": 20},
    "cut body": {"fault": "cut-body", "bytes": 40},
    "wrong length, too long": {"fault": "wrong-length", "by": 10},
    "wrong length, too short": {"fault": "wrong-length", "by": -10},
    "garbage status line": {"fault": "garbage-status-line"},
    "closed while idle": {"fault": "close-idle"},
    **_pages(),
    **_errors(),
    **_late(),
    **_order_fields(),
    "lagging reads": {"fault": "lag-reads", "seconds": LATE},
    "client order id: expired": {"fault": "client-id-expired"},
    "empty body": {"fault": "empty-body"},
    "data null": {"fault": "data-null"},
    "data of another order": {"fault": "data-of-another-order"},
    "NaN": {"fault": "nan"},
    "duplicate keys": {"fault": "duplicate-keys"},
    "huge body": {"fault": "huge-body", "bytes": 3 * 2**20},
    "deep nesting": {"fault": "deep-nesting"},
    "gzip bomb": {"fault": "gzip-bomb", "bytes": 8 * 2**20},
    "wrong charset": {"fault": "wrong-charset"},
    "redirect": {"fault": "redirect"},
    "redirect after executing": {"fault": "redirect", "when": "after"},
    "clock an hour ahead": {"fault": "clock-off", "offset": 3_600_000},
    "clock an hour behind": {"fault": "clock-off", "offset": -3_600_000},
}

# They close the client for five minutes, as they should; so they come once.
ONCE = ("html 403", "html 429")
# A query's final state is believed, so a false one is no fault but another exchange.
_AT_THE_CANCEL = (
    "error: not open, though it is",
    "data of another order",
    "status: PENDING_CANCEL",
    "status: Cancelled",
    "status: before the cancel",
    "everything executed",
)


def rules(kind: str, seed: int) -> list[Rule]:
    """Return the sandbox's rules for one kind of fault.

    Args:
        kind: A key of `FAULTS`.
        seed: The seed of the sandbox's random numbers.
    """
    fault = FAULTS[kind]
    if fault is None:
        return []
    if kind in ONCE:
        return [{**fault, "operation": "cancel", "times": 1}]
    chance = 1.0 if kind.startswith("clock") else 0.6
    cancel = {**fault, "operation": "cancel", "probability": chance, "seed": seed}
    if kind in _AT_THE_CANCEL:
        return [cancel]
    if kind == "lagging reads":
        lost = {"fault": "html", "status": 504, "when": "after", "operation": "cancel"}
        return [{**lost, "probability": chance, "seed": seed + 1}, {**cancel, "operation": "all"}]
    if kind.startswith("clock"):
        return [{**fault, "probability": 1.0, "seed": seed}]
    return [cancel, {**fault, "operation": "query", "probability": chance / 2, "seed": seed + 1}]
