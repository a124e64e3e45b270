"""Rules for the parameters of requests: each can be named in Python, checked, signed and sent."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_schema_validator import OAS30Validator

from generator.client import python_name
from generator.document import PLAIN, Document
from generator.operation import Member, Operation, members
from generator.problem import Problem
from generator.references import resolve

# Names are signed and sent as they are, never encoded.
_NAME = re.compile(r"[A-Za-z0-9_.~$\[\]-]+")
_FORMATS = {"integer": ("int32", "int64"), "number": ("double",), "string": (None, "decimal")}
_RANGES = (("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"))


def parameter_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """Yield a problem for each parameter that the client cannot take, check or send."""
    names: dict[str, str] = {}
    for member in operation.parameters():
        first = names.setdefault(python_name(member.name), member.name)
        for text in _texts(operation, member, first):
            yield document.problem(member.location, text)
        if "x-bingx-text" in member.schema:
            yield from _text(document, member)
    if operation.body() and any(member.place == "query" for member in operation.parameters()):
        yield document.problem(
            (*operation.location, "parameters"),
            f"{operation.title} has parameters in the query and in the body. Put all of them in one place.",
        )


def format_problem(schema: Mapping[str, Any]) -> str:
    """Return in words why the format of a schema is none that clients can read, or nothing."""
    kind, form = str(schema.get("type")), schema.get("format")
    formats = _FORMATS.get(kind, (form,))
    if form in formats:
        return ""
    allowed = " or ".join(f"`format: {name}`" for name in formats if name)
    if kind == "string":
        return f"Clients fail on text that is no `{form}`. Leave it out, or write {allowed}."
    return f"`type: {kind}` leaves its size open. Write {allowed} beside it."


def _texts(operation: Operation, member: Member, first: str) -> Iterator[str]:
    name, kind = member.name, "object" if "properties" in member.schema else member.schema.get("type")
    if member.place not in ("query", "body"):
        yield (
            f"`{name}` is a {member.place} parameter, and the signing scheme covers only query and body. "
            "Send it there."
        )
    if not _NAME.fullmatch(name):
        yield f"`{name}` cannot be sent as a name. It may have letters, digits and `_ . ~ $ [ ] -` alone."
    if first != name:
        yield f"`{first}` and `{name}` have one name in Python. {operation.title} can have one of them."
    if kind in ("object", "array"):
        yield (
            f"The parameter `{name}` is an {kind}, for which the signing scheme has no rule. "
            "Use text, a number or a boolean; `x-bingx-text` says what a text holds."
        )
    elif text := _value(name, member.schema):
        yield text


def _value(name: str, schema: Mapping[str, Any]) -> str:
    """Return in words why a plain value cannot be checked, or nothing."""
    pattern = schema.get("pattern", "^$")
    if "type" not in schema:
        return f"The parameter `{name}` has no type. Write one."
    for word in ("multipleOf", "nullable"):
        if schema.get(word):
            return f"Nothing checks `{word}` of `{name}`. Say it in the description."
    if not pattern.startswith("^") or not pattern.endswith("$"):
        return (
            f"Some clients search for the pattern of `{name}`, others match all. Begin it with ^, end with $."
        )
    return _empty_range(name, schema)


def _empty_range(name: str, schema: Mapping[str, Any]) -> str:
    for least, most in _RANGES:
        if schema.get(least, 0) > schema.get(most, schema.get(least, 0)):
            return f"`{least}` of `{name}` is above its `{most}`, so nothing is allowed. Correct one."
    return ""


def _text(document: Document, member: Member) -> Iterator[Problem]:
    """Check that the items of a text can be written: joined ones have no commas, and each has a type."""
    text, location = member.schema["x-bingx-text"], (*member.location, "x-bingx-text", "items")
    try:
        _, items = resolve(document.root, text["items"])
    except LookupError:
        yield document.problem(location, "The reference names nothing. Correct it, or add the schema.")
        return
    fields = list(members(document.root, items, location))
    if said := _empty_range(member.name, text):
        yield document.problem(location, said)
    if "type" not in items and not fields:
        yield document.problem(location, f"The items of `{member.name}` have no type. Write one.")
    elif text["form"] == "joined" and (fields or items["type"] not in ("string", "integer")):
        yield document.problem(location, "Only texts and whole numbers can be joined. Write `form: json`.")
    elif text["form"] == "joined" and items["type"] == "string" and not _excludes_commas(items):
        words = "A `pattern` or `enum` must exclude the comma, which stands between items. Write one."
        yield document.problem(location, words)
    for name, schema in [(field.name, field.schema) for field in fields] or [(member.name, items)]:
        if said := _in_text(name, schema) or format_problem(schema) or _value(name, schema):
            yield document.problem(location, said)


def _in_text(name: str, schema: Mapping[str, Any]) -> str:
    """Return in words why a value cannot stand in a text, where the validator of OpenAPI does not look."""
    kind = schema.get("type", "string")
    if kind not in PLAIN:
        return f"`{name}` in a text is of type {kind}. Use one of {', '.join(PLAIN)}."
    if "x-bingx-text" in schema:
        return f"`{name}` stands in a text and cannot be one. Leave `x-bingx-text` out here."
    if "enum" in schema and kind != "string":
        return f"`{name}` in a text is an enum of another type than text. Write `type: string`."
    error = next(OAS30Validator(OAS30Validator.META_SCHEMA).iter_errors(schema), None)
    return "" if error is None else f"`{name}` in a text is no schema: {error.message}. Correct it."


def _excludes_commas(items: Mapping[str, Any]) -> bool:
    if "enum" in items:
        return not any("," in word for word in items["enum"])
    pattern = str(items.get("pattern", ""))
    return bool(re.fullmatch(r"\^\[[^\]^,]+\](\{\d+,\d*\}|[+*])\$", pattern))
