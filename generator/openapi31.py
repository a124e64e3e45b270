"""The caller's view as OpenAPI 3.1, for generators that read no other."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from generator.references import objects

_BOUNDS = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}


def openapi31(root: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document of OpenAPI 3.0 as one of 3.1 that says the same.

    There `null` is a type, a bound that is excluded is a number, and a schema has `examples`.

    Args:
        root: The document.
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
