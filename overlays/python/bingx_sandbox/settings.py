"""Settings: what a fault can be told, each with its default and its bounds."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Value = TypeVar("Value")

_URL = re.compile(r"https?://[!-~]+")
_MOST_CHARACTERS = 2000
_STATUSES = (200, *range(400, 600))


@dataclass(frozen=True)
class Setting(ABC, Generic[Value]):
    """One setting of a fault.

    Attributes:
        default: The value where none is given; None where one must be.
    """

    default: Value | None = None

    @property
    @abstractmethod
    def rule(self) -> str:
        """Tell which values are allowed, beginning with `must be`."""

    @abstractmethod
    def allows(self, value: object) -> bool:
        """Tell whether a value, as JSON gave it, is allowed."""


@dataclass(frozen=True)
class Whole(Setting[int]):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 2**31 - 1

    @property
    def rule(self) -> str:
        """Tell the bounds."""
        return f"must be a whole number from {self.least} to {self.most}"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a number; `true` is none."""
        return isinstance(value, int) and not isinstance(value, bool) and self.least <= value <= self.most


@dataclass(frozen=True)
class Number(Setting[float]):
    """A finite number from `least` to `most`."""

    least: float = 0.0
    most: float = 600.0

    @property
    def rule(self) -> str:
        """Tell the bounds."""
        return f"must be a number from {self.least:g} to {self.most:g}"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a number; `true` and NaN are none."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return math.isfinite(value) and self.least <= value <= self.most


@dataclass(frozen=True)
class Choice(Setting[Any]):
    """One of some words or whole numbers."""

    among: Collection[str | int] = ()

    @property
    def rule(self) -> str:
        """Tell the choices."""
        return f"must be one of {', '.join(map(str, self.among))}"

    def allows(self, value: object) -> bool:
        """Tell whether a value is one of them; `true` is not 1, and `307.0` not 307."""
        return any(value == choice and type(value) is type(choice) for choice in self.among)


@dataclass(frozen=True)
class Status(Whole):
    """An HTTP status that an answer with a body can have."""

    @property
    def rule(self) -> str:
        """Tell the statuses."""
        return "must be 200 or an HTTP status from 400 to 599"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a status."""
        return super().allows(value) and value in _STATUSES


@dataclass(frozen=True)
class Flag(Setting[bool]):
    """True or false."""

    @property
    def rule(self) -> str:
        """Tell the two values."""
        return "must be true or false"

    def allows(self, value: object) -> bool:
        """Tell whether a value is one of the two."""
        return isinstance(value, bool)


@dataclass(frozen=True)
class Text(Setting[str]):
    """Any text that can be written as UTF-8."""

    @property
    def rule(self) -> str:
        """Tell the length."""
        return f"must be a text of at most {_MOST_CHARACTERS} characters"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a text; half of a surrogate pair is no character."""
        if not isinstance(value, str) or len(value) > _MOST_CHARACTERS:
            return False
        return not any("\ud800" <= character <= "\udfff" for character in value)


@dataclass(frozen=True)
class Line(Text):
    """A text that fits on a line of an HTTP head: printable ASCII."""

    @property
    def rule(self) -> str:
        """Tell the characters."""
        return f"must be at most {_MOST_CHARACTERS} printable ASCII characters"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a line."""
        return super().allows(value) and isinstance(value, str) and value.isascii() and value.isprintable()


@dataclass(frozen=True)
class Url(Line):
    """A whole URL of http or https."""

    @property
    def rule(self) -> str:
        """Tell what a URL is made of."""
        return "must be a URL that begins with http:// or https://, in printable ASCII without spaces"

    def allows(self, value: object) -> bool:
        """Tell whether a value is such a URL."""
        return super().allows(value) and isinstance(value, str) and _URL.fullmatch(value) is not None
