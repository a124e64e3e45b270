"""The Arazzo description: an operation, and the query that settles what became of it."""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

# Seconds for which a request is valid where it does not say: "recvWindow (default 5000)".
_RECV_WINDOW = 5
_SOURCE = "bingxSpot"
_JSON_TYPES = {"string": "string", "int32": "integer", "int64": "integer", "double": "number"}


def arazzo(compiled: Mapping[str, Any]) -> dict[str, Any]:
    """Return the description: a workflow for each operation that one query settles.

    A list of orders is settled by a query for each of them, which Arazzo 1.0 cannot say.
    """
    return {
        "arazzo": "1.0.1",
        "info": {
            "title": "BingX spot, from a cancel to certainty",
            "version": compiled["contract"]["version"],
            "description": "A signing layer adds timestamp and signature to each request; see signing.md.",
        },
        "sourceDescriptions": [{"name": _SOURCE, "url": "./openapi.caller.yaml", "type": "openapi"}],
        "workflows": list(_workflows({each["id"]: each for each in compiled["operations"]})),
    }


def _workflows(operations: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in operations.values():
        settled = operation["outcome"].get("settledBy")
        if settled is None or settled["each"]:
            continue
        query = operations[settled["operation"]]
        inputs = _inputs(operation)
        asked = {name: source for name, source in settled["with"].items() if source in inputs["properties"]}
        yield {
            "workflowId": f"{operation['id']}Settled",
            "summary": f"{operation['summary']}, and query it unless the answer is certain",
            "description": _description(operation, query),
            "inputs": inputs,
            "steps": [_act(operation, inputs, query), _query(query, asked, _last_query(operation))],
            "outputs": {
                "answered": f"$steps.{operation['id']}.outputs.state",
                "state": f"$steps.{query['id']}.outputs.state",
            },
        }


def _description(operation: Mapping[str, Any], query: Mapping[str, Any]) -> str:
    timing, states = operation["outcome"]["timing"], query["outcome"]["states"]
    return (
        f"A success is believed if it repeats the order and says that it is done. After anything else"
        f" {query['id']} is asked until its state is final: {', '.join(_final(states))}. Any other state may"
        f" be up to {timing['readsLag']} seconds old, and the request may still take effect for"
        f" {_seconds_to_effect(operation):.0f} seconds: an order is open only if a read says so after both."
    )


def _final(states: Mapping[str, Any]) -> list[str]:
    return [word for kind in ("canceled", "filled", "failed") for word in states[kind]]


def _inputs(operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the required parameters, and the one that names the order for ever."""
    needed = {
        each["name"]: {
            "type": _JSON_TYPES[each["type"]],
            **({"format": each["type"]} if each["type"] == "int64" else {}),
            "description": each["description"],
        }
        for each in operation["parameters"]
        if each["required"] or each["name"] == operation.get("permanentId")
    }
    return {"type": "object", "required": list(needed), "properties": needed}


def _act(operation: Mapping[str, Any], inputs: Mapping[str, Any], query: Mapping[str, Any]) -> dict[str, Any]:
    names = list(inputs["properties"])
    answer = operation["answer"]
    repeated = [name for name in answer["repeats"] if name in names]
    required = [_one_of(rule["field"], rule["words"]) for rule in answer["requires"]]
    return {
        "stepId": operation["id"],
        "operationId": operation["id"],
        "requestBody": {
            "contentType": "application/json",
            "payload": {name: f"$inputs.{name}" for name in names},
        },
        "successCriteria": [*_believed(repeated), *required],
        "onSuccess": [{"name": "certain", "type": "end"}],
        "onFailure": [{"name": "uncertain", "type": "goto", "stepId": query["id"]}],
        "outputs": {"state": f"$response.body#/data/{operation['outcome']['states']['field']}"},
    }


def _seconds_to_effect(operation: Mapping[str, Any]) -> float:
    # It is valid for its window, and by a clock that is ahead for as long again.
    seconds: float = 2 * _RECV_WINDOW + operation["outcome"]["timing"]["takesEffectWithin"]
    return seconds


def _last_query(operation: Mapping[str, Any]) -> int:
    lag: float = operation["outcome"]["timing"]["readsLag"]
    return ceil(_seconds_to_effect(operation) + lag)


def _query(query: Mapping[str, Any], asked: Mapping[str, str], seconds: int) -> dict[str, Any]:
    states = query["outcome"]["states"]
    return {
        "stepId": query["id"],
        "operationId": query["id"],
        "parameters": [
            {"name": name, "in": "query", "value": f"$inputs.{source}"} for name, source in asked.items()
        ],
        "successCriteria": [
            *_believed([name for name in query["answer"]["repeats"] if name in asked]),
            _one_of(states["field"], _final(states)),
        ],
        "onFailure": [{"name": "later", "type": "retry", "retryAfter": 1, "retryLimit": seconds}],
        "outputs": {"state": f"$response.body#/data/{states['field']}"},
    }


def _one_of(field: str, words: list[str]) -> dict[str, str]:
    return {"condition": " || ".join(f"$response.body#/data/{field} == '{word}'" for word in words)}


def _believed(repeated: list[str]) -> list[dict[str, str]]:
    same = [{"condition": f"$response.body#/data/{name} == $inputs.{name}"} for name in repeated]
    return [{"condition": "$statusCode == 200"}, {"condition": "$response.body#/code == 0"}, *same]
