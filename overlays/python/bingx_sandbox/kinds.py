"""Kinds of faults: their names, what each does, and what it can be told.

Most faults happen before or after the exchange has executed the request. Of these `when` tells which:
with `after` the request is executed and its true answer is what the fault spoils; with `before` nothing
is executed, and what is spoiled is a refusal that leaves the outcome open. No fault ever makes up a
success for the order asked for: what a client may believe of these answers is always true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bingx_sandbox.clock import FURTHEST_OFFSET
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import Choice, Flag, Line, Number, Setting, Status, Text, Url, Whole

BEFORE = "before"
AFTER = "after"

_MEBIBYTE = 2**20
_HOUR = 60 * 60 * 1000
_REDIRECTS = (301, 302, 303, 307, 308)
_CHARSETS = ("utf-8", "utf-16", "utf-32", "latin-1", "shift_jis", "cp037")


@dataclass(frozen=True)
class Kind:
    """One kind of fault.

    Attributes:
        about: What it does, in a sentence.
        settings: What it can be told, by name as in JSON.
    """

    about: str
    settings: Mapping[str, Setting[Any]] = field(default_factory=dict)

    def read(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Check the settings that are given and add the defaults of the others.

        Raises:
            SandboxError: A setting is unknown, missing or out of its bounds; the error names it.
        """
        for name in given:
            if name not in self.settings:
                known = ", ".join(self.settings) or "none"
                raise SandboxError(f"is not known of this fault; its settings are: {known}", field=name)
        return {name: _value(name, setting, given) for name, setting in self.settings.items()}

    def written(self) -> dict[str, object]:
        """Write it for a person: what it does, and of each setting its default and what is allowed."""
        settings = {
            name: {"default": setting.default, "allowed": setting.rule}
            for name, setting in self.settings.items()
        }
        return {"about": self.about, "settings": settings}


def _value(name: str, setting: Setting[Any], given: Mapping[str, object]) -> object:
    value = given.get(name, setting.default)
    if not setting.allows(value):
        raise SandboxError(setting.rule if name in given else "is required; it " + setting.rule, field=name)
    return value


def _when(default: str) -> Mapping[str, Setting[Any]]:
    return {"when": Choice(default, (BEFORE, AFTER))}


KINDS: Mapping[str, Kind] = {
    "refuse": Kind(
        "Resets the connection, executes nothing, and closes the port for some seconds: connections that "
        "come then are refused.",
        {"seconds": Number(0.2, 0.0, 60.0)},
    ),
    "reset-before-reading": Kind("Resets the connection; nothing was executed."),
    "reset-after-executing": Kind("Executes, then resets the connection instead of answering."),
    "hang-before-executing": Kind(
        "Stays silent for some seconds, then closes the connection; nothing was executed.",
        {"seconds": Number(30.0)},
    ),
    "hang-after-executing": Kind(
        "Executes, stays silent for some seconds, then closes the connection.", {"seconds": Number(30.0)}
    ),
    "slow-start": Kind(
        "Waits some seconds before the first byte of the answer. `when` tells on which side of executing "
        "the wait stands; a client that leaves before it has executed nothing.",
        {"seconds": Number(1.0), **_when(AFTER)},
    ),
    "trickle": Kind(
        "Sends the answer, its head included, byte by byte.",
        {"bytesPerSecond": Number(1.0, 0.01, 10_000.0), **_when(AFTER)},
    ),
    "cut-body": Kind(
        "Sends so many bytes of the body, at most all but the last one, and closes the connection.",
        {"bytes": Whole(20), **_when(AFTER)},
    ),
    "wrong-length": Kind(
        "States a length that is larger than the body by so many bytes, or smaller if negative, and "
        "closes the connection after the body.",
        {"by": Whole(10, -(2**31), 2**31), **_when(AFTER)},
    ),
    "garbage-status-line": Kind(
        "Sends a line that is no status line before the headers and the body, and closes the connection.",
        {"line": Line("SSH-2.0-OpenSSH_9.2"), **_when(AFTER)},
    ),
    "close-idle": Kind(
        "Answers as always, then closes the connection without having said so, once it has been idle for "
        "so many seconds.",
        {"seconds": Number(0.0)},
    ),
    "html": Kind(
        "Answers with a page for people, as a firewall or a content delivery network does.",
        {"status": Status(502), **_when(BEFORE)},
    ),
    "redirect": Kind(
        "Sends the client to another place.",
        {"status": Choice(307, _REDIRECTS), "location": Url("https://elsewhere.invalid/"), **_when(BEFORE)},
    ),
    "error": Kind(
        "Answers with a code and a text of the exchange. `{unblock}` in the text becomes the server's time "
        "in milliseconds, `unblockIn` milliseconds from now.",
        {
            "code": Whole(),
            "msg": Text(),
            "status": Status(200),
            "unblockIn": Whole(0),
            **_when(BEFORE),
        },
    ),
    "empty-body": Kind("Answers with no body at all.", {"status": Status(200), **_when(AFTER)}),
    "data-null": Kind("Claims success, with `data` null.", _when(AFTER)),
    "data-of-another-order": Kind("Claims success, with the data of another order.", _when(AFTER)),
    "nan": Kind("Puts NaN, which is not JSON, in place of a number.", _when(AFTER)),
    "duplicate-keys": Kind(
        "Begins the answer with another `code` and other `data`, which its own then follow.", _when(AFTER)
    ),
    "huge-body": Kind(
        "Makes the body so many bytes longer.", {"bytes": Whole(16 * _MEBIBYTE, 1), **_when(AFTER)}
    ),
    "deep-nesting": Kind(
        "Adds a member that is nested so deep.", {"depth": Whole(100_000, 1, 10_000_000), **_when(AFTER)}
    ),
    "gzip-bomb": Kind(
        "Compresses a body that is so many bytes longer.",
        {"bytes": Whole(64 * _MEBIBYTE, 1, 1024 * _MEBIBYTE), **_when(AFTER)},
    ),
    "wrong-charset": Kind(
        "Writes the body in one character encoding and declares another.",
        {
            "declared": Choice("utf-16", _CHARSETS),
            "encoded": Choice("utf-8", _CHARSETS),
            **_when(AFTER),
        },
    ),
    "clock-off": Kind(
        "Judges the request, and dates the answer, by a clock that is off by so many milliseconds; a "
        "jumping one is off the other way each second time.",
        {"offset": Whole(_HOUR, -FURTHEST_OFFSET, FURTHEST_OFFSET), "jumping": Flag(False)},
    ),
}
"""Every kind of fault by its name."""
