"""`stubs.json`: an answer of each operation, the first success among its examples, for the sandbox."""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.operation import JSON, Operation, operations
from generator.references import resolve


def stubs(root: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the stubs: method, path, whether requests are signed, and `data` of the answer.

    Args:
        root: The contract.
    """
    return [
        {"method": operation.method.upper(), "path": operation.path, "data": data, "signed": operation.signed}
        for operation in operations(root)
        for data in list(_successes(operation))[:1]
    ]


def _successes(operation: Operation) -> Iterator[Any]:
    """Yield `data` of each example of a success."""
    _, response = resolve(operation.root, operation.node.get("responses", {}).get("200", {}))
    media = response.get("content", {}).get(JSON, {})
    examples = [media.get("example"), *(each.get("value") for each in media.get("examples", {}).values())]
    for example in examples:
        if isinstance(example, Mapping) and example.get("code") == 0:
            yield example.get("data")
