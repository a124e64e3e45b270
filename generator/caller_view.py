"""Views of the contract: for callers, in OpenAPI 3.0 and 3.1, and for the Python generator."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from generator.open_answers import open_answers
from generator.operation import JSON, METHODS, members
from generator.references import is_data, is_named, objects, resolve, says_which_are_required

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def caller_view(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return the caller's view: nothing injected, and response schemas that accept every real answer."""
    return open_answers(without_injected(root))


def without_injected(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return the same document without anything that the signing layer injects.

    It lacks parameters and properties marked `x-injected`, their names under `required`, and their members
    in examples. It lacks a `oneOf` of `required` too, beside which generators drop a model. Of several named
    examples only the first is kept, as `example`, because openapi-generator warns of each named example that
    is not a reference. The document itself is not changed.
    """
    return _CallerView(root).object(root)


class _CallerView:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def object(self, node: Mapping[str, Any]) -> dict[str, Any]:
        """Copy one OpenAPI object with everything in it."""
        view = {
            key: self._member(key, value)
            for key, value in node.items()
            if not says_which_are_required(key, value)
        }
        if isinstance(node.get("required"), list):
            self._require_less(node, view)
        self._strip_examples(node, view)
        return view

    def _member(self, key: str, value: Any) -> Any:
        if is_data(key):
            return value
        if is_named(key, value):
            return {name: self._value(item) for name, item in value.items() if not self._injected(item)}
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self.object(value)
        if isinstance(value, list):
            return [self._value(item) for item in value if not self._injected(item)]
        return value

    def _injected(self, node: Any) -> bool:
        _, found = resolve(self._root, node)
        return isinstance(found, Mapping) and bool(found.get("x-injected"))

    def _require_less(self, node: Mapping[str, Any], view: dict[str, Any]) -> None:
        gone = {field.name for field in members(self._root, node, ()) if field.injected}
        view["required"] = [name for name in node["required"] if name not in gone]
        if not view["required"]:  # OpenAPI 3.0 forbids an empty list.
            del view["required"]

    def _strip_examples(self, node: Mapping[str, Any], view: dict[str, Any]) -> None:
        schema = node.get("schema", node)
        for key in ("example", "default"):
            if key in node:
                view[key] = self._strip(node[key], schema)
        if "schema" in node and isinstance(node.get("examples"), Mapping):
            first: Mapping[str, Any] = next(iter(node["examples"].values()), {})
            del view["examples"]
            if "value" in first:
                view["example"] = self._strip(first["value"], schema)

    def _strip(self, value: Any, schema: Mapping[str, Any]) -> Any:
        """Copy example data without the members that its schema marks as injected."""
        _, schema = resolve(self._root, schema)
        if isinstance(value, list):
            return [self._strip(item, schema.get("items", {})) for item in value]
        if not isinstance(value, Mapping):
            return value
        fields = {field.name: field for field in members(self._root, schema, ())}
        return {
            name: self._strip(item, fields[name].schema if name in fields else {})
            for name, item in value.items()
            if name not in fields or not fields[name].injected
        }


def python_view(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document for the Python generator: nothing injected, and only the JSON responses of 2xx.

    Response validation turns every other response into an exception before the generated parser sees it.
    So a generated function returns its response or None, and not a union with errors.
    """
    caller = without_injected(root)
    paths = {path: _plain_item(caller, item) for path, item in caller["paths"].items()}
    components = {key: value for key, value in caller.get("components", {}).items() if key != "responses"}
    return {**caller, "paths": paths, "components": components}


def _plain_item(root: Mapping[str, Any], item: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _plain_operation(root, value) if key in METHODS else value for key, value in item.items()}


def _plain_operation(root: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    responses = {
        status: _plain_response(resolve(root, response)[1])
        for status, response in operation["responses"].items()
        if status.startswith("2")
    }
    return {**operation, "responses": responses}


def _plain_response(response: Mapping[str, Any]) -> dict[str, Any]:
    content = {name: media for name, media in response.get("content", {}).items() if name == JSON}
    return {**response, "content": content}


def openapi31(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of OpenAPI 3.0 as one of 3.1 that says the same.

    For generators that read no other. There `null` is a type, a bound that is excluded is a number, and a
    schema has `examples`.
    """
    document = {**deepcopy(dict(root)), "openapi": "3.1.1"}
    for _, node in list(objects(document)):
        _bound(node)
        if node.pop("nullable", False):
            _allow_null(node)
        if "type" in node and "in" not in node and "example" in node:
            node["examples"] = [node.pop("example")]
    return document


def _bound(node: dict[str, Any]) -> None:
    for exclusive, bound in _BOUNDS.items():
        if node.get(exclusive) is True:
            node[exclusive] = node.pop(bound)
        elif node.get(exclusive) is False:
            del node[exclusive]


def _allow_null(node: dict[str, Any]) -> None:
    if "type" not in node:  # in 3.0 it says nothing without a type
        return
    node["type"] = [node["type"], "null"]
    if "enum" in node:
        node["enum"] = [*node["enum"], None]
