"""Whether each example and each default of the contract fits its schema."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from openapi_schema_validator import OAS30Validator, oas30_format_checker
from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.document import Document, Location
from generator.problem import Problem
from generator.reference import objects

_SELF = "urn:contract"


def example_problems(document: Document) -> Iterator[Problem]:
    """Yields a problem for each example that its schema refuses."""
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
