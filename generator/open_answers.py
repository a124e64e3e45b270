"""Loosen the caller's view: generators of other languages enforce what it says, and must read all."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from generator.operation import JSON
from generator.references import objects, resolve

# The largest integer up to which a double holds every integer.
_LARGEST_EXACT = 2**53
_EXACT_DIGITS = 15
# What can be said of a part of `allOf` for it to be joined with the others.
_PLAIN = {"type", "description", "properties", "required", "nullable", "example"}
# Texts that come as null, as `data` does.
_NULLABLE = ("msg", "debugMsg")


def open_answers(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the document whose response schemas accept every answer that is known to come.

    An error may have null or `{}` as `data`, so nothing in it is required; `code` may be a text, so it has no
    type; `msg` may be null. An amount is plain text, because generators turn `format: decimal` into something
    lossy. The words of an open enum stand in its description. Examples and bounds survive a double. `default`
    stands for ranges of statuses too, which generators do not know. The parts of an object stand in it: what
    `allOf` brings without a type, generators take for an object. A component that nothing uses any more
    is left out.
    """
    view = copy.deepcopy(dict(root))
    for _, node in objects(view):
        _open_words(node)
        _drop_ranges(node)
        if node.get("format") == "decimal":
            del node["format"]
        if isinstance(node.get("maximum"), int) and node["maximum"] > _LARGEST_EXACT:
            del node["maximum"]  # `format: int64` says the same.
        for key in ("example", "examples"):
            if key in node:
                node[key] = _exact(node[key])
    seen: set[int] = set()
    for schema in _answers(view):
        _loosen_envelope(view, schema, seen)
    for _, node in objects(view):
        _join_parts(view, node)
    _drop_unused(view, _references(root))
    return view


def _open_words(node: dict[str, Any]) -> None:
    if node.pop("x-extensible", False):
        words = ", ".join(node.pop("enum"))
        node["description"] = (
            f"{node.get('description', '').rstrip()} Known words: {words}. Others may come.".lstrip()
        )


def _drop_unused(view: dict[str, Any], left: set[str]) -> None:
    """Remove the components that were used, and to which nothing refers any more."""
    while unused := left - _references(view):
        left -= unused
        for _, _, kind, name in (reference.split("/") for reference in unused):
            del view["components"][kind][name]


def _references(document: Mapping[str, Any]) -> set[str]:
    return {node["$ref"] for _, node in objects(document) if "$ref" in node}


def _drop_ranges(node: dict[str, Any]) -> None:
    responses = node.get("responses")
    if isinstance(responses, dict) and "default" in responses:
        node["responses"] = {name: value for name, value in responses.items() if not name.endswith("XX")}


def _exact(value: Any) -> Any:
    """Copy example data with integers that a double holds: the first digits of those that it does not."""
    if isinstance(value, Mapping):
        return {name: _exact(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_exact(item) for item in value]
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return int(str(value)[:_EXACT_DIGITS])
    return value


def _answers(root: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the JSON schema of each response."""
    for _, node in objects(root):
        responses = node.get("responses")
        for response in responses.values() if isinstance(responses, Mapping) else ():
            media = resolve(root, response)[1].get("content", {}).get(JSON, {})
            if "schema" in media:
                yield resolve(root, media["schema"])[1]


def _loosen_envelope(root: Mapping[str, Any], schema: dict[str, Any], seen: set[int]) -> None:
    for part in schema.get("allOf", ()):
        _loosen_envelope(root, resolve(root, part)[1], seen)
    if "code" in schema.get("required", ()):
        schema["required"] = ["code"]
    for name, field in schema.get("properties", {}).items():
        found = resolve(root, field)[1]
        if name == "code":
            found.pop("type", None)
            found.pop("format", None)
        elif name == "data":
            _loosen_data(root, found, seen)
            found["nullable"] = True
        elif name in _NULLABLE:
            found["nullable"] = True


def _loosen_data(root: Mapping[str, Any], schema: dict[str, Any], seen: set[int]) -> None:
    if id(schema) in seen:
        return
    seen.add(id(schema))
    schema.pop("required", None)
    items = [schema["items"]] if "items" in schema else []
    for part in (*schema.get("allOf", ()), *schema.get("properties", {}).values(), *items):
        _loosen_data(root, resolve(root, part)[1], seen)


def _join_parts(root: Mapping[str, Any], schema: dict[str, Any]) -> None:
    """Put the parts of an object into it, in place of `allOf`."""
    parts = [resolve(root, part)[1] for part in schema.get("allOf", ())]
    for part in parts:
        _join_parts(root, part)
    if not parts or any(part.keys() - _PLAIN for part in parts):
        return
    del schema["allOf"]
    schema["type"] = "object"
    parts.append({key: schema[key] for key in ("properties", "required") if key in schema})
    schema["properties"] = {
        name: field for part in parts for name, field in part.get("properties", {}).items()
    }
    if required := [name for part in parts for name in part.get("required", ())]:
        schema["required"] = list(dict.fromkeys(required))
