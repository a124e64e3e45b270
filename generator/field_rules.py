"""Rules for the fields of answers: the client can validate each, and read whatever the exchange sends."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.client import python_name
from generator.document import Document
from generator.operation import Member, Operation, described_by, items_of, members
from generator.problem import Problem


def field_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """Yield a problem for each field whose values no type, or one that fails on real answers, describes."""
    for field in operation.answer():
        if field.name == "data" and described_by(document.root, field).get("nullable"):
            text = "`data` may be null here, and without data no success is believed. Leave `nullable` out."
            yield document.problem(field.location, f"{text} What stands in it may be null.")
    for field in _all_fields(operation.root, operation.answer()):
        if text := _problem(operation.root, field):
            yield document.problem(field.location, text)
        names: dict[str, str] = {}
        for within in members(operation.root, field.schema, field.location):
            first = names.setdefault(python_name(within.name), within.name)
            if first != within.name:
                text = f"`{first}` and `{within.name}` have one name in Python. Leave one of them out."
                yield document.problem(within.location, text)


def _problem(root: Mapping[str, Any], field: Member) -> str:
    schema, name = field.schema, field.name
    if "type" not in schema and not list(members(root, schema, field.location)):
        return f"The field `{name}` has no type. Write one, or `$ref` alone with a schema that has one."
    if "enum" in schema and not schema.get("x-extensible"):
        return (
            f"`{name}` in an answer is a closed enum, and a client could not read a new word. Refer to an "
            "enum under components/schemas that is marked `x-extensible`."
        )
    if isinstance(schema.get("additionalProperties"), Mapping):
        return f"The members of `{name}` have any names, so none is validated. Write `type: object` alone."
    return ""


def _all_fields(root: Mapping[str, Any], fields: Iterable[Member]) -> Iterator[Member]:
    """Yield fields and everything in them, items of lists included."""
    for field in fields:
        yield field
        items = items_of(root, field)
        within = members(root, field.schema, field.location) if items is None else [items]
        yield from _all_fields(root, within)
