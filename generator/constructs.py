"""Constructs that OpenAPI allows and this project does not: each with the reason and what to write instead.

Either code generators do not support it (thirteen were tried), or the signing scheme has no rule for it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generator.client import python_name
from generator.document import Document, Location
from generator.operation import JSON, Member, Operation, described_by, items_of, members, operations
from generator.parameter_rules import format_problem, parameter_problems
from generator.problem import Problem, listed
from generator.references import objects, says_which_are_required

_ALTERNATIVES = ("anyOf", "oneOf", "not")
_FORM = "application/x-www-form-urlencoded"


def construct_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each unsupported construct of the document."""
    for document_rule in (
        *(_global_security, _alternatives, _enums, _formats, _eponyms, _shared_examples, _required),
    ):
        yield from document_rule(document)
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_body_of_get, _content_types, _uploads, _body_alternatives),
        *(_methods_and_paths, parameter_problems, _endless_answers),
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
        if text := format_problem(node):
            yield document.problem((*location, "type"), text)


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


def _required(document: Document) -> Iterator[Problem]:
    """Find required properties that are not there, so that a misspelt name requires nothing."""
    for location, node in objects(document.root):
        if "properties" not in node and "allOf" not in node:
            continue
        names = [member.name for member in members(document.root, node, location)]
        for name in node.get("required", []):
            if name not in names:
                text = f"`required` lists `{name}`, which is no property here ({listed(names)}). Correct it."
                yield document.problem((*location, "required"), text)


def _methods_and_paths(document: Document, operation: Operation) -> Iterator[Problem]:
    """Find what the signing scheme, or the sandbox, has no place for."""
    if operation.method not in ("get", "post", "put", "delete"):
        text = f"{operation.title}: only GET, POST, PUT and DELETE are supported. Use one of them."
        yield document.problem(operation.location, text)
    if not re.fullmatch(r"/openApi/[A-Za-z0-9_./-]{1,200}", operation.path):
        text = (
            f"{operation.title}: a path begins with `/openApi/`, and has letters, digits and `_ . - /` alone."
        )
        yield document.problem(operation.location[:-1], f"{text} Correct it.")
    for location, node in ((operation.location, operation.node), (operation.location[:-1], _item(operation))):
        if "servers" in node:
            text = "The environment chooses the host. Leave `servers` out here."
            yield document.problem((*location, "servers"), text)


def _item(operation: Operation) -> Mapping[str, Any]:
    item: Mapping[str, Any] = operation.root["paths"][operation.path]
    return item


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
