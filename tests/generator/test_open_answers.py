"""What the caller's view says, for generators that enforce it."""

from typing import Any

from generator.caller_view import caller_view
from generator.document import ROOT
from generator.references import objects
from tests.support.plain_yaml import load_yaml

CONTRACT = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
VIEW = caller_view(CONTRACT)
SCHEMAS = VIEW["components"]["schemas"]


def numbers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for item in value.values() for number in numbers(item)]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, int) else []


def test_amounts_are_plain_text() -> None:
    assert not [location for location, node in objects(VIEW) if node.get("format") == "decimal"]
    assert SCHEMAS["CancelledOrder"]["properties"]["price"]["type"] == "string"


def test_no_component_is_left_that_nothing_uses_any_more() -> None:
    used = {node["$ref"] for _, node in objects(VIEW) if "$ref" in node}
    assert {f"#/components/schemas/{name}" for name in SCHEMAS} <= used


def test_an_open_enum_is_text_with_its_words_in_prose() -> None:
    assert SCHEMAS["OrderSide"] == {
        "type": "string",
        "description": "Order side. Known words: BUY, SELL. Others may come.",
        "example": "SELL",
    }
    assert SCHEMAS["CancelRestriction"]["enum"] == ["NEW", "PENDING", "PARTIALLY_FILLED"]


def test_every_integer_of_an_example_or_bound_survives_a_double() -> None:
    shown = [
        number
        for _, node in objects(VIEW)
        for key in ("example", "examples", "default", "minimum", "maximum")
        for number in numbers(node.get(key))
    ]
    assert len(shown) > 50
    assert max(map(abs, shown)) <= 2**53


def test_requests_stay_strict() -> None:
    assert SCHEMAS["CancelOrderRequest"]["required"] == ["symbol"]
    assert SCHEMAS["CancelOrderRequest"]["properties"]["orderId"]["minimum"] == 1


def test_nothing_in_data_is_required_at_any_depth() -> None:
    for name in ("CancelledOrder", "ListedCancel", "ListedOrder", "Countdown", "ExchangeTime"):
        assert "required" not in SCHEMAS[name], name
    assert SCHEMAS["CancelledOrder"]["nullable"]
    assert "type" not in SCHEMAS["CancelOrderResponse"]["properties"]["code"]


def test_the_parts_of_an_object_stand_in_it() -> None:
    """What `allOf` brings without a type, as `code`, is an object to cpp-restsdk."""
    assert not [location for location, node in objects(VIEW) if "allOf" in node]
    response, envelope = SCHEMAS["CancelOrdersResponse"], CONTRACT["components"]["schemas"]["Envelope"]
    assert response["properties"].keys() == {*envelope["properties"], "data"}
    assert (response["type"], response["required"]) == ("object", ["code"])
    assert {"orderId", "transactTime"} < SCHEMAS["ListedCancel"]["properties"].keys()


def test_what_stands_beside_the_parts_stays() -> None:
    text, number = {"type": "string"}, {"type": "integer", "format": "int64"}
    base = {"type": "object", "required": ["a"], "properties": {"a": text}}
    joined = {
        "allOf": [{"$ref": "#/components/schemas/Base"}, {"required": ["b"]}],
        "properties": {"b": number},
    }
    root = {"components": {"schemas": {"Base": base, "Joined": {**joined, "required": ["a"]}}}}
    seen = caller_view(root)["components"]["schemas"]["Joined"]
    assert seen["properties"] == {"a": text, "b": number}
    assert (seen["required"], "allOf" in seen) == (["a", "b"], False)


def test_the_title_can_be_the_name_of_a_module() -> None:
    """Of a comma in it, openapi-generator makes Elixir that does not compile."""
    assert VIEW["info"]["title"].replace(" ", "").isalnum()


def test_default_stands_for_ranges_of_statuses() -> None:
    assert list(VIEW["paths"]["/openApi/spot/v1/trade/openOrders"]["get"]["responses"]) == ["200", "default"]


def test_the_contract_stays_as_it_is() -> None:
    assert load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8")) == CONTRACT
