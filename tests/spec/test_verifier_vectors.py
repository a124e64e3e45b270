"""The sandbox judges requests as verifier.json says, and the file is sound by itself."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bingx_sandbox.accounts import create_accounts
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.http_messages import HttpRequest
from tests.spec.test_errors import classified
from tests.spec.vectors import read_json, vector_id

VECTORS = read_json("vectors/verifier.json")
TESTS = [test for group in VECTORS["groups"] for test in group["tests"]]
PATHS = {"POST": "/openApi/spot/v1/trade/cancel", "GET": "/openApi/spot/v1/trade/query"}
KEY, SECRET = VECTORS["credentials"]["apiKey"], VECTORS["credentials"]["apiSecret"]


def test_the_file_obeys_its_schema() -> None:
    schema = read_json("schemas/verifier.schema.json")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(VECTORS)


def test_tests_are_counted_and_named_once_and_flags_are_explained() -> None:
    assert VECTORS["numberOfTests"] == len(TESTS) == len({test["id"] for test in TESTS})
    assert {flag for test in TESTS for flag in test["flags"]} == set(VECTORS["notes"])


@pytest.mark.parametrize("test", TESTS, ids=vector_id)
def test_the_sandbox_gives_the_verdict(test: Any) -> None:
    given, expected = test["request"], test["expected"]
    exchange = Exchange(create_accounts(api_key=KEY, api_secret=SECRET), clock=lambda: test["now"])
    body = bytes.fromhex(given["bodyHex"]) if "bodyHex" in given else given["body"].encode()
    headers = {name.lower(): value for name, value in given["headers"].items()}
    method = given["method"]
    http = HttpRequest(method, PATHS[method], given["query"].encode(), headers, body, test["now"])
    answer = exchange.respond(exchange.receive(http))
    (record,) = exchange.requests()
    if expected["verdict"] == "accepted":
        assert (record["verdict"], record["expectedCanonicalString"]) == ("accepted", expected["canonical"])
        digest = hmac.new(SECRET.encode(), expected["canonical"].encode(), hashlib.sha256).hexdigest()
        assert digest in json.dumps(given)
    else:
        assert classified(answer.status, answer.body.decode())["row"] == expected["row"]
        assert not record["executed"]
