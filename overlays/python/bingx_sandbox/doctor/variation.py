"""A variation: one thing that may have been done differently on the way from parameters to signed text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import Mistake

Items = Sequence[tuple[str, str]]
"""Names and values, in the order in which they are joined."""


def _as_they_are(items: Items) -> Items:
    return items


def _as_it_is(text: bytes) -> bytes:
    return text


@dataclass(frozen=True)
class Variation:
    """One mistake, done to the parameters before they are joined, or to the joined text.

    Attributes:
        mistake: The mistake.
        change: What it does to the parameters.
        finish: What it does to the text.
        alone: Whether it is too rare to be looked for together with another one.
    """

    mistake: Mistake
    change: Callable[[Items], Items] = _as_they_are
    finish: Callable[[bytes], bytes] = _as_it_is
    alone: bool = False


@dataclass(frozen=True)
class SignedText:
    """A text that may have been signed, with the mistakes that lead to it."""

    text: bytes
    mistakes: tuple[Mistake, ...] = ()


def right_text(case: Case) -> SignedText:
    """Give the text that should have been signed."""
    return _built(_items(case), ())


def texts_of_one(case: Case, variations: Iterable[Variation]) -> Iterator[SignedText]:
    """Give the texts that one mistake leads to."""
    items = _items(case)
    for variation in variations:
        yield _built(items, (variation,))


def texts_of_two(case: Case, variations: Iterable[Variation]) -> Iterator[SignedText]:
    """Give the texts that two mistakes lead to, in the order in which they are given."""
    items = _items(case)
    for two in combinations((variation for variation in variations if not variation.alone), 2):
        yield _built(items, two)


def with_values(values: Mapping[str, str]) -> Callable[[Items], Items]:
    """Give other values to the parameters that are named."""
    return lambda items: [(name, values.get(name, text)) for name, text in items]


def _items(case: Case) -> Items:
    return [(pair.name, pair.text) for pair in case.signed_pairs]


def _built(items: Items, variations: tuple[Variation, ...]) -> SignedText:
    for variation in variations:
        items = variation.change(items)
    text = "&".join([f"{name}={text}" for name, text in items]).encode("utf-8", errors="replace")
    for variation in variations:
        text = variation.finish(text)
    return SignedText(text, tuple([variation.mistake for variation in variations]))
