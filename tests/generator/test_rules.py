"""Every mistake in a contract is reported with its line and what to do."""

# ruff: noqa: E501 - the texts are searched in the contract as they are

import re
from pathlib import Path

import pytest

from generator.constructs import construct_problems
from generator.rules import rule_problems
from tests.generator.contracts import (
    CONTRACT,
    complaint,
    edited,
    line_of,
    with_operations,
    with_placing,
    with_query,
)
from tests.generator.endpoint import read, with_read, with_reads

SYMBOL = "        symbol:\n          type: string\n          description: |\n            Trading pair, base"
INJECTED_TIMESTAMP = "unit milliseconds. An int64.\n          x-injected: true\n          example"
SECURITY = "      security:\n        - bingxSignature: []\n"
SETTLED_BY = (
    "        settledBy:\n          operation: queryOrder\n"
    "          with: {symbol: symbol, orderId: orderId, clientOrderID: clientOrderID}\n"
)
WITH = "with: {symbol: symbol, orderId: orderId, clientOrderID: clientOrderID}"
STATES = (
    "        states:\n          field: status\n          canceled: [CANCELED, CANCELLED]\n"
    "          filled: [FILLED]\n          failed: [FAILED, EXPIRED, REJECTED]\n"
    "          open: [NEW, PENDING, PARTIALLY_FILLED]\n"
    "          executed: {field: executedQty, of: origQty}\n"
)
PATH = "  /openApi/spot/v1/trade/cancel:\n"

