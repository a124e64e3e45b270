"""Checks of the vendor extensions: known, in the right place, and valid against their JSON Schema."""

import functools
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from referencing import Registry, Resource

from generator.document import Document, Location, read_data
from generator.operation import METHODS
from generator.problem import Problem
from generator.references import objects
from generator.validity import leaf

SCHEMAS = Path(__file__).resolve().parent.parent / "spec" / "schemas"
_EXTENSIONS = "extensions.schema.json"
_OPERATION_DEPTH = 3


def _is_root(location: Location, _: Mapping[str, Any]) -> bool:
    return not location


def _is_server(location: Location, _: Mapping[str, Any]) -> bool:
    return location[:1] == ("servers",)


def _is_operation(location: Location, _: Mapping[str, Any]) -> bool:
    return len(location) == _OPERATION_DEPTH and location[0] == "paths" and location[2] in METHODS


def _is_security_scheme(location: Location, _: Mapping[str, Any]) -> bool:
    return location[:2] == ("components", "securitySchemes")


def _is_named_enum(location: Location, node: Mapping[str, Any]) -> bool:
    return location[:2] == ("components", "schemas") and len(location) == _OPERATION_DEPTH and "enum" in node


def _is_text(_: Location, node: Mapping[str, Any]) -> bool:
    return node.get("type") == "string"


def _is_anything(_: Location, __: Mapping[str, Any]) -> bool:
    return True


# rules.py checks `x-injected` against the requests themselves.
_PLACES: Mapping[str, tuple[Callable[[Location, Mapping[str, Any]], bool], str]] = {
    "x-bingx-signing": (_is_security_scheme, "a security scheme"),
    "x-bingx-environment": (_is_server, "a server"),
    "x-bingx-ip-groups": (_is_root, "the document itself"),
    "x-bingx-limits": (_is_operation, "an operation"),
    "x-bingx-permission": (_is_operation, "an operation"),
    "x-bingx-order-reference": (_is_operation, "an operation"),
    "x-bingx-answer": (_is_operation, "an operation"),
    "x-bingx-outcome": (_is_operation, "an operation"),
    "x-extensible": (_is_named_enum, "an enum directly under components/schemas"),
    "x-bingx-text": (_is_text, "a parameter with `type: string`"),
    "x-injected": (_is_anything, "a parameter"),
}


def extension_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each extension that is unknown, misplaced or invalid."""
    validator = _validator()
    errors: dict[str, list[ValidationError]] = {}
    for location, node in objects(document.root):
        extensions = {key: value for key, value in node.items() if key.startswith("x-")}
        if not extensions:  # true of nearly every object
            continue
        for key in extensions:
            yield from _place_problems(document, location, node, key)
        known = {key: value for key, value in extensions.items() if key in _PLACES}
        written = json.dumps(known)
        if written not in errors:  # many objects have equal extensions
            errors[written] = [leaf(error) for error in validator.iter_errors(known)]
        for error in errors[written]:
            where = "/".join(map(str, error.absolute_path))
            text = f"The extension `{where}` is wrong: {error.message}. See spec/schemas/{_EXTENSIONS}."
            yield document.problem((*location, *error.absolute_path), text)


def _place_problems(
    document: Document, location: Location, node: Mapping[str, Any], key: str
) -> Iterator[Problem]:
    if key not in _PLACES:
        known = ", ".join(sorted(_PLACES))
        yield document.problem(
            (*location, key), f"The extension `{key}` is unknown. Use one of {known}, or leave it out."
        )
        return
    fits, place = _PLACES[key]
    if not fits(location, node):
        yield document.problem((*location, key), f"The extension `{key}` belongs on {place}. Move it there.")


@functools.cache
def _validator() -> Draft202012Validator:
    paths = SCHEMAS.glob("*.schema.json")
    schemas = {path.name: read_data(path, f"spec/schemas/{path.name}") for path in paths}
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    return Draft202012Validator(schemas[_EXTENSIONS], registry=registry)
