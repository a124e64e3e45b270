"""The types of faults: their names, what each does, and its settings.

Most faults happen before or after the exchange has executed the request, and `when` says which. With
`after` the request is executed and the fault spoils its true response. With `before` nothing is executed,
with `late` it is executed `delay` seconds after the response; both spoil a rejection that leaves the result
open. No fault makes up a cancelled order, except `order-fields` if its settings say so.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import (
    LARGEST_OFFSET,
    Setting,
    boolean,
    choice,
    http_status,
    integer,
    line,
    number,
    text,
    url,
)

BEFORE = "before"
AFTER = "after"
LATE = "late"

_MEBIBYTE = 2**20
_HOUR = 60 * 60 * 1000
_OTHER_CHARSETS = ("utf-32", "latin-1", "shift_jis", "cp037")
_DELAY = {"delay": number(2.0)}
# Settings of faults that spoil a rejection, or the true response, unless they say otherwise.
_BEFORE = {"when": choice(BEFORE, AFTER, LATE), **_DELAY}
_AFTER = {"when": choice(AFTER, BEFORE, LATE), **_DELAY}


@dataclass(frozen=True)
class FaultType:
    """One type of fault.

    Attributes:
        about: What it does, in a sentence or two.
        settings: Its settings by their names in JSON.
    """

    about: str
    settings: Mapping[str, Setting] = field(default_factory=dict)

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Check the given settings and add the defaults of the others.

        Raises:
            SandboxError: A setting is unknown, missing or out of bounds; the error names it.
        """
        for name in given:
            if name not in self.settings:
                known = ", ".join(self.settings) or "none"
                raise SandboxError(f"is not known of this fault; its settings are: {known}", field=name)
        return {name: setting.read(name, given) for name, setting in self.settings.items()}

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON for a person: what it does, and the default and rule of each setting."""
        settings = {
            name: {"default": setting.default, "allowed": setting.rule, "required": setting.required}
            for name, setting in self.settings.items()
        }
        return {"about": self.about, "settings": settings}


FAULT_GROUPS: Mapping[str, Mapping[str, FaultType]] = {
    "Lost responses": {
        "reset-before-reading": FaultType("Resets the connection; nothing is executed."),
        "reset-after-executing": FaultType("Executes, then resets the connection instead of responding."),
        "hang-before-executing": FaultType(
            "Sends nothing for some seconds, then closes the connection; nothing is executed.",
            {"seconds": number(30.0)},
        ),
        "hang-after-executing": FaultType(
            "Executes, sends nothing for some seconds, then closes the connection.", {"seconds": number(30.0)}
        ),
        "refuse": FaultType(
            "Resets the connection, executes nothing, and closes the port for some seconds: new connections "
            "are refused.",
            {"seconds": number(0.2, most=60.0)},
        ),
        "close-idle": FaultType(
            "Responds as usual, then closes the connection without announcing it, once it has been idle for "
            "so many seconds.",
            {"seconds": number(0.0)},
        ),
    },
    "Late execution and lagging reads": {
        "execute-late": FaultType(
            "Executes the cancel so many seconds after its response, if the order is still open then. The "
            "response is `busy` (100500), `accepted` (a success with the status PENDING_CANCEL), `silence` "
            "or a `reset`.",
            {"seconds": number(2.0), "answer": choice("busy", "accepted", "silence", "reset")},
        ),
        "lag-reads": FaultType(
            "Finds orders as they were so many seconds ago: a query returns the old state, and an order "
            "younger than that is found by neither query nor cancel.",
            {"seconds": number(2.0)},
        ),
        "client-id-expired": FaultType(
            "Finds no order by its client order id if it was placed more than so many seconds ago. Without "
            "this fault the limit is two hours.",
            {"seconds": number(0.0, most=7200.0)},
        ),
    },
    "Errors and pages": {
        "error": FaultType(
            "Responds with a code and a text of the exchange. `{unblock}` in the text becomes the server's "
            "time in milliseconds, `unblockIn` milliseconds from now.",
            {
                "code": integer(required=True),
                "msg": text(required=True),
                "status": http_status(200),
                "unblockIn": integer(0),
                **_BEFORE,
            },
        ),
        "html": FaultType(
            "Responds with an HTML page, as a firewall or a content delivery network does.",
            {"status": http_status(502), **_BEFORE},
        ),
        "redirect": FaultType(
            "Redirects the client to another URL.",
            {
                "status": choice(307, 301, 302, 303, 308),
                "location": url("https://elsewhere.invalid/"),
                **_BEFORE,
            },
        ),
        "empty-body": FaultType("Responds with an empty body.", {"status": http_status(200), **_AFTER}),
    },
    "Other contents": {
        "variant": FaultType(
            "Answers in another way where no page of the exchange says how. An `empty` list is `empty`, "
            "`null` or `absent`. cancelOpenOrders cancels at `most` so many orders. Lists have "
            "`clientOrderID` or not. cancelOrders names orders that failed by `failedName`, and refuses the "
            "whole with the code `refusal`. The `status` of the dead man's switch is FAILED, and nothing is "
            "executed; its time of triggering has the unit `triggerUnit`.",
            {
                "empty": choice("empty", "null", "absent"),
                "most": integer(),
                "clientOrderID": boolean(True),
                "failedName": choice("orderId", "clientOrderID"),
                "refusal": choice(100404, 100400),
                "status": choice("set", "FAILED"),
                "triggerUnit": choice("seconds", "milliseconds"),
            },
        ),
        "order-fields": FaultType(
            "Changes the order in a success, or each of a list: `status` and `executedQty` replace its own; "
            "`clientOrderID` can be `missing`, `empty`, in the `other-case`, or `renamed` to "
            "origClientOrderId; `textCode` makes the code a text. With `before` or `late` it returns the "
            "order as it is before the cancel.",
            {
                "status": text(),
                "executedQty": text(),
                "clientOrderID": choice("unchanged", "missing", "empty", "other-case", "renamed"),
                "textCode": boolean(False),
                **_AFTER,
            },
        ),
        "data-null": FaultType("Responds with a success whose `data` is null.", _AFTER),
        "data-of-another-order": FaultType("Responds with a success that names another order.", _AFTER),
        "nan": FaultType("Puts NaN, which is not JSON, in the place of a number.", _AFTER),
        "duplicate-keys": FaultType(
            "Begins the response with another `code` and other `data`, followed by its own.", _AFTER
        ),
    },
    "Slow responses": {
        "slow-start": FaultType(
            "Waits some seconds before the first byte of the response. `when` says whether it executes "
            "before or after the wait; if the client disconnects before that, nothing is executed.",
            {"seconds": number(1.0), "when": choice(AFTER, BEFORE)},
        ),
        "trickle": FaultType(
            "Sends the response, its head included, byte by byte.",
            {"bytesPerSecond": number(1.0, least=0.01, most=10_000.0), **_AFTER},
        ),
    },
    "Broken HTTP": {
        "cut-body": FaultType(
            "Sends so many bytes of the body, at most all but the last one, and closes the connection.",
            {"bytes": integer(20), **_AFTER},
        ),
        "wrong-length": FaultType(
            "States a length that is so many bytes larger than the body, or smaller if negative, and closes "
            "the connection after the body.",
            {"by": integer(10, least=-(2**31), most=2**31), **_AFTER},
        ),
        "garbage-status-line": FaultType(
            "Sends a line that is not a status line before the headers and the body, and closes the "
            "connection.",
            {"line": line("SSH-2.0-OpenSSH_9.2"), **_AFTER},
        ),
    },
    "Bodies that are hard to read": {
        "huge-body": FaultType(
            "Makes the body so many bytes longer.", {"bytes": integer(16 * _MEBIBYTE, least=1), **_AFTER}
        ),
        "deep-nesting": FaultType(
            "Adds a member that is nested so deep.",
            {"depth": integer(100_000, least=1, most=10_000_000), **_AFTER},
        ),
        "gzip-bomb": FaultType(
            "Compresses a body that is so many bytes longer.",
            {"bytes": integer(64 * _MEBIBYTE, least=1, most=1024 * _MEBIBYTE), **_AFTER},
        ),
        "wrong-charset": FaultType(
            "Encodes the body in one character encoding and declares another.",
            {
                "declared": choice("utf-16", "utf-8", *_OTHER_CHARSETS),
                "encoded": choice("utf-8", "utf-16", *_OTHER_CHARSETS),
                **_AFTER,
            },
        ),
    },
    "Clock": {
        "clock-off": FaultType(
            "Judges the request, and dates the response, by a clock that is off by so many milliseconds; "
            "with `jumping` every second request gets the opposite offset.",
            {
                "offset": integer(_HOUR, least=-LARGEST_OFFSET, most=LARGEST_OFFSET),
                "jumping": boolean(False),
            },
        ),
    },
}
"""The types of faults by their names, in groups of what they are about, as the page shows them."""

FAULT_TYPES: Mapping[str, FaultType] = {
    name: fault_type for group in FAULT_GROUPS.values() for name, fault_type in group.items()
}
"""Every type of fault by its name."""
