"""Values that a user of the sandbox sets: their types, defaults and bounds, and how JSON is loaded."""

from __future__ import annotations

import json
import math
import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Generic, NoReturn, TypeVar

from bingx_sandbox.errors import SandboxError

Value = TypeVar("Value")

_URL = re.compile(r"https?://[!-~]+")
_MAX_CHARACTERS = 2000
_NO_BODY = (204, 205)
_STATUSES = tuple(status for status in (*range(200, 300), *range(400, 600)) if status not in _NO_BODY)


@dataclass(frozen=True)
class Setting(ABC, Generic[Value]):
    """One setting.

    Attributes:
        default: The value if none is given.
        required: Whether a value must be given.
    """

    default: Value | None = None
    required: bool = False

    @property
    @abstractmethod
    def rule(self) -> str:
        """Return which values are allowed, beginning with `must be`."""

    @abstractmethod
    def allows(self, value: object) -> bool:
        """Return whether a value, as loaded from JSON, is allowed."""


@dataclass(frozen=True)
class Integer(Setting[int]):
    """An integer from `least` to `most`."""

    least: int = 0
    most: int = 2**31 - 1

    @property
    def rule(self) -> str:
        """Return the bounds."""
        return f"must be a whole number from {self.least} to {self.most}"

    def allows(self, value: object) -> bool:
        """Return whether a value is such an integer; `true` is not."""
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most


@dataclass(frozen=True)
class Number(Setting[float]):
    """A finite number from `least` to `most`."""

    least: float = 0.0
    most: float = 600.0

    @property
    def rule(self) -> str:
        """Return the bounds."""
        return f"must be a number from {self.least:g} to {self.most:g}"

    def allows(self, value: object) -> bool:
        """Return whether a value is such a number; `true` and NaN are not."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return math.isfinite(value) and self.least <= value <= self.most


@dataclass(frozen=True)
class Choice(Setting[Any]):
    """One of some words or integers."""

    among: Collection[str | int] = ()

    @property
    def rule(self) -> str:
        """Return the choices."""
        return f"must be one of {', '.join(map(str, self.among))}"

    def allows(self, value: object) -> bool:
        """Return whether a value is one of them; `true` is not 1, and `307.0` is not 307."""
        return any(value == choice and type(value) is type(choice) for choice in self.among)


@dataclass(frozen=True)
class HttpStatus(Setting[int]):
    """An HTTP status of a response that has a body."""

    @property
    def rule(self) -> str:
        """Return the statuses."""
        return "must be an HTTP status from 200 to 299 or 400 to 599, except 204 and 205"

    def allows(self, value: object) -> bool:
        """Return whether a value is such a status."""
        return isinstance(value, int) and not isinstance(value, bool) and value in _STATUSES


@dataclass(frozen=True)
class Boolean(Setting[bool]):
    """True or false."""

    @property
    def rule(self) -> str:
        """Return the two values."""
        return "must be true or false"

    def allows(self, value: object) -> bool:
        """Return whether a value is one of the two."""
        return isinstance(value, bool)


@dataclass(frozen=True)
class Text(Setting[str]):
    """Any text that can be written as UTF-8."""

    @property
    def rule(self) -> str:
        """Return the length."""
        return f"must be a text of at most {_MAX_CHARACTERS} characters"

    def allows(self, value: object) -> bool:
        """Return whether a value is such a text; half of a surrogate pair is not."""
        if not isinstance(value, str) or len(value) > _MAX_CHARACTERS:
            return False
        return not any("\ud800" <= character <= "\udfff" for character in value)


@dataclass(frozen=True)
class Line(Text):
    """A text that fits on a line of an HTTP head: printable ASCII."""

    @property
    def rule(self) -> str:
        """Return the characters."""
        return f"must be at most {_MAX_CHARACTERS} printable ASCII characters"

    def allows(self, value: object) -> bool:
        """Return whether a value is such a line."""
        return super().allows(value) and isinstance(value, str) and value.isascii() and value.isprintable()


@dataclass(frozen=True)
class Url(Line):
    """An absolute URL of http or https."""

    @property
    def rule(self) -> str:
        """Return the form of a URL."""
        return "must be a URL that begins with http:// or https://, in printable ASCII without spaces"

    def allows(self, value: object) -> bool:
        """Return whether a value is such a URL."""
        return super().allows(value) and isinstance(value, str) and _URL.fullmatch(value) is not None


def load_json(text: str | bytes, field: str | None = None) -> Any:
    """Load JSON strictly: no key twice, no NaN, no half of a surrogate pair.

    Args:
        text: The JSON text.
        field: What errors name.

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
    """Load a JSON object that has no other fields than these.

    Args:
        text: The body.
        fields: The names that may be in it.
        example: Such an object, for the error text.

    Raises:
        SandboxError: The text is not such an object; the error names an unknown field.
    """
    given = load_json(text)
    if not isinstance(given, dict):
        raise SandboxError(f"the body must be an object such as {example}")
    for field in given.keys() - set(fields):
        raise SandboxError(f"is not known here; the fields are {', '.join(fields)}", field=field)
    return given


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a key is given twice")
    return value


def _reject_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")
