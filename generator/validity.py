"""Checks that the contract is a valid OpenAPI 3.0 document, examples and defaults included."""

from collections.abc import Iterator, Mapping
from typing import Any
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
    """Yield a problem for each inconsistency: duplicate names, defaults of the wrong type."""
    validator = OpenAPIV30SpecValidator(document.root)
    for error in validator.root_validator(validator.schema_path):
        yield _problem(document, error)


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
    registry: Registry[Any] = Registry().with_resource(_SELF, DRAFT4.create_resource(document.root))
    for location, node in objects(document.root):
        schema_location = (*location, "schema") if "schema" in node else location
        for example_location, value in _examples(location, node):
            schema = {"$ref": f"{_SELF}#{_pointer(schema_location)}"}
            validator = OAS30Validator(schema, registry=registry, format_checker=oas30_format_checker)
            for error in validator.iter_errors(value):
                yield document.problem(
                    (*example_location, *error.absolute_path),
                    f"The example does not fit its schema: {error.message}. Correct one of the two.",
                )


def _examples(location: Location, node: Mapping[str, Any]) -> Iterator[tuple[Location, Any]]:
    for key in ("example", "default"):
        if key in node:
            yield (*location, key), node[key]
    if "schema" in node:
        for name, example in node.get("examples", {}).items():
            yield (*location, "examples", name, "value"), example.get("value")


def _pointer(location: Location) -> str:
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in location)
    return "".join(f"/{quote(step)}" for step in steps)
