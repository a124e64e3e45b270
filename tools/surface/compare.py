"""Changes of the public surface since the last release, and which of them break callers."""

from collections.abc import Iterator
from pathlib import Path

import griffe

from bingx_spot import __version__
from generator.change import Change, numbers
from tools.surface.stub import OPTIONS, ROOT, stub

RELEASED = ROOT / "tools" / "surface" / "released"
_MODULE = "surface"
# Callers give its members as keyword arguments.
_GIVEN = f"{OPTIONS.split('.')[-1]}."


def last_release(released: Path = RELEASED) -> Path:
    """Return the stub of the last release; its name is the version."""
    return max(released.glob("*.pyi"), key=lambda path: numbers(path.stem))


def surface_changes(before: str, after: str) -> list[Change]:
    """Compare two stubs.

    Args:
        before: The released one.
        after: The other one.
    """
    old, new = _loaded(before), _loaded(after)
    breaking = [_change(breakage) for breakage in griffe.find_breaking_changes(old, new)]
    known, there = dict(_named(old)), dict(_named(new))
    added = [Change(name, "is new", breaking=False) for name in there if name not in known]
    kept = [name for name in known if name in there]
    changed = [change for name in kept for change in _difference(name, known[name], there[name])]
    return [*breaking, *changed, *added]


def freeze(version: str = __version__, released: Path = RELEASED) -> Path:
    """Store the current surface as that of a release."""
    path = released / f"{version}.pyi"
    path.write_text(stub(), "utf-8", newline="\n")
    return path


def _change(breakage: griffe.Breakage) -> Change:
    where = breakage.obj.path.removeprefix(f"{_MODULE}.")
    return Change(where, _in_words(breakage), breaking=True)


def _in_words(breakage: griffe.Breakage) -> str:
    found = breakage.as_dict()
    values = [
        str(value) for value in (found.get("old_value"), found.get("new_value")) if value not in (None, "")
    ]
    kind = str(breakage.kind.value).lower().rstrip(".")
    return f"{kind}: {' -> '.join(values)}" if values else kind


def _loaded(text: str) -> griffe.Module:
    return griffe.visit(_MODULE, filepath=Path(f"{_MODULE}.pyi"), code=text)


def _named(thing: griffe.Object | griffe.Alias, path: str = "") -> Iterator[tuple[str, object]]:
    """Yield everything that has a name, parameters included."""
    for name, member in thing.members.items():
        yield f"{path}{name}", member
        if isinstance(member, griffe.Class):
            yield from _named(member, f"{path}{name}.")
        elif isinstance(member, griffe.Function):
            yield from ((f"{path}{name}({parameter.name})", parameter) for parameter in member.parameters)


def _difference(name: str, old: object, new: object) -> Iterator[Change]:
    """Compare what griffe does not: types, the bases of a class, the values of an enum."""
    if isinstance(old, griffe.Class) and isinstance(new, griffe.Class):
        was, now = ([str(base) for base in thing.bases] for thing in (old, new))
        if was != now:
            yield Change(name, f"its bases were {was} and are {now}", breaking=bool(set(was) - set(now)))
    elif isinstance(old, griffe.Function) and isinstance(new, griffe.Function):
        yield from _of_types(name, "returns", old.returns, new.returns)
    elif isinstance(old, griffe.Attribute) and isinstance(new, griffe.Attribute):
        if name.startswith(_GIVEN):
            yield from _of_types(name, "takes", new.annotation, old.annotation, swapped=True)
        else:
            yield from _of_types(name, "is", old.annotation, new.annotation)
        if old.value != new.value:
            yield Change(name, f"was {old.value} and is {new.value}", breaking=True)
    elif isinstance(old, griffe.Parameter) and isinstance(new, griffe.Parameter):
        # A parameter may accept more than before, a result may be less.
        yield from _of_types(name, "takes", new.annotation, old.annotation, swapped=True)


def _of_types(
    name: str, verb: str, wide: object, narrow: object, *, swapped: bool = False
) -> Iterator[Change]:
    """Compare two types: the first must allow everything that the second allows."""
    if str(wide) != str(narrow):
        old, new = (narrow, wide) if swapped else (wide, narrow)
        breaking = not _parts(narrow) <= _parts(wide)
        yield Change(name, f"{verb} {new}; it was {old}", breaking)


def _parts(annotation: object) -> set[str]:
    return {part.strip() for part in str(annotation).split("|")}
