"""What a user of the sandbox sets: values with their defaults and bounds, JSON, and the clock."""

import json
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from bingx_sandbox.errors import SandboxError

LARGEST_OFFSET = 10 * 365 * 24 * 60 * 60 * 1000
"""The largest offset of a clock of the sandbox, in milliseconds: about ten years."""

Clock = Callable[[], int]
"""A function that returns the time in Unix milliseconds."""

_URL = re.compile(r"https?://[!-~]+")
_MAX_CHARACTERS = 2000
_HALF = re.compile("[\\ud800-\\udfff]")
_STATUSES = {*range(200, 300), *range(400, 600)} - {204, 205}  # these two have no body


@dataclass(frozen=True)
class Setting:
    """One setting.

    Attributes:
        rule: Which values are allowed, beginning with `must be`.
        allows: Whether a value, as loaded from JSON, is allowed.
        default: The value if none is given.
        required: Whether a value must be given.
    """

    rule: str
    allows: Callable[[Any], bool]
    default: object = None
    required: bool = False

    def check(self, name: str, value: object) -> Any:
        """Return a value that is allowed.

        Raises:
            SandboxError: It is not; the error names the setting.
        """
        if not self.allows(value):
            raise SandboxError(self.rule, field=name)
        return value

    def read(self, name: str, given: Mapping[str, object]) -> Any:
        """Return the value that is given under a name, or else the default.

        Raises:
            SandboxError: The value is not allowed, or is missing and required.
        """
        if name in given:
            return self.check(name, given[name])
        if self.required:
            raise SandboxError(f"is required; it {self.rule}", field=name)
        return self.default


def integer(
    default: int | None = None, *, least: int = 0, most: int = 2**31 - 1, required: bool = False
) -> Setting:
    """Return a setting for integers; `true` is none, and neither is `5.0`."""
    return Setting(
        f"must be a whole number from {least} to {most}",
        lambda value: type(value) is int and least <= value <= most,
        default,
        required,
    )


def number(default: float | None = None, *, least: float = 0.0, most: float = 600.0) -> Setting:
    """Return a setting for finite numbers; `true` is none."""
    return Setting(
        f"must be a number from {least:g} to {most:g}",
        lambda value: type(value) in (int, float) and math.isfinite(value) and least <= value <= most,
        default,
    )


def choice(default: str | int, *others: str | int) -> Setting:
    """Return a setting for one of some words or integers, the default first; `307.0` is not 307."""
    among = (default, *others)
    return Setting(
        f"must be one of {', '.join(map(str, among))}",
        lambda value: type(value) is type(default) and value in among,
        default,
    )


def boolean(default: bool) -> Setting:
    """Return a setting for true or false."""
    return Setting("must be true or false", lambda value: isinstance(value, bool), default)


def http_status(default: int) -> Setting:
    """Return a setting for the HTTP status of a response that has a body."""
    rule = "must be an HTTP status from 200 to 299 or 400 to 599, except 204 and 205"
    return Setting(rule, lambda value: type(value) is int and value in _STATUSES, default)


def text(*, required: bool = False) -> Setting:
    """Return a setting for text that can be written as UTF-8, so without half of a surrogate pair."""
    rule = f"must be a text of at most {_MAX_CHARACTERS} characters"
    return Setting(rule, lambda value: _is_text(value) and not _HALF.search(value), None, required)


def line(default: str | None = None) -> Setting:
    """Return a setting for text that fits on a line of an HTTP head."""
    return Setting(f"must be at most {_MAX_CHARACTERS} printable ASCII characters", _is_line, default)


def url(default: str) -> Setting:
    """Return a setting for absolute URLs."""
    rule = "must be a URL that begins with http:// or https://, in printable ASCII without spaces"
    return Setting(rule, lambda value: _is_line(value) and _URL.fullmatch(value) is not None, default)


def load_json(text: str | bytes, field: str | None = None) -> Any:
    """Load JSON strictly: no key twice, no NaN, no half of a surrogate pair.

    Raises:
        SandboxError: The text is not such JSON.
    """
    try:
        value = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_reject_constant)
        # JSON can escape half of a surrogate pair, which could not be written back.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise SandboxError("is nested too deep", field=field) from None
    except ValueError as error:
        prefix = "must be JSON" if field else "the body must be JSON"
        raise SandboxError(f"{prefix}; {error}", field=field) from None
    return value


def load_object(text: bytes, fields: Sequence[str], example: str) -> dict[str, Any]:
    """Load a JSON object that has no other fields than these; the example is for the error's text.

    Raises:
        SandboxError: The text is not such an object; the error names an unknown field.
    """
    given = load_json(text)
    if not isinstance(given, dict):
        raise SandboxError(f"the body must be an object such as {example}")
    for field in given.keys() - set(fields):
        raise SandboxError(f"is not known here; the fields are {', '.join(fields)}", field=field)
    return given


def wall_clock() -> int:
    """Return the time of this machine in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def offset_clock(offset: int) -> Clock:
    """Return a clock that differs from the machine's by an offset in milliseconds; negative is behind.

    Raises:
        SandboxError: The offset is not an integer, or is larger than about ten years.
    """
    integer(least=-LARGEST_OFFSET, most=LARGEST_OFFSET).check("clockOffset", offset)
    return lambda: wall_clock() + offset


def _is_text(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _MAX_CHARACTERS


def _is_line(value: Any) -> bool:
    return _is_text(value) and value.isascii() and value.isprintable()


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is given twice")
    return value


def _reject_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")
