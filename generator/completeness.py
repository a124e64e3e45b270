"""Completeness of the contract for its readers: descriptions, examples, sizes.

A client can be generated without them, so `make generate` does not require them. `make lint-spec` does.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.document import Document, Location
from generator.operation import JSON, Operation, operations
from generator.problem import Problem
from generator.references import objects, resolve

_STRUCTURED = ("object", "array")
_INT64 = "int64"


def completeness_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each description, example or size that is missing."""
    for location, name, described in _named(document.root):
        yield from _described(document, location, name, described)
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_explained, _examples_of_success_and_error, _examples_of_other_statuses),
    )
    for operation in operations(document.root):
        for rule in rules:
            yield from rule(document, operation)


def _named(root: Mapping[str, Any]) -> Iterator[tuple[Location, str, Mapping[str, Any]]]:
    """Yield the location, name and schema of each property, parameter and header."""
    for location, node in objects(root):
        for name, schema in node.get("properties", {}).items():
            target, found = resolve(root, schema, (*location, "properties", name))
            yield target, name, found
        for index, parameter in enumerate(_listed(node.get("parameters"))):
            target, found = resolve(root, parameter, (*location, "parameters", index))
            yield target, found["name"], found
        for name, header in _mapped(node.get("headers")).items():
            target, found = resolve(root, header, (*location, "headers", name))
            yield target, name, found


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _mapped(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _described(
    document: Document, location: Location, name: str, node: Mapping[str, Any]
) -> Iterator[Problem]:
    schema = resolve(document.root, node.get("schema", node))[1]
    text = str(node.get("description", ""))
    if not text.strip():
        yield document.problem(location, f"`{name}` has no description. Describe it, with its unit.")
    if not _has_example(node, schema):
        yield document.problem(location, f"`{name}` has no example. Give one, as it is sent.")
    if schema.get("format") == _INT64 and _INT64 not in text:
        yield document.problem(
            location,
            f"`{name}` is an int64, and its description does not say so. Add it: in some languages "
            "numbers are doubles.",
        )


def _has_example(node: Mapping[str, Any], schema: Mapping[str, Any]) -> bool:
    # The members of an object have examples of their own.
    return "example" in node or "example" in schema or schema.get("type") in _STRUCTURED


def _explained(document: Document, operation: Operation) -> Iterator[Problem]:
    for key in ("summary", "description"):
        if not str(operation.node.get(key, "")).strip():
            text = f"{operation.title} has no `{key}`. Describe what it does, beginning with a verb."
            yield document.problem(operation.location, text)
    if "x-bingx-outcome" not in operation.node:
        text = (
            f"{operation.title} has no `x-bingx-outcome`. Write its `act`, and `repeat: harmless` if sending "
            "it twice does nothing more, else `repeat: never`: a lost answer then leaves the outcome unknown."
        )
        yield document.problem(operation.location, text)


def _examples_of_success_and_error(document: Document, operation: Operation) -> Iterator[Problem]:
    location, response = _response(operation, "200")
    codes = [_mapped(example).get("code") for example in _examples(_json(response))]
    if 0 not in codes:
        text = f"{operation.title} has no example of a success. Give one, with `code: 0`."
        yield document.problem(location, text)
    if not any(code not in (0, None) for code in codes):
        text = f"{operation.title} has no example of an error. Give one with HTTP 200."
        yield document.problem(location, text)


def _examples_of_other_statuses(document: Document, operation: Operation) -> Iterator[Problem]:
    for status in operation.node.get("responses", {}):
        location, response = _response(operation, status)
        contents = _mapped(response.get("content")).items()
        if status != "200" and not any(_examples(media) for _, media in contents):
            text = f"The response {status} of {operation.title} has no example. Give one."
            yield document.problem(location, text)


def _response(operation: Operation, status: str) -> tuple[Location, Mapping[str, Any]]:
    node = operation.node.get("responses", {}).get(status, {})
    location, response = resolve(operation.root, node, (*operation.location, "responses", status))
    return location, _mapped(response)


def _json(response: Mapping[str, Any]) -> Mapping[str, Any]:
    return _mapped(_mapped(response.get("content")).get(JSON))


def _examples(media: Mapping[str, Any]) -> list[Any]:
    """Return the values of `example` or `examples`."""
    single = [media["example"]] if "example" in media else []
    return single + [_mapped(example).get("value") for example in _mapped(media.get("examples")).values()]
