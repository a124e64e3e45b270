"""What changed in the error table, and whether it changes what an answer says of an order."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.change import Change

_LISTS = ("rows", "httpStatuses")
# What a caller acts on; the rest tells how a row is found, and what a person reads.
_ACTED_ON = ("order", "category")


def error_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compares two error tables.

    Args:
        before: The released table.
        after: The other one.
    """
    old, new = ({row["id"]: row for name in _LISTS for row in table[name]} for table in (before, after))
    return [*_of_rows(old, new), *_of_order(list(old), list(new))]


def _of_rows(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for row in [*old, *(row for row in new if row not in old)]:
        where = f"error {row}"
        if row not in new:
            yield Change(where, "its row is gone", breaking=True)
        elif row not in old:
            yield Change(where, "its row is new", breaking=False)
        else:
            yield from _of_row(where, old[row], new[row])


def _of_row(where: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            text = f"{key} was {old.get(key)!r} and is {new.get(key)!r}"
            yield Change(where, text, breaking=key in _ACTED_ON)


def _of_order(old: list[str], new: list[str]) -> Iterator[Change]:
    kept = [row for row in new if row in old]
    if kept != [row for row in old if row in new]:
        yield Change("error table", "its rows stand in another order", breaking=False)
