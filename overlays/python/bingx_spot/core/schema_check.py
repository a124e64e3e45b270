"""Compare the members of a response's objects with the fields that the contract gives them."""

import re
from collections.abc import Mapping
from typing import Any, TypeGuard

from bingx_spot_api.contract import Field

_ABSENT = object()
# The Python types of a JSON value that fit a field's type, whatever the value.
_TYPES: dict[str, tuple[type, ...]] = {
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
    """Return whether a value is a whole number, or text that is the digits of an int64."""
    if isinstance(value, str):
        return _INTEGER.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def schema_mismatch(fields: tuple[Field, ...], members: Mapping[str, Any]) -> str:
    """Return in words how an object differs from the contract, or nothing.

    Args:
        fields: The contract's fields.
        members: The object, as the JSON module has parsed it.
    """
    for field in fields:
        value = members.get(field.name, _ABSENT)
        problem = _mismatch(field, value)
        if problem:
            return problem
    return ""


def _mismatch(field: Field, value: Any) -> str:
    if value is _ABSENT:
        return f"the response lacks {field.name}" if field.required else ""
    if value is None:
        # An optional field may come as null, but neither a word of an enum nor an object can be read from it.
        unreadable = field.required or field.enum or (field.fields and not field.nullable)
        return _wrong_type(field) if unreadable else ""
    if not _fits(field.type, value):
        return _wrong_type(field)
    return _mismatch_within(field, value) if field.fields else ""


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, str) and kind in _TEXTS:
        return _TEXTS[kind].fullmatch(value) is not None
    # A bool is an int to Python, and to nothing else.
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _wrong_type(field: Field) -> str:
    return f"{field.name} in the response is not of type {field.type}"


def _mismatch_within(field: Field, value: Any) -> str:
    """Return how an object, or one of those in an array, differs from the contract, or nothing."""
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            return f"the response holds a value that is no object, in {field.name}"
        problem = schema_mismatch(field.fields, part)
        if problem:
            return f"{problem}, in {field.name}"
    return ""
