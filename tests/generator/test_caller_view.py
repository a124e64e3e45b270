from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from generator.caller_view import caller_view, openapi31, python_view, without_injected
from generator.document import Document, yaml_text
from generator.references import objects
from generator.validity import consistency_problems, example_problems, structure_problems
from tests.generator.contracts import CONTRACT, ROOT, edited, with_query
from tests.support.plain_yaml import load_yaml

STEPS = (structure_problems, consistency_problems, example_problems)


def view(text: str) -> dict[str, Any]:
    return caller_view(load_yaml(text))


def problems(folder: Path, text: str) -> list[str]:
    """Judges a view as a document of its own."""
    path = folder / "caller.yaml"
    path.write_text(text, "utf-8")
    document = Document.read(path, "caller.yaml")
    return [problem.text for step in STEPS for problem in step(document)]


def test_which_of_two_is_required_is_left_out() -> None:
    """Beside it generators drop the model."""
    wire = edited(
        (
            "required: [symbol, timestamp]",
            "required: [symbol, timestamp]\n      oneOf: [{required: [orderId]}]",
        )
    )
    assert "oneOf" in load_yaml(wire)["components"]["schemas"]["CancelOrderRequest"]
    assert "oneOf" not in view(wire)["components"]["schemas"]["CancelOrderRequest"]


def test_nothing_injected_is_left() -> None:
    caller = view(CONTRACT)
    request = caller["components"]["schemas"]["CancelOrderRequest"]
    assert list(request["properties"]) == [
        *("symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow")
    ]
    assert request["required"] == ["symbol"]
    assert not [location for location, node in objects(caller) if "x-injected" in node]
    body = caller["paths"]["/openApi/spot/v1/trade/cancel"]["post"]["requestBody"]["content"]
    assert "examples" not in body["application/json"]
    assert body["application/json"]["example"] == {
        "symbol": "BTC-USDT",
        "orderId": 173596407964711,
    }


def test_the_view_is_a_valid_document(tmp_path: Path) -> None:
    assert problems(tmp_path, yaml_text(view(CONTRACT))) == []
    assert problems(tmp_path, yaml_text(view(with_query()))) == []


def test_the_rest_is_as_it_was() -> None:
    root = load_yaml(CONTRACT)
    caller = without_injected(root)
    for key in ("openapi", "info", "servers", "x-bingx-ip-groups", "tags"):
        assert caller[key] == root[key]
    # Of the others, what is injected is taken out.
    schemas = {
        name: value for name, value in root["components"]["schemas"].items() if "x-injected" not in str(value)
    }
    assert "CancelOrderRequest" not in schemas
    assert "CancelledOrder" in schemas
    assert {name: caller["components"]["schemas"][name] for name in schemas} == schemas
    assert caller["components"]["securitySchemes"] == root["components"]["securitySchemes"]
    assert "timestamp" in caller["components"]["schemas"]["ErrorResponse"]["properties"]


def test_the_document_given_stays_as_it_is() -> None:
    root = load_yaml(CONTRACT)
    caller_view(root)
    assert root == load_yaml(CONTRACT)


def test_injected_parameters_are_removed_with_references_to_them() -> None:
    caller = view(with_query())
    parameters = caller["paths"]["/openApi/spot/v1/trade/order"]["get"]["parameters"]
    assert [parameter["name"] for parameter in parameters] == ["symbol", "orderId"]
    assert caller["components"]["parameters"] == {}


def test_a_list_of_required_names_that_would_be_empty_goes() -> None:
    text = edited(("required: [symbol, timestamp]", "required: [timestamp]"))
    assert "required" not in view(text)["components"]["schemas"]["CancelOrderRequest"]


def test_injected_members_of_a_schema_example_and_of_its_parts_go() -> None:
    head = "    CancelOrderRequest:\n      type: object\n"
    parts = (
        "    Stamped:\n      type: object\n      required: [timestamp]\n      properties:\n"
        "        timestamp: {type: integer, format: int64, x-injected: true}\n"
    )
    text = edited(
        (head, f"{parts}{head}      allOf: [{{$ref: '#/components/schemas/Stamped'}}]\n"
               "      example: {symbol: BTC-USDT, timestamp: 1, signature: a}\n"),
    )  # fmt: skip
    request = view(text)["components"]["schemas"]["CancelOrderRequest"]
    assert request["example"] == {"symbol": "BTC-USDT"}
    assert "timestamp" not in request["properties"]


def test_python_reads_json_answers_of_success_alone() -> None:
    media = "            application/json:\n              schema:\n"
    media += "                $ref: '#/components/schemas/CancelOrderResponse'"
    text = edited((media, f"            text/html: {{schema: {{type: string}}}}\n{media}"))
    operation = python_view(load_yaml(text))["paths"]["/openApi/spot/v1/trade/cancel"]["post"]
    assert list(operation["responses"]) == ["200"]
    assert list(operation["responses"]["200"]["content"]) == ["application/json"]


def test_the_whole_view_is_valid_in_openapi_31() -> None:
    root = caller_view(Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml").root)
    document = openapi31(root)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert document["openapi"].startswith("3.1.")
    assert root["openapi"].startswith("3.0."), "the other view is as it was"
    assert document["paths"].keys() == root["paths"].keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "enum": ["A"], "nullable": True},
            {"type": ["string", "null"], "enum": ["A", None]},
        ),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 0},
        ),
        ({"type": "number", "maximum": 9, "exclusiveMaximum": False}, {"type": "number", "maximum": 9}),
        ({"type": "string", "example": "nullable"}, {"type": "string", "examples": ["nullable"]}),
    ],
)
def test_a_schema_says_the_same_in_openapi_31(old: dict[str, Any], new: dict[str, Any]) -> None:
    document = openapi31({"openapi": "3.0.3", "components": {"schemas": {"Case": old}}})
    assert document["components"]["schemas"]["Case"] == new
