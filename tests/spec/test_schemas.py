"""The schemas beside the contract, and the page about its extensions."""

import re
from decimal import Decimal
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from tests.spec.vectors import SPEC, read_json, read_yaml

CONTRACT = read_yaml("openapi.yaml")


def test_every_schema_has_an_id_of_its_own_with_a_version() -> None:
    ids = [read_json(f"schemas/{path.name}")["$id"] for path in (SPEC / "schemas").iterdir()]
    assert all(re.fullmatch(r"urn:bingx-spot:schema:[a-z-]+:\d+\.\d+\.\d+", name) for name in ids)
    assert len(set(ids)) == len(ids)


def test_the_page_has_every_extension_and_the_version_of_the_vocabulary() -> None:
    page, schema = (SPEC / "extensions.md").read_text("utf-8"), read_json("schemas/extensions.schema.json")
    assert set(re.findall(r"^\| `(x-[a-z-]+)`", page, re.MULTILINE)) == set(schema["properties"])
    assert f"**{schema['$id'].rsplit(':', 1)[1]}**" in page


def test_the_page_explains_each_extension_and_each_of_its_members() -> None:
    page, schema = (SPEC / "extensions.md").read_text("utf-8"), read_json("schemas/extensions.schema.json")
    sections = dict(re.findall(r"^## `(x-[a-z-]+)`\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    assert sections.keys() == schema["properties"].keys()
    # signing.md explains the inside of its members.
    signing = {name: {} for name in read_json("schemas/signing.schema.json")["properties"]}
    for name, section in sections.items():
        members = signing if name == "x-bingx-signing" else schema["properties"][name].get("properties", {})
        missing = [member for member in set(members) | _nested(members) if f"`{member}`" not in section]
        assert missing == [], name


def _nested(members: dict[str, Any]) -> set[str]:
    """Return the names of the members of members that the schema states in place."""
    return {
        inner
        for member in members.values()
        if member.get("properties") and not member.get("$ref")
        for inner in member["properties"]
    }


def test_a_body_must_name_the_order_as_the_extension_says() -> None:
    checked = 0
    for operation in (each for item in CONTRACT["paths"].values() for each in item.values()):
        if "requestBody" in operation and "x-bingx-order-reference" in operation:
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].split("/")[-1]
            either = operation["x-bingx-order-reference"]["exactlyOneOf"]
            assert CONTRACT["components"]["schemas"][name]["oneOf"] == [{"required": [one]} for one in either]
            checked += 1
    assert checked == 2


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        (["orderId"], True),
        (["clientOrderID"], True),
        ([], False),
        (["orderId", "clientOrderID"], False),
        (["orderId", "-signature"], False),
    ],
    ids=str,
)
def test_a_mock_refuses_a_body_with_neither_id_or_both_or_unsigned(given: list[str], fits: bool) -> None:
    schema = {**CONTRACT, **CONTRACT["components"]["schemas"]["CancelOrderRequest"]}
    body = {"symbol": "BTC-USDT", "timestamp": 1, "signature": "0" * 64}
    ids = {"orderId": 1, "clientOrderID": "my-bot_0001"}
    body |= {name: ids[name] for name in given if name in ids}
    assert OAS30Validator(schema).is_valid({k: v for k, v in body.items() if f"-{k}" not in given}) == fits


def test_every_id_of_an_example_is_shown_exactly_by_tools_with_doubles() -> None:
    """Otherwise Swagger UI shows another id beside a signature."""
    text = (SPEC / "openapi.yaml").read_text("utf-8")
    shown = {int(digits) for digits in re.findall(r"(?<![\w'.:])\d{16,}(?![\d',.])", text)} - {2**63 - 1}
    assert shown
    assert [number for number in shown if int(Decimal(repr(float(number)))) != number] == []