BROKEN = {
    "a reference to nothing": (
        ("'#/components/schemas/OrderSide'", "'#/components/schemas/OrderSize'"),
        "schemas/OrderSize",
        "names nothing",
    ),
    "a reference outside": (
        ("'#/components/schemas/OrderSide'", "'other.yaml#/OrderSide'"),
        "other.yaml",
        "leads outside",
    ),
    "a reference to another kind": (
        ("'#/components/schemas/OrderSide'", "'#/components/responses/Banned'"),
        "$ref: '#/components/responses/Banned'\n        clientOrderID",
        "does not name one of components/schemas",
    ),
    "keys beside a reference": (
        ("side:\n          $ref:", "side:\n          nullable: true\n          $ref:"),
        "$ref: '#/components/schemas/OrderSide'",
        "ignores keys beside a `$ref` (nullable)",
    ),
    "another OpenAPI": (("openapi: 3.0.3", "openapi: 3.1.0"), "openapi: 3.1.0", "Write `openapi: 3.0.3`"),
    "a misspelled key": (
        ("      summary: Cancel an order", "      sumary: Cancel an order"),
        "post:",
        "sumary",
    ),
    "a type that is none": (
        (SYMBOL, SYMBOL.replace("string", "text")),
        "type: text",
        "'text' is not one of",
    ),
    "no title": (("  title: BingX spot, cancel an order\n", ""), "info:", "'title' is a required property"),
    "an unknown extension": (
        ("x-extensible: true", "x-extensable: true"),
        "x-extensable",
        "The extension `x-extensable` is unknown",
    ),
    "an extension in the wrong place": (
        (SYMBOL, SYMBOL.replace("symbol:\n", "symbol:\n          x-bingx-permission: Spot Trading\n")),
        "x-bingx-permission: Spot Trading\n          type",
        "belongs on an operation",
    ),
    "an open enum without a name": (
        ("          minLength: 1\n", "          enum: [a]\n          x-extensible: true\n"),
        "x-extensible: true",
        "belongs on an enum directly under components/schemas",
    ),
    "limits of another shape": (
        ("uid: {requests: 5, seconds: 1}", "uid: {requests: 5}"),
        "uid: {requests: 5}",
        "'seconds' is a required property",
    ),
    "a signing word that no signer knows": (
        ("output: hex-lower", "output: hex-upper"),
        "output: hex-upper",
        "'hex-upper' is not one of ['hex-lower']",
    ),
    "global security": (
        ("\npaths:\n", "\nsecurity: [{bingxSignature: []}]\npaths:\n"),
        "security: [{",
        "A global `security` is ignored",
    ),
    "anyOf beside properties": (
        (
            "required: [symbol, timestamp]",
            "anyOf: [{required: [orderId]}, {required: [clientOrderID]}]\n      required: [symbol, timestamp]",
        ),
        "anyOf: [{",
        "makes generators drop the whole model",
    ),
    "oneOf of more than required": (
        (
            "required: [symbol, timestamp]",
            "oneOf: [{required: [orderId]}, {minProperties: 2}]\n      required: [symbol, timestamp]",
        ),
        "oneOf: [{",
        "makes generators drop the whole model",
    ),
    "oneOf in a request": (
        ("        recvWindow:\n          type: number\n          format: double\n", "        recvWindow:\n          oneOf: [{type: string}]\n"),
        "oneOf: [{",
        "leaves its type open",
    ),
    "an enum of numbers": (
        ("enum: [BUY, SELL]", "enum: [1, 2]"),
        "enum: [1, 2]",
        "Only enums of text",
    ),
    "an integer without a format": (
        ("      schema: {type: integer, format: int32}", "      schema: {type: integer}"),
        "schema: {type: integer}",
        "leaves its size open",
    ),
    "two request content types": (
        (
            "        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/CancelOrderRequest'",
            "        content:\n          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/CancelOrderRequest'}}\n"
            "          application/json:\n            schema:\n              $ref: '#/components/schemas/CancelOrderRequest'",
        ),
        "        content:\n          application/x-www",
        "has 2 request content types",
    ),
    "another request content type": (
        ("        content:\n          application/json:\n            schema:\n              $ref: '#/components/schemas/CancelOrderRequest'",
         "        content:\n          text/plain:\n            schema:\n              $ref: '#/components/schemas/CancelOrderRequest'"),
        "text/plain:",
        "The content type `text/plain` is not supported",
    ),
    "a file": (
        ("          minLength: 1\n          maxLength: 40", "          format: binary\n          maxLength: 40"),
        "          type: string\n          description: |\n            Customized order id, given by the user when placing the order. Different",
        "Clients fail on text that is no `binary`",
    ),
    "an object as parameter": (
        (SYMBOL, SYMBOL.replace("symbol:", "extra: {type: object}\n        symbol:")),
        "extra: {type: object}",
        "The parameter `extra` is an object",
    ),
    "a list as parameter": (
        (SYMBOL, SYMBOL.replace("symbol:", "extra: {type: array, items: {type: string}}\n        symbol:")),
        "extra: {type: array",
        "The parameter `extra` is an array",
    ),
    "a parameter without a type": (
        (SYMBOL, SYMBOL.replace("symbol:", "extra: {description: any}\n        symbol:")),
        "extra: {description",
        "The parameter `extra` has no type",
    ),
    "a header parameter": (
        (SECURITY, SECURITY + "      parameters:\n        - {name: X-A, in: header, schema: {type: string}}\n"),
        "- {name: X-A",
        "is a header parameter, and the signing scheme",
    ),
    "parameters in query and body": (
        (SECURITY, SECURITY + "      parameters:\n        - {name: a, in: query, schema: {type: string}}\n"),
        "parameters:\n        - {name: a",
        "has parameters in the query and in the body",
    ),
    "a GET with a body": ((PATH + "    post:", PATH + "    get:"), "requestBody:", "has a body, which a GET cannot"),
    "shared examples": (
        ("\ncomponents:\n", "\ncomponents:\n  examples: {a: {value: 1}}\n"),
        "examples: {a",
        "Shared examples are not supported",
    ),
    "no operationId": (("      operationId: cancelOrder\n", ""), "    post:", "has no `operationId`"),
    "an operationId in another case": (
        ("operationId: cancelOrder", "operationId: cancel_order"),
        "operationId: cancel_order",
        "is not lower camel case",
    ),
    "no tags": (("      tags: [trade]\n", ""), "    post:", "has no `tags`"),
    "no security": ((SECURITY, ""), "    post:", "has no `security`"),
    "another security": (
        (SECURITY, "      security: [{bingxSignature: []}, {}]\n"),
        "security: [{bingx",
        "has an unsupported `security`",
    ),
    "no limits": (
        ("      x-bingx-limits:\n        uid: {requests: 5, seconds: 1}\n        copyTrading: {requests: 1, seconds: 1}\n        ipGroup: 3\n", ""),
        "    post:",
        "has no `x-bingx-limits`",
    ),
    "no permission": (
        ("      x-bingx-permission: Spot Trading\n", ""),
        "    post:",
        "is signed and has no `x-bingx-permission`",
    ),
    "an unknown IP group": (("ipGroup: 3", "ipGroup: 4"), "ipGroup: 4", "The IP group 4 is not in x-bingx-ip-groups (2, 3)"),
    "an IP group twice": (
        ("  - number: 3\n", "  - {number: 3, endpoint: {requests: 1, seconds: 1}, group: {requests: 1, seconds: 1}}\n  - number: 3\n"),
        "- number: 3\n",
        "is already there",
    ),
    "a server without environment": (
        ("    x-bingx-environment: {name: sandbox, role: primary}\n", ""),
        "- url: http://127.0.0.1:8642",
        "has no `x-bingx-environment`",
    ),
    "an order reference to nothing": (
        ("exactlyOneOf: [orderId, clientOrderID]", "exactlyOneOf: [orderId, clientOrderId]"),
        "exactlyOneOf",
        "`clientOrderId` is no parameter of the request (symbol, orderId, clientOrderID",
    ),
    "an answer that repeats nothing": (
        ("repeats: [symbol, orderId,", "repeats: [symbol, id,"),
        "repeats: [",
        "`id` is no parameter of the request",
    ),
    "an answer confirmed by no field": (
        ("          status: [CANCELED, CANCELLED]", "          state: [CANCELED, CANCELLED]"),
        "requires:",
        "`state` is no field of the answer's `data`",
    ),
    "a word that is not in capitals": (
        ("          status: [CANCELED, CANCELLED]", "          status: [Canceled]"),
        "status: [Canceled]",
        "'Canceled' does not match",
    ),
    "a permanent id that names no order": (
        ("        permanent: orderId\n", "        permanent: symbol\n"),
        "permanent: symbol",
        "`symbol` is none of `exactlyOneOf` (orderId, clientOrderID)",
    ),
    "an act that the core does not know": (
        ("        act: cancel\n", "        act: amend\n"),
        "act: amend",
        "'amend' is not one of",
    ),
    "a cancel without states": (
        (STATES, ""),
        "      x-bingx-outcome:\n        act: cancel",
        "'states' is a required property",
    ),
    "states that no operation shows": (
        (SETTLED_BY, ""),
        "      x-bingx-outcome:\n        act: cancel",
        "'settledBy' is a required property",
    ),
    "a read that is settled": (
        ("        act: cancel\n", "        act: read\n"),
        "        settledBy:",
        "not a `read`. Remove it",
    ),
    "a number without a source": (
        ("            confidence: assumed\n            source: The exchange gives no number. It says of HTTP 504 that the order may or may not be cancelled.\n", "            confidence: assumed\n"),
        "          takesEffectWithin:",
        "'source' is a required property",
    ),
    "settled by no operation": (
        ("operation: queryOrder", "operation: showOrder"),
        "operation: showOrder",
        "There is no operation `showOrder`",
    ),
    "settled by what does not read": (
        ("operation: queryOrder", "operation: cancelOrder"),
        "operation: cancelOrder",
        "`cancelOrder` does not read. Name one that does.",
    ),
    "settled with a parameter that the query does not have": (
        (WITH, WITH.replace("symbol: symbol", "symbol: symbol, side: symbol")),
        "          with:",
        "`side` is no parameter of `queryOrder` (symbol, orderId, clientOrderID, recvWindow)",
    ),
    "settled with a parameter that the request does not have": (
        (WITH, WITH.replace("orderId: orderId", "orderId: cancelOrderId")),
        "          with:",
        "`cancelOrderId` is no parameter of the request (symbol, orderId,",
    ),
    "settled with a parameter of another type": (
        (WITH, WITH.replace("orderId: orderId, clientOrderID: clientOrderID", "orderId: clientOrderID, clientOrderID: orderId")),
        "          with:",
        "`clientOrderID` is not of the type of `orderId` in `queryOrder`",
    ),
    "settled without a required parameter": (
        (WITH, WITH.replace("symbol: symbol, ", "")),
        "          with:",
        "`queryOrder` requires `symbol`",
    ),
    "settled without an id": (
        (WITH, "with: {symbol: symbol}"),
        "          with:",
        "`queryOrder` needs one of orderId, clientOrderID",
    ),
    "settled without one of the ids of the request": (
        (WITH, WITH.replace(", clientOrderID: clientOrderID", "")),
        "          with:",
        "names orders by `clientOrderID`, and `with` does not map it",
    ),
    "states of no field": (
        ("          field: status\n", "          field: state\n"),
        "          field: state",
        "`state` is no field of the `data` that `queryOrder` answers with",
    ),
    "an executed quantity of no field": (
        ("executed: {field: executedQty, of: origQty}", "executed: {field: executedQty, of: quantity}"),
        "executed: {",
        "`quantity` is no field of the `data` that `queryOrder` answers with",
    ),
    "states that differ from those of the query": (
        ("          filled: [FILLED]\n", "          filled: [FILLED, DONE]\n"),
        "        states:",
        "`queryOrder` states its words differently",
    ),
    "a word with two meanings": (
        ("          filled: [FILLED]\n", "          filled: [FILLED, CANCELED]\n"),
        "          filled: [",
        "`CANCELED` is already under `canceled`",
    ),
    "a timestamp that a caller must give": (
        (INJECTED_TIMESTAMP, INJECTED_TIMESTAMP.replace("\n          x-injected: true", "")),
        "        timestamp:\n          type: integer\n          format: int64\n          description: When",
        "does not declare `timestamp` with `x-injected: true`",
    ),
    "a timestamp that may be missing": (
        ("required: [symbol, timestamp]", "required: [symbol]"),
        "        timestamp:\n          type: integer\n          format: int64\n          description: When",
        "`timestamp` is not required",
    ),
    "a mark in an answer": (
        ("        success:\n          type: boolean\n", "        success:\n          x-injected: true\n          type: boolean\n"),
        "x-injected: true\n          type: boolean",
        "`x-injected` belongs on timestamp, signature of a request",
    ),
    "a field without a type": (
        ("        success:\n          type: boolean\n", "        success:\n"),
        "        success:",
        "The field `success` has no type",
    ),
    "an answer without an envelope": (
        ("      required: [code]\n      properties:\n        code:", "      properties:\n        status:"),
        "'200':",
        "does not answer HTTP 200 with the JSON envelope",
    ),
    "an answer that holds itself": (
        ("      required: [symbol, orderId, status]\n      properties:\n",
         "      required: [symbol, orderId, status]\n      properties:\n        next: {$ref: '#/components/schemas/CancelledOrder'}\n"),
        "    CancelledOrder:\n",
        "`next` contains itself",
    ),
    "an answer that holds itself in a list": (
        ("      required: [symbol, orderId, status]\n      properties:\n",
         "      required: [symbol, orderId, status]\n      properties:\n"
         "        legs: {type: array, items: {type: object, properties: {leg: {$ref: '#/components/schemas/CancelledOrder'}}}}\n"),
        "    CancelledOrder:\n",
        "`leg` contains itself",
    ),
    "an example that does not fit": (
        ("                  symbol: BTC-USDT\n", "                  symbol: btc/usdt\n"),
        "symbol: btc/usdt",
        "The example does not fit its schema",
    ),
    "an example past int64": (
        ("          example: 1735964079647111280\n        clientOrderID", "          example: 9223372036854775808\n        clientOrderID"),
        "example: 9223372036854775808",
        "The example does not fit its schema",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_contract_is_reported_with_its_line_and_what_to_do(tmp_path: Path, name: str) -> None:
    change, marker, words = BROKEN[name]
    text = edited(change)
    lines = complaint(tmp_path, text).splitlines()
    found = [line for line in lines if words in line]
    assert found, lines
    assert found[0].startswith(f"spec/openapi.yaml:{line_of(text, marker)}: ")
    assert found[0].endswith(".")


def test_the_contract_is_valid(tmp_path: Path) -> None:
    assert complaint(tmp_path, CONTRACT) == ""


def test_contracts_with_more_operations_are_valid(tmp_path: Path) -> None:
    assert complaint(tmp_path, with_operations("cancelEverything")) == ""
    assert complaint(tmp_path, with_query()) == ""
    assert complaint(tmp_path, with_placing()) == ""


def test_a_duplicate_operation_id_is_reported(tmp_path: Path) -> None:
    text = with_operations("cancelEverything").replace(
        "operationId: cancelOrder\n", "operationId: cancelEverything\n"
    )
    line = line_of(text, "  /openApi/spot/v1/trade/cancel:") + 1
    assert complaint(tmp_path, text).startswith(f"spec/openapi.yaml:{line}: ")
    assert "'cancelEverything'" in complaint(tmp_path, text)
    assert "is not unique" in complaint(tmp_path, text)


def test_a_schema_that_contains_itself_is_reported(tmp_path: Path) -> None:
    head = "    CancelOrderRequest:\n"
    text = edited((head, f"{head}      allOf: [{{$ref: '#/components/schemas/CancelOrderRequest'}}]\n"))
    line = line_of(text, "allOf: [{")
    assert complaint(tmp_path, text).startswith(f"spec/openapi.yaml:{line}: The schema contains itself.")


@pytest.mark.parametrize("depth", [400, 5_000])
def test_a_contract_that_is_nested_too_deeply_is_reported(tmp_path: Path, depth: int) -> None:
    text = edited(("example: BTC-USDT", f"example: {'[' * depth}{']' * depth}"))
    assert re.match(r"spec/openapi\.yaml:\d+: ", complaint(tmp_path, text))


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"method": "patch"}, "only GET, POST, PUT and DELETE are supported"),
        ({"method": "head"}, "only GET, POST, PUT and DELETE are supported"),
        ({"path": "/api/v3/thing"}, "a path begins with `/openApi/`"),
        ({"path": "/openApi/thing?x=1"}, "a path begins with `/openApi/`"),
        ({"path": "/openApi/thing/{symbol}"}, "a path begins with `/openApi/`"),
        ({"tag": "Trade"}, "`Trade` and `trade` have one name in Python"),
        ({"data": "{type: object, required: [y], properties: {x: {type: string}}}"}, "`required` lists `y`"),
        (
            {"tag": "trade]\n      servers: [{url: 'https://other.example'}"},
            "The environment chooses the host",
        ),
    ],
)
def test_an_operation_that_cannot_be_called_is_reported(
    tmp_path: Path, choices: dict[str, str], said: str
) -> None:
    assert said in complaint(tmp_path, with_read(**choices), of=(construct_problems, rule_problems))


def test_no_one_of_several_ids_is_required(tmp_path: Path) -> None:
    text = edited(("required: [symbol, timestamp]", "required: [symbol, orderId, timestamp]"))
    said = complaint(tmp_path, text, of=(rule_problems,))
    assert "`orderId` is required, so no other of `exactlyOneOf` can be given" in said


def test_operations_that_differ_in_case_alone_are_reported(tmp_path: Path) -> None:
    text = with_reads(read("readIds"), read("readIDS"))
    said = complaint(tmp_path, text, of=(rule_problems,))
    assert "`readIds` and `readIDS` have one name in Python" in said
