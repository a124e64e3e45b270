"""Python's part of `make conformance`: run every vector through the SDK, then cancel one order."""

import json
import logging
import os
import sys
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from bingx_spot import BingxSpot, CallError, InvalidInput, NotExecuted, OrderNotOpen
from bingx_spot.core.error_mapping import _CLASSES
from bingx_spot.core.request import ApiCall, json_body, query_string
from bingx_spot.core.response_validation import validate_response
from bingx_spot.core.signing import canonical_string, sign, signed_texts
from bingx_spot.models import Response
from bingx_spot_api.contract import BY_ID
from bingx_spot_api.models import (
    CancelOpenOrdersResponse,
    CancelOrderResponse,
    OrdersResponse,
    QueryOrderResponse,
)
from tests.spec.clock_client import Client
from tests.spec.vectors import parameters_of, read_json, signing_tests
from tests.unit.core.playing import CANCELLING
from tools.conformance.python_safety import is_safe
from tools.outcome_vectors.play import play

#: The category of each class of error.
CATEGORIES = {kind: category for category, kind in _CLASSES.items()}


#: By operation, the generated model of its response.
MODELS: Mapping[str, Any] = {
    "cancelOpenOrders": CancelOpenOrdersResponse,
    "cancelOrder": CancelOrderResponse,
    "openOrders": OrdersResponse,
    "queryOrder": QueryOrderResponse,
}


def main() -> int:
    """Print the failures, and on the last line the result as JSON."""
    checks = [(test["id"], signs(test)) for test in signing_tests("accepted")]
    checks += [(test["id"], refuses(test)) for test in signing_tests("refused")]
    checks += [(test["id"], classifies(test)) for test in _tests("answers.json")]
    checks += [(test["id"], Client(test).outcome() == test["expected"]) for test in _tests("clock.json")]
    for name in [name for name, passed in checks if not passed]:
        print(f"not passed: {name}", file=sys.stderr)
    checks += [(test["id"], parses(test)) for test in _tests("parse.json")]
    safety = read_json("vectors/safety.json")
    checks += [
        (test["id"], is_safe(group["kind"], test, safety["credentials"]))
        for group in safety["groups"]
        for test in group["tests"]
    ]
    with BingxSpot.from_env(environment=os.environ["BINGX_URL"]) as bingx:
        order = bingx.cancel_order(os.environ["BINGX_SYMBOL"], order_id=int(os.environ["BINGX_ORDER_ID"]))
    passed = sum(passed for _, passed in checks)
    logging.disable()
    outcomes = [not play(test)[0] for test in _tests("outcome.json")]
    result = {
        "language": "Python",
        "generator": f"openapi-python-client {version('openapi-python-client')}",
        "passed": passed,
        "total": len(checks),
        "skipped": 0,
        "outcomes": {"passed": sum(outcomes), "total": len(outcomes)},
        "orderId": str(order.order_id),
        "status": str(order.status),
    }
    print(json.dumps(result))
    return 0 if passed == len(checks) else 1


def signs(test: Any) -> bool:
    """Return whether each stage is that of the vector."""
    parameters = parameters_of(test)
    canonical, texts = canonical_string(parameters), signed_texts(parameters)
    signature = sign(canonical, test["secret"])
    query = query_string(texts, signature)
    stages = [canonical, signature, json_body(parameters, texts, signature).decode(), query, query]
    return stages == [test[stage] for stage in ("canonical", "signature", "json", "query", "form")]


def refuses(test: Any) -> bool:
    """Return whether nothing is signed and the error names the parameter."""
    try:
        canonical_string(parameters_of(test))
    except InvalidInput as refusal:
        return bool(refusal.field == test["refusal"]["parameter"])
    return False


def classifies(test: Any) -> bool:
    """Return whether the answer raises the error of its row."""
    call = ApiCall(BY_ID[test.get("operation", CANCELLING.operation.operation_id)], CANCELLING.parameters)
    try:
        validate_response(call, Response(test["answer"]["status"], {}, test["answer"]["body"].encode()))
    except CallError as error:
        found = {
            "row": error.details.rule,
            "category": CATEGORIES.get(type(error), "unavailable"),
            "order": _order(error),
            "retryAt": error.details.retry_at,
        }
        return bool(found == test["expected"])
    return False


def parses(test: Any) -> bool:
    """Return whether the generated model has each field as the vector says."""
    call = ApiCall(BY_ID[test["operation"]], test["parameters"])
    response = validate_response(call, Response(200, {}, test["answer"]["body"].encode()))
    typed = MODELS[test["operation"]].from_dict(response.json())
    return all(_field(typed.to_dict()["data"], path) == text for path, text in test["fields"].items())


def _field(value: Any, path: str) -> str:
    for step in path.split("."):
        value = value[int(step)] if isinstance(value, list) else value[step]
    return str(value)


def _order(error: CallError) -> str:
    if isinstance(error, OrderNotOpen):
        return "notOpen"
    return "untouched" if isinstance(error, NotExecuted) else "unknown"


def _tests(name: str) -> list[Any]:
    return [test for group in read_json(f"vectors/{name}")["groups"] for test in group["tests"]]


if __name__ == "__main__":
    sys.exit(main())
