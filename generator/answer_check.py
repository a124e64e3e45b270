"""Check that the caller's view accepts every answer of the vectors, but for those that are marked."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.operation import JSON, operations
from generator.references import resolve

#: The flag of an answer that the response schema must refuse.
NOT_TYPED = "NotTyped"
_SELF = "urn:contract"
_DEFAULT_OPERATION = "cancelOrder"


def answer_problems(caller: Mapping[str, Any], vectors: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each answer that the caller's view judges otherwise than the vectors.

    A body that is not JSON is no answer to a generated client, and says nothing here.

    Args:
        caller: The caller's view.
        vectors: What spec/vectors/answers.json holds.
    """
    registry: Registry[Any] = Registry().with_resource(_SELF, DRAFT4.create_resource(dict(caller)))
    responses = {one.node["operationId"]: one.node["responses"] for one in operations(caller)}
    for test in (test for group in vectors["groups"] for test in group["tests"]):
        try:
            body = json.loads(test["answer"]["body"])
        except ValueError:
            continue
        declared = responses[test.get("operation", _DEFAULT_OPERATION)]
        content = resolve(caller, _response(declared, str(test["answer"]["status"])))[1].get("content", {})
        if JSON not in content:
            yield f"{test['id']}: the contract knows no JSON with HTTP {test['answer']['status']}."
            continue
        validator = OAS30Validator(_absolute(content[JSON]["schema"]), registry=registry)
        error = next(validator.iter_errors(body), None)
        if error and NOT_TYPED not in test["flags"]:
            yield f"{test['id']}: the response schema refuses it: {error.message}."
        if not error and NOT_TYPED in test["flags"]:
            yield f"{test['id']}: the response schema accepts it, and it is marked {NOT_TYPED}."


def _response(declared: Mapping[str, Any], status: str) -> Any:
    return declared.get(status) or declared.get(f"{status[0]}XX") or declared["default"]


def _absolute(schema: Any) -> Any:
    """Copy a schema with references that the registry finds."""
    if isinstance(schema, Mapping):
        return {
            key: f"{_SELF}{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema
