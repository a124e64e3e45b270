"""Hold the members of an answer's objects against the fields that the contract gives them."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from itertools import repeat
from operator import itemgetter
from types import NoneType
from typing import Any, NamedTuple, TypeGuard

from bingx_spot_api.contract import Field

_ABSENT = object()
_NAME = itemgetter(Field._fields.index("name"))
# What a value of JSON may be to Python, to be of a field's type whatever it says.
_CLASSES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "decimal": (int, float),
    "int64": (int,),
    "int32": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
# An id may come as text: its digits are exact either way.
_INTEGER = re.compile("[0-9]{1,19}")
# An amount that does not apply comes as empty text.
_DECIMAL = re.compile(r"([-+]?[0-9]{1,64}(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,3})?)?")
_TEXTS = {"decimal": _DECIMAL, "int64": _INTEGER, "int32": _INTEGER}


def is_integer(value: object) -> TypeGuard[int | str]:
    """Tell whether a value is a whole number, or text that is the digits of an int64."""
    if isinstance(value, str):
        return _INTEGER.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def schema_mismatch(fields: tuple[Field, ...], members: Mapping[str, Any]) -> str:
    """Return in words how an object differs from what the contract says of it, or nothing.

    Args:
        fields: What the contract says.
        members: The object, as the JSON module has made it.
    """
    judgement = _judgement(fields, tuple(map(type, map(members.get, map(_NAME, fields), repeat(_ABSENT)))))
    if judgement.problem:
        return judgement.problem
    for name, kind, matches in judgement.texts:
        if not matches(members[name]):
            return f"{name} in the answer is not of type {kind}"
    for name, within in judgement.objects:
        problem = _misfit_within(within, members[name])
        if problem:
            return f"{problem}, in {name}"
    return ""


class _Judgement(NamedTuple):
    """Say what the types of an object's members tell.

    Attributes:
        problem: What is wrong with them, or nothing.
        texts: Names and types of those whose text has to be looked at, each with what looks at it.
        objects: Names of the objects, and of arrays of such, each with what it has to hold.
    """

    problem: str
    texts: tuple[tuple[str, str, Callable[[str], object]], ...] = ()
    objects: tuple[tuple[str, tuple[Field, ...]], ...] = ()


# Kept, for answers are nearly always of the same few types. It is given no text of an answer's.
@lru_cache(maxsize=256)
def _judgement(fields: tuple[Field, ...], classes: tuple[type, ...]) -> _Judgement:
    texts, objects = [], []
    for (name, kind, required, nullable, enum, _, within), found in zip(fields, classes, strict=True):
        if found is object:
            if required:
                return _Judgement(f"the answer lacks {name}")
        elif found is NoneType:
            # An optional field may come as null; no word of an enum, and no object, can be read out of that.
            if required or enum or (within and not nullable):
                return _Judgement(f"{name} in the answer is not of type {kind}")
        elif found in _CLASSES[kind]:
            objects += [(name, within)] if within else []
        elif found is str and kind in _TEXTS:
            texts.append((name, kind, _TEXTS[kind].fullmatch))
        else:
            return _Judgement(f"{name} in the answer is not of type {kind}")
    return _Judgement("", tuple(texts), tuple(objects))


def _misfit_within(fields: tuple[Field, ...], value: Any) -> str:
    """Return what an object, or one of those in an array, lacks or holds that does not fit, or nothing."""
    for part in value if isinstance(value, list) else [value]:
        problem = (
            schema_mismatch(fields, part) if isinstance(part, dict) else "the answer holds what is no object"
        )
        if problem:
            return problem
    return ""
