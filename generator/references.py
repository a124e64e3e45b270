"""The objects of an OpenAPI document and the references between them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from generator.document import Document, Location
from generator.problem import Problem

# Members that hold data, which may look like OpenAPI objects.
_DATA = frozenset({"example", "default", "enum", "value", "security"})
# Members whose keys are free names.
_NAMED = frozenset(
    {
        *("paths", "responses", "schemas", "parameters", "examples", "requestBodies", "headers"),
        *("securitySchemes", "links", "callbacks", "content", "properties", "variables", "encoding"),
    }
)


def is_data(key: str) -> bool:
    """Return whether a member holds data rather than OpenAPI objects."""
    return key in _DATA or key.startswith("x-")


def is_named(key: str, value: object) -> bool:
    """Return whether a member is a map from names to objects (`parameters` may also be a list)."""
    return key in _NAMED and isinstance(value, Mapping)


def objects(root: Mapping[str, Any]) -> Iterator[tuple[Location, dict[str, Any]]]:
    """Yield every OpenAPI object of a document with its location, the root first, in document order."""
    yield from _objects(root, ())


def _objects(node: Any, location: Location) -> Iterator[tuple[Location, dict[str, Any]]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _objects(item, (*location, index))
    if not isinstance(node, dict):
        return
    yield location, node
    for key, value in node.items():
        if is_data(key):
            continue
        if is_named(key, value):
            for name, item in value.items():
                yield from _objects(item, (*location, key, name))
        elif isinstance(value, (dict, list)):
            yield from _objects(value, (*location, key))


def resolve(root: Mapping[str, Any], node: Any, location: Location = ()) -> tuple[Location, Any]:
    """Resolve `$ref`.

    Returns:
        The location of the referenced object, and the object. An object without `$ref` is returned as it is.

    Raises:
        LookupError: A reference names nothing, leads outside the document, or leads back to itself.
    """
    seen: set[str] = set()
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen:
            raise LookupError(reference)
        seen.add(reference)
        location, node = _follow(root, reference)
    return location, node


def _follow(root: Mapping[str, Any], reference: str) -> tuple[Location, Any]:
    if not reference.startswith("#/"):
        raise LookupError(reference)
    node: Any = root
    location: Location = ()
    for part in reference[2:].split("/"):
        key = unquote(part).replace("~1", "/").replace("~0", "~")
        if not isinstance(node, Mapping) or key not in node:
            raise LookupError(reference)
        node = node[key]
        location = (*location, key)
    return location, node


def says_which_are_required(word: str, value: Any) -> bool:
    """Return whether this is a `oneOf` of nothing but `required`, which the views leave out."""
    parts = value if word == "oneOf" and isinstance(value, list) else []
    return bool(parts) and all(isinstance(part, Mapping) and part.keys() == {"required"} for part in parts)


def reference_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each reference that names nothing or the wrong kind, or has keys beside it."""
    for location, node in objects(document.root):
        if "$ref" in node:
            for text in _complaints(document.root, location, node):
                yield document.problem((*location, "$ref"), text)


def _complaints(root: Mapping[str, Any], location: Location, node: Mapping[str, Any]) -> Iterator[str]:
    reference, kind = str(node["$ref"]), _kind(location)
    if not reference.startswith("#/"):
        yield f"The reference `{reference}` leads outside this document. Move the object under components."
    elif kind is None:
        yield "A reference is not allowed here. Write the object out."
    elif not re.fullmatch(f"#/components/{kind}/[^/]+", reference):
        yield f"The reference `{reference}` does not name one of components/{kind}. Refer to one of them."
    elif not _exists(root, node):
        yield f"The reference `{reference}` names nothing. Correct it, or add the object."
    elif len(node) > 1:
        beside = ", ".join(key for key in node if key != "$ref")
        described = "Write it as `allOf: [{$ref: …}]`" if (beside, kind) == ("description", "schemas") else ""
        advice = described or "Move them to the referenced object"
        yield f"OpenAPI 3.0 ignores keys beside a `$ref` ({beside}). {advice}."


def loop_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each schema that contains itself by `allOf`."""
    for location, node in objects(document.root):
        if "allOf" in node and location in _parts(document.root, node, set()):
            yield document.problem(
                (*location, "allOf"), "The schema contains itself. Remove it from its own `allOf`."
            )


def _parts(root: Mapping[str, Any], node: Any, found: set[Location]) -> set[Location]:
    """Collect the locations of the parts of a schema, and of their parts."""
    for part in node.get("allOf", []):
        location, schema = resolve(root, part)
        if location and location not in found:
            found.add(location)
            _parts(root, schema, found)
    return found


def _kind(location: Location) -> str | None:
    """Return the part of components that a reference at a location must name."""
    key, around = (*location[-1:], None)[0], (*location[-2:-1], None)[0]
    if around in ("properties", "schemas", "allOf", "anyOf", "oneOf"):
        return "schemas"
    if around in ("responses", "parameters", "headers", "requestBodies"):
        return str(around)
    singles = {"schema": "schemas", "items": "schemas", "additionalProperties": "schemas", "not": "schemas"}
    return {**singles, "requestBody": "requestBodies"}.get(str(key))


def _exists(root: Mapping[str, Any], node: Any) -> bool:
    try:
        resolve(root, node)
    except LookupError:
        return False
    return True
