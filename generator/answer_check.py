"""Check that the caller's view accepts every answer of the vectors, but for those that are marked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from generator.operation import JSON, operations
from generator.problem import listed
from generator.references import resolve

#: The flags of answers that the response schema must refuse; a signing layer reads ids that are text.
REFUSED = {"NotTyped", "IdAsText"}
_SELF = "urn:contract"
_DEFAULT_OPERATION = "cancelOrder"


def answer_problems(caller: Mapping[str, Any], vectors: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each answer that the caller's view judges otherwise than the vectors.

    A body that is not JSON is no answer to a generated client, and says nothing here.

    Args:
        caller: The caller's view.
        vectors: What a file of spec/vectors/ holds; one without groups has no answers.
    """
    registry: Registry[Any] = Registry().with_resource(_SELF, DRAFT4.create_resource(dict(caller)))
    responses = {one.node["operationId"]: one.node["responses"] for one in operations(caller)}
    for test in (test for group in vectors.get("groups", ()) for test in group["tests"]):
        marks = REFUSED & set(test["flags"])
        refusals = 0
        for operation, status, body in _answers(test):
            content = resolve(caller, _response(responses[operation], status))[1].get("content", {})
            if JSON not in content:
                yield f"{test['id']}: the contract knows no JSON with HTTP {status}."
                continue
            validator = OAS30Validator(_absolute(content[JSON]["schema"]), registry=registry)
            if error := next(validator.iter_errors(body), None):
                refusals += 1
                if not marks:
                    yield f"{test['id']}: the response schema refuses it: {error.message}."
        if marks and not refusals:
            yield f"{test['id']}: the response schema accepts it, and it is marked {listed(sorted(marks))}."


def _answers(test: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Yield operation, status and body of each answer of a test that is JSON, those of a scenario too."""
    scenario = {test.get("operation", _DEFAULT_OPERATION): [test], **test.get("server", {})}
    for operation, steps in scenario.items():
        for step in steps:
            answer = step.get("answer") if isinstance(step, Mapping) else None
            if answer:
                with suppress(ValueError):
                    yield operation, str(answer["status"]), json.loads(answer["body"])


def _response(declared: Mapping[str, Any], status: str) -> Any:
    return declared.get(status) or declared.get(f"{status[0]}XX") or declared["default"]


def _absolute(schema: Any) -> Any:
    """Copy a schema with references that the registry finds."""
    if isinstance(schema, Mapping):
        return {
            key: f"{_SELF}{value}" if key == "$ref" else _absolute(value) for key, value in schema.items()
        }
    return [_absolute(item) for item in schema] if isinstance(schema, list) else schema
