"""The collections sign as the vectors say, in the tools' own languages, and have every operation."""

import json
import re
import shutil
import subprocess
import textwrap
from pathlib import Path
from typing import Any

import pytest

from generator.collections import collections
from tests.generator.contracts import ROOT
from tests.spec.vectors import read_json

HARNESS = Path(__file__).with_name("collections.js")
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="Node.js is not installed")
COMPILED = json.loads((ROOT / "generated" / "operations.json").read_text("utf-8"))
FILES = {name.split("/", 1)[1].removeprefix("bruno/"): text for name, text in collections(COMPILED).items()}
POSTMAN = json.loads(FILES["bingx-spot.postman_collection.json"])


def script(tool: str) -> str:
    """Return the script that signs, as the tool finds it."""
    if tool == "postman":
        return "\n".join(POSTMAN["event"][0]["script"]["exec"])
    if tool == "bruno":
        (text,) = re.findall(
            r"^script:pre-request \{\n(.*?)^\}", FILES["collection.bru"], re.DOTALL | re.MULTILINE
        )
    else:
        text = re.findall(r"^< \{%\n(.*?)^%\}", FILES["bingx-spot.http"], re.DOTALL | re.MULTILINE)[0]
    return textwrap.dedent(text)


def run(tool: str, cases: list[dict[str, Any]]) -> list[dict[str, str]]:
    given = json.dumps({"tool": tool, "script": script(tool), "cases": cases})
    done = subprocess.run(["node", HARNESS], input=given, capture_output=True, text=True, check=True)
    results: list[dict[str, str]] = json.loads(done.stdout)
    return results


TESTS = [
    (test, group["secret"])
    for group in read_json("vectors/signing.json")["groups"]
    for test in group["tests"]
]


@needs_node
@pytest.mark.parametrize("tool", ["postman", "bruno", "http"])
def test_json_bodies_are_signed_as_the_vectors_say(tool: str) -> None:
    # A script stamps each request, so a case without a timestamp has no counterpart here.
    stamped = [each for each in TESTS if "timestamp" in each[0].get("parameters", {})]
    cases = [
        {
            "method": "POST",
            "given": json.dumps(test["parameters"]),
            "secret": secret,
            "timestamp": test["parameters"]["timestamp"],
        }
        for test, secret in stamped
    ]
    for (test, _), result in zip(stamped, run(tool, cases), strict=True):
        if test["result"] == "accepted":
            assert result == {"sent": test["json"]}, test["id"]
        elif "notJson" not in test:
            assert test["refusal"]["parameter"] in result["refused"], test["id"]


@needs_node
@pytest.mark.parametrize("tool", ["postman", "bruno"])
def test_query_strings_are_signed_as_the_vectors_say(tool: str) -> None:
    texts = [
        (test, secret)
        for test, secret in TESTS
        if test["result"] == "accepted"
        and "timestamp" in test["parameters"]
        and all(isinstance(value, str) for name, value in test["parameters"].items() if name != "timestamp")
    ]
    assert len(texts) > 20
    cases = [
        {
            "method": "GET",
            "given": [[name, str(value)] for name, value in test["parameters"].items()],
            "secret": secret,
            "timestamp": test["parameters"]["timestamp"],
        }
        for test, secret in texts
    ]
    for (test, _), result in zip(texts, run(tool, cases), strict=True):
        assert result == {"sent": test["query"]}, test["id"]


def test_every_operation_is_in_every_collection() -> None:
    paths = {operation["path"] for operation in COMPILED["operations"]}
    requests = [item["request"] for item in POSTMAN["item"]]
    assert {"/" + "/".join(each["url"]["path"]) for each in requests} == paths
    assert {f"{operation['id']}.bru" for operation in COMPILED["operations"]} <= set(FILES)
    assert all(path in FILES["bingx-spot.http"] for path in paths)


def test_an_order_id_is_a_text_that_no_tool_rounds() -> None:
    (variable,) = (each for each in POSTMAN["variable"] if each["key"] == "orderId")
    assert (variable["value"], variable["type"]) == ("1735964079647111281", "string")
    assert POSTMAN["item"][0]["request"]["body"]["raw"] == '{"symbol": "{{symbol}}", "orderId": {{orderId}}}'
