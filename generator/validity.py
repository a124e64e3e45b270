"""Checks that the contract is a valid OpenAPI 3.0 document, examples and defaults included."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, cast
from urllib.parse import quote

from jsonschema.exceptions import ValidationError
from openapi_schema_validator import OAS30Validator, oas30_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.document import Document, Location
from generator.operation import operations
from generator.problem import Problem
from generator.references import objects

_LONGEST = 160


def structure_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each part of the document that OpenAPI 3.0 does not allow."""
    version = document.root.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0."):
        yield document.problem(["openapi"], "This is not OpenAPI 3.0. Write `openapi: 3.0.3`.")
        return
    for error in OpenAPIV30SpecValidator(document.root).schema_validator.iter_errors(document.root):
        yield _problem(document, leaf(error))


def consistency_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each inconsistency: duplicate names, patterns that are none, wrong defaults."""
    found = [*_duplicates(document), *_patterns(document)] or [*_unfit(document, "default")]
    if found:  # The validator names no place.
        yield from found
        return
    validator = OpenAPIV30SpecValidator(document.root)
    for error in validator.root_validator(validator.schema_path):
        yield _problem(document, error)


def _duplicates(document: Document) -> Iterator[Problem]:
    for operation in operations(document.root):
        seen: set[str] = set()
        for member in operation.parameters():
            if member.name in seen:
                text = f"{operation.title} has two parameters `{member.name}`. Keep one of the two."
                yield document.problem(operation.location, text)
            seen.add(member.name)


def _patterns(document: Document) -> Iterator[Problem]:
    for location, node in objects(document.root):
        try:
            re.compile(str(node.get("pattern", "")))
        except re.error as error:
            text = f"The pattern is no regular expression: {error}. Correct it."
            yield document.problem((*location, "pattern"), text)


def _problem(document: Document, error: ValidationError) -> Problem:
    location = tuple(error.absolute_path)
    if location[:1] not in {(key,) for key in document.root}:
        location = _location_in_text(document, error.message)
    return document.problem(location, f"This is not OpenAPI 3.0: {_sentence(location, error)} Correct it.")


def leaf(error: ValidationError) -> ValidationError:
    """Return the most specific error: the deepest one of the alternative that was meant."""
    while error.context:
        meant = [inner for inner in error.context if not _about_reference(inner)] or list(error.context)
        error = max(meant, key=lambda inner: len(inner.absolute_path))
        # Each alternative may allow another word in the same place, such as `in`.
        alike = [inner for inner in meant if inner.validator == "enum" and inner.path == error.path]
        if len(alike) > 1:
            words = [word for inner in alike for word in cast("dict[str, Any]", inner.schema)["enum"]]
            error.message = f"{error.instance!r} is not one of {words}"
    return error


def _about_reference(error: ValidationError) -> bool:
    """Return whether an error is about the alternative "a reference", which was not meant."""
    return "$ref" in str(error.message) or "Reference" in map(str, error.absolute_schema_path)


def _sentence(location: Location, error: ValidationError) -> str:
    message = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    where = f"at `{'/'.join(map(str, location[-2:]))}`, " if location else ""
    return f"{where}{message.rstrip('.')}."


def _location_in_text(document: Document, text: str) -> Location:
    """Return the location of the operation whose path an error quotes."""
    for operation in operations(document.root):
        if f"'{operation.path}'" in text:
            return operation.location
    return ()


_SELF = "urn:contract"


def example_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each example that does not fit its schema."""
    yield from _unfit(document, "example")


def _unfit(document: Document, kind: str) -> Iterator[Problem]:
    registry: Registry[Any] = Registry().with_resource(_SELF, DRAFT4.create_resource(document.root))
    for location, node in objects(document.root):
        schema_location = (*location, "schema") if "schema" in node else location
        for example_location, value in _values(location, node, kind):
            schema = {"$ref": f"{_SELF}#{_pointer(schema_location)}"}
            validator = OAS30Validator(schema, registry=registry, format_checker=oas30_format_checker)
            for error in validator.iter_errors(value):
                yield document.problem(
                    (*example_location, *error.absolute_path),
                    f"The {kind} does not fit its schema: {error.message}. Correct one of the two.",
                )


def _values(location: Location, node: Mapping[str, Any], kind: str) -> Iterator[tuple[Location, Any]]:
    if kind in node:
        yield (*location, kind), node[kind]
    if kind == "example" and "schema" in node:
        for name, example in node.get("examples", {}).items():
            yield (*location, "examples", name, "value"), example.get("value")


def _pointer(location: Location) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{quote(step)}" for step in steps)
