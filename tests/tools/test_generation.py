"""What counts as a fault of a generated model: a warning, a field that is missing, one that is injected."""

import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.plain_yaml import load_yaml
from tools.conformance.generation import CALLER, generate
from tools.conformance.generators import GENERATORS
from tools.conformance.language import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("java") is None, reason="Java is not installed"),
]

BY_NAME = {generator.name: generator for generator in GENERATORS}


def wrongs_of(name: str, folder: Path, source: Path = CALLER) -> list[str]:
    return generate(BY_NAME[name], folder / name, source)


def test_a_model_with_every_field_and_no_injected_one_is_right(tmp_path: Path) -> None:
    assert wrongs_of("kotlin", tmp_path) == []


def test_the_contract_itself_would_ask_a_person_for_a_timestamp(tmp_path: Path) -> None:
    assert wrongs_of("kotlin", tmp_path, without_named_examples(tmp_path)) == [
        "the model has timestamp, which the signing layer injects",
        "the model has signature, which the signing layer injects",
        "the model CancelledOrder has a BigDecimal, and an amount is text",
    ]


def test_a_warning_is_a_fault(tmp_path: Path) -> None:
    wrongs = wrongs_of("kotlin", tmp_path, ROOT / "spec" / "openapi.yaml")
    assert any("Failed to get the schema name" in wrong for wrong in wrongs)


def test_a_field_that_is_missing_is_a_fault(tmp_path: Path) -> None:
    document = load_yaml(CALLER.read_text("utf-8"))
    del document["components"]["schemas"]["CancelOrderRequest"]["properties"]["orderId"]
    source = tmp_path / "openapi.yaml"
    source.write_text(yaml.safe_dump(document), "utf-8")
    assert wrongs_of("ruby", tmp_path, source) == ["the model has no orderId"]


def test_an_amount_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    document = load_yaml(CALLER.read_text("utf-8"))
    document["components"]["schemas"]["CancelledOrder"]["properties"]["price"]["format"] = "decimal"
    source = tmp_path / "openapi.yaml"
    source.write_text(yaml.safe_dump(document), "utf-8")
    wrongs = wrongs_of("dart", tmp_path, source)
    assert wrongs == ["the model CancelledOrder has a double, and an amount is text"]


def test_a_document_that_is_none_is_a_fault(tmp_path: Path) -> None:
    source = tmp_path / "openapi.yaml"
    source.write_text("openapi: 3.0.3\n", "utf-8")
    assert wrongs_of("php", tmp_path, source)[0] == "ended with 1"


def without_named_examples(folder: Path) -> Path:
    """Write the contract without what makes openapi-generator warn, or lose fields."""
    document = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
    for item in document["paths"].values():
        for operation in item.values():
            for part in (operation.get("requestBody", {}), *operation["responses"].values()):
                for media in part.get("content", {}).values():
                    media.pop("examples", None)
    for schema in document["components"]["schemas"].values():
        schema.pop("oneOf", None)
    path = folder / "contract.yaml"
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path
