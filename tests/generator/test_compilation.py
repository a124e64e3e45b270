"""`operations.json` has the whole contract, resolved, in the form that its schema describes."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from generator.client import python_name
from generator.compilation import compile_contract
from generator.document import Document
from tests.generator.contracts import CONTRACT, LIVE, ROOT

SCHEMA = json.loads((ROOT / "spec" / "schemas" / "operations.schema.json").read_text("utf-8"))


def compiled(folder: Path, text: str) -> Any:
    path = folder / "openapi.yaml"
    path.write_text(text, "utf-8")
    return compile_contract(Document.read(path, "spec/openapi.yaml"))


@pytest.fixture
def contract(tmp_path: Path) -> Any:
    return compiled(tmp_path, CONTRACT)


def test_obeys_its_schema(tmp_path: Path) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    validator = Draft202012Validator(SCHEMA)
    for text in (CONTRACT, LIVE):
        assert [error.message for error in validator.iter_errors(compiled(tmp_path, text))] == []


def test_the_committed_file_is_that_of_the_contract(tmp_path: Path) -> None:
    committed = json.loads((ROOT / "generated" / "operations.json").read_text("utf-8"))
    assert committed == compiled(tmp_path, LIVE)


def test_has_the_types_ranges_and_words_of_a_parameter(contract: Any) -> None:
    cancel = contract["operations"][0]
    parameters = {parameter["name"]: parameter for parameter in cancel["parameters"]}
    assert list(parameters) == ["symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow"]
    assert cancel["injected"] == ["timestamp", "signature"]
    order_id = parameters["orderId"]
    assert (order_id["type"], order_id["minimum"], order_id["maximum"]) == ("int64", 1, 2**63 - 1)
    assert parameters["symbol"]["required"] is True
    assert parameters["clientOrderID"]["pattern"] == "^[A-Za-z0-9_.-]{1,40}$"
    assert parameters["cancelRestrictions"]["enum"] == ["NEW", "PENDING", "PARTIALLY_FILLED"]
    assert parameters["recvWindow"]["exclusiveMinimum"] is True


def test_holds_no_reference(contract: Any) -> None:
    assert "$ref" not in json.dumps(contract)


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("clientOrderIDs", "client_order_ids"),
        ("clientOrderID", "client_order_id"),
        ("orderIds", "order_ids"),
        ("IDs", "ids"),
        ("StopPrice", "stop_price"),
        ("type", "type_"),
        ("URLsOfAPIs", "urls_of_apis"),
        ("timeOut", "time_out"),
    ],
)
def test_names_a_parameter_as_python_would(wire: str, python: str) -> None:
    assert python_name(wire) == python
