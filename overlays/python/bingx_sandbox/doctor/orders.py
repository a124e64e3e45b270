"""Orders: in which the parameters may have been signed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import permutations

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import mistake, shorten
from bingx_sandbox.doctor.variation import Items, Variation

_MOST_PERMUTED = 6


def orders(case: Case) -> list[Variation]:
    """List the usual orders."""
    usual = [
        Variation(mistake("keys-sorted-without-case"), _sorted_by(lambda item: item[0].lower())),
        Variation(mistake("pairs-sorted"), _sorted_by(lambda item: f"{item[0]}={item[1]}")),
    ]
    if case.placement == "json":
        sent = _placed_by([pair.name for pair in case.pairs])
        return [Variation(mistake("keys-not-sorted"), sent), *usual]
    return [Variation(mistake("order-sent-otherwise"), _sorted_by(lambda item: item[0])), *usual]


def all_orders(case: Case) -> Iterator[Variation]:
    """Give every order of a few parameters; a client may sort what it sends and not what it signs."""
    if len(case.pairs) > _MOST_PERMUTED:
        return
    for names in permutations(pair.name for pair in case.pairs):
        order = ", ".join(shorten(name) for name in names)
        yield Variation(mistake("keys-in-another-order", order=order), _placed_by(names))


def _placed_by(names: Sequence[str]) -> Callable[[Items], Items]:
    places = {name: place for place, name in enumerate(names)}
    # What is put among them later has no place of its own, and comes last.
    return lambda items: sorted(items, key=lambda item: places.get(item[0], len(places)))


def _sorted_by(key: Callable[[tuple[str, str]], str]) -> Callable[[Items], Items]:
    return lambda items: sorted(items, key=key)
