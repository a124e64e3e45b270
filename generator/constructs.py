"""Constructs that OpenAPI allows and this project does not: each with the reason and what to write instead.

Either code generators do not support it (thirteen were tried), or the signing scheme has no rule for it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generator.client import python_name
from generator.document import Document, Location
from generator.operation import JSON, Member, Operation, described_by, items_of, members, operations
from generator.problem import Problem
from generator.references import objects, resolve, says_which_are_required

_ALTERNATIVES = ("anyOf", "oneOf", "not")
_FORM = "application/x-www-form-urlencoded"
_FORMATS = {"integer": ("int32", "int64"), "number": ("double",)}


def construct_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each unsupported construct of the document."""
    for document_rule in (_global_security, _alternatives, _enums, _formats, _eponyms, _shared_examples):
        yield from document_rule(document)
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_body_of_get, _content_types, _uploads, _body_alternatives),
        *(_places, _structured_parameters, _divided_parameters, _endless_answers),
    )
    for operation in operations(document.root):
        for rule in rules:
            yield from rule(document, operation)


def _global_security(document: Document) -> Iterator[Problem]:
    if "security" in document.root:
        yield document.problem(
            ["security"],
            "A global `security` is ignored by openapi-python-client. Write it on each operation.",
        )


def _alternatives(document: Document) -> Iterator[Problem]:
    for location, node in objects(document.root):
        for word in _ALTERNATIVES:
            if word in node and "properties" in node and not says_which_are_required(word, node[word]):
                yield document.problem(
                    (*location, word),
                    f"`{word}` beside `properties` makes generators drop the whole model. "
                    "Write the rule in the description, and as data in an extension; "
                    "only a `oneOf` of nothing but `required` is left out for them.",
                )


def _enums(document: Document) -> Iterator[Problem]:
    for location, node in objects(document.root):
        words = node.get("enum")
        if not isinstance(words, list):
            continue
        if node.get("type") != "string" or not all(isinstance(word, str) for word in words):
            yield document.problem(
                (*location, "enum"),
                "Only enums of text are supported. Write `type: string`, and quote each word.",
            )


def _formats(document: Document) -> Iterator[Problem]:
    for location, node in objects(document.root):
        formats = _FORMATS.get(str(node.get("type")))
        if formats and node.get("format") not in formats:
            allowed = " or ".join(f"`format: {name}`" for name in formats)
            yield document.problem(
                (*location, "type"),
                f"`type: {node['type']}` leaves its size open. Write {allowed} beside it.",
            )


def _eponyms(document: Document) -> Iterator[Problem]:
    """Find schemas with a property of the same name, whose generated class would not type-check."""
    for name, schema in document.root.get("components", {}).get("schemas", {}).items():
        for member in schema.get("properties", {}):
            if python_name(member) == python_name(name):
                text = f"`{name}` has a property of the same name, which a class cannot. Rename it."
                yield document.problem(("components", "schemas", name), text)


def _shared_examples(document: Document) -> Iterator[Problem]:
    if "examples" in document.root.get("components", {}):
        yield document.problem(
            ["components", "examples"], "Shared examples are not supported. Write each where it is used."
        )


def _body_of_get(document: Document, operation: Operation) -> Iterator[Problem]:
    if operation.method in ("get", "head") and "requestBody" in operation.node:
        yield document.problem(
            (*operation.location, "requestBody"),
            f"{operation.title} has a body, which a {operation.method.upper()} cannot. "
            "Make its members parameters with `in: query`.",
        )


def _content_types(document: Document, operation: Operation) -> Iterator[Problem]:
    types, body = operation.content_types(), operation.body()
    if body is None:
        return
    location = (*body[0], "content")
    if len(types) != 1:
        yield document.problem(
            location,
            f"{operation.title} has {len(types)} request content types. Keep one; "
            "`placements` in x-bingx-signing lists what else servers accept.",
        )
    elif types[0] not in (JSON, _FORM) and not types[0].startswith("multipart/"):
        yield document.problem(
            (*location, types[0]), f"The content type `{types[0]}` is not supported. Use {JSON} or {_FORM}."
        )


