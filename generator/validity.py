"""Whether the contract is a valid OpenAPI 3.0 document, as openapi-spec-validator judges."""

from collections.abc import Iterator

from jsonschema.exceptions import ValidationError
from openapi_spec_validator import OpenAPIV30SpecValidator

from generator.document import Document, Location
from generator.operation import operations
from generator.problem import Problem

_LONGEST = 160


def structure_problems(document: Document) -> Iterator[Problem]:
    """Yields a problem for each part of the document that has not the shape of OpenAPI 3.0."""
    version = document.root.get("openapi")
    if not isinstance(version, str) or not version.startswith("3.0."):
        yield document.problem(["openapi"], "This is not OpenAPI 3.0. Write `openapi: 3.0.3`.")
        return
    for error in OpenAPIV30SpecValidator(document.root).schema_validator.iter_errors(document.root):
        yield _problem(document, _leaf(error))


def consistency_problems(document: Document) -> Iterator[Problem]:
    """Yields a problem for each contradiction: names that clash, defaults that do not fit."""
    validator = OpenAPIV30SpecValidator(document.root)
    for error in validator.root_validator(validator.schema_path):
        yield _problem(document, error)


def _problem(document: Document, error: ValidationError) -> Problem:
    location = tuple(error.absolute_path)
    if location[:1] not in {(key,) for key in document.root}:
        location = _location_in_text(document, error.message)
    return document.problem(location, f"This is not OpenAPI 3.0: {_sentence(location, error)} Correct it.")


def _leaf(error: ValidationError) -> ValidationError:
    """Goes down to the error that a person can act on: the deepest of the alternative that was meant."""
    while error.context:
        meant = [inner for inner in error.context if not _about_reference(inner)] or list(error.context)
        error = max(meant, key=lambda inner: len(inner.absolute_path))
    return error


def _about_reference(error: ValidationError) -> bool:
    """Tells an error of the alternative "a reference", which nothing without `$ref` was meant to be."""
    return "$ref" in str(error.message) or "Reference" in map(str, error.absolute_schema_path)


def _sentence(location: Location, error: ValidationError) -> str:
    message = error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"
    where = f"at `{'/'.join(map(str, location[-2:]))}`, " if location else ""
    return f"{where}{message.rstrip('.')}."


def _location_in_text(document: Document, text: str) -> Location:
    """Finds what an error without a location speaks of: an operation whose path it quotes."""
    for operation in operations(document.root):
        if f"'{operation.path}'" in text:
            return operation.location
    return ()
