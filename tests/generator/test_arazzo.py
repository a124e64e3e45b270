"""The Arazzo description is valid, and says what the contract says."""

from pathlib import Path

import pytest

from generator import redocly
from generator.arazzo import arazzo
from generator.caller_view import caller_view
from generator.compilation import compile_contract
from generator.document import Document, yaml_text
from tests.generator.contracts import ROOT

DOCUMENT = Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml")
COMPILED = compile_contract(DOCUMENT)
needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


def test_a_cancel_is_followed_by_the_query_that_settles_it() -> None:
    (workflow,) = arazzo(COMPILED)["workflows"]
    cancel, query = workflow["steps"]
    assert (cancel["operationId"], query["operationId"]) == ("cancelOrder", "queryOrder")
    assert cancel["requestBody"]["payload"] == {"symbol": "$inputs.symbol", "orderId": "$inputs.orderId"}
    assert {each["name"]: each["value"] for each in query["parameters"]} == cancel["requestBody"]["payload"]
    assert cancel["onFailure"][0]["stepId"] == query["stepId"]
    assert cancel["successCriteria"][-1]["condition"] == (
        "$response.body#/data/status == 'CANCELED' || $response.body#/data/status == 'CANCELLED'"
    )
    assert "FILLED" in query["successCriteria"][-1]["condition"]
    assert "NEW" not in query["successCriteria"][-1]["condition"]


@needs_node
def test_it_is_valid(tmp_path: Path) -> None:
    (tmp_path / "openapi.caller.yaml").write_text(yaml_text(caller_view(DOCUMENT.root)), "utf-8")
    described = tmp_path / "bingx-spot.arazzo.yaml"
    described.write_text(yaml_text(arazzo(COMPILED)), "utf-8")
    linted = redocly.redocly("lint", str(described))
    assert linted.returncode == 0, linted.stdout + linted.stderr