def _uploads(document: Document, operation: Operation) -> Iterator[Problem]:
    body = operation.body()
    multipart = [name for name in operation.content_types() if name.startswith("multipart/")]
    if body and multipart:
        location = (*body[0], "content", multipart[0])
        yield document.problem(location, f"File uploads are not supported. Use {JSON}.")
    for member in operation.parameters():
        if member.schema.get("format") in ("binary", "byte"):
            yield document.problem(
                member.location, f"`{member.name}` is a file, and uploads are not supported. Leave it out."
            )


def _body_alternatives(document: Document, operation: Operation) -> Iterator[Problem]:
    body = operation.body_schema()
    nodes: list[tuple[Location, object]] = [body] if body else []
    nodes += [(member.location, member.schema) for member in operation.parameters()]
    for location, node in nodes:
        for word in _ALTERNATIVES:
            if isinstance(node, dict) and word in node and "properties" not in node:
                yield document.problem(
                    (*location, word),
                    f"`{word}` in a request leaves its type open. Write the one type that is sent.",
                )


def _places(document: Document, operation: Operation) -> Iterator[Problem]:
    for member in operation.parameters():
        if operation.signed and member.place not in ("query", "body"):
            yield document.problem(
                member.location,
                f"`{member.name}` is a {member.place} parameter of a signed operation, and the signing "
                "scheme covers only query and body. Send it there.",
            )


def _structured_parameters(document: Document, operation: Operation) -> Iterator[Problem]:
    for member in operation.parameters():
        kind = "object" if "properties" in member.schema else member.schema.get("type")
        if kind in ("object", "array"):
            yield document.problem(
                member.location,
                f"The parameter `{member.name}` is an {kind}, for which the signing scheme has no rule. "
                "Use text, a number or a boolean; `x-bingx-text` says what a text holds.",
            )
        elif kind is None:
            yield document.problem(member.location, f"The parameter `{member.name}` has no type. Write one.")
        elif "x-bingx-text" in member.schema:
            yield from _text(document, member)


def _text(document: Document, member: Member) -> Iterator[Problem]:
    """Check that the items of a text can be written: joined ones have no commas, and each has a type."""
    text, location = member.schema["x-bingx-text"], (*member.location, "x-bingx-text", "items")
    try:
        _, items = resolve(document.root, text["items"])
    except LookupError:
        yield document.problem(location, "The reference names nothing. Correct it, or add the schema.")
        return
    structured = "properties" in items or "allOf" in items
    if "type" not in items and not structured:
        yield document.problem(location, f"The items of `{member.name}` have no type. Write one.")
    elif text["form"] == "joined" and (structured or items["type"] in ("object", "array")):
        yield document.problem(location, "Only plain values can be joined. Write `form: json`.")
    elif text["form"] == "joined" and items["type"] == "string" and not _excludes_commas(items):
        words = "A `pattern` or `enum` must exclude the comma, which stands between items. Write one."
        yield document.problem(location, words)


def _excludes_commas(items: Mapping[str, Any]) -> bool:
    if "enum" in items:
        return not any("," in word for word in items["enum"])
    pattern = str(items.get("pattern", ""))
    return bool(re.fullmatch(r"\^\[[^\]^,]+\](\{\d+,\d*\}|[+*])\$", pattern))


def _divided_parameters(document: Document, operation: Operation) -> Iterator[Problem]:
    body = operation.body()
    if body and any(member.place == "query" for member in operation.parameters()):
        yield document.problem(
            (*operation.location, "parameters"),
            f"{operation.title} has parameters in the query and in the body. Put all of them in one place.",
        )


def _endless_answers(document: Document, operation: Operation) -> Iterator[Problem]:
    for member in _endless(operation.root, operation.answer(), frozenset()):
        yield document.problem(
            member.location,
            f"In the answer to {operation.title}, `{member.name}` contains itself, and the "
            "client validates every field of an answer. Write out as many levels as it needs.",
        )


def _endless(
    root: Mapping[str, Any], found: Iterable[Member], around: frozenset[Location]
) -> Iterator[Member]:
    """Yield the fields that contain themselves."""
    for member in found:
        items = items_of(root, member)
        if member.location in around:
            yield member
        elif items is not None:
            yield from _endless(root, [items], around)
        else:
            within = members(root, described_by(root, member), member.location)
            yield from _endless(root, within, around | {member.location})
