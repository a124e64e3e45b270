"""Read what spec/ holds, for the tests beside this module."""

import json
import math
from pathlib import Path
from typing import Any

from tests.support.plain_yaml import load_yaml

SPEC = Path(__file__).resolve().parents[2] / "spec"

NOT_JSON: dict[str, object] = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "HighSurrogate": "a\ud83d",
    "LowSurrogate": "a\udc36",
}


def read_json(path: str) -> Any:
    """Read a JSON file below spec/."""
    return json.loads((SPEC / path).read_text(encoding="utf-8"))


def read_yaml(path: str) -> Any:
    """Read a YAML file below spec/."""
    return load_yaml((SPEC / path).read_text(encoding="utf-8"))


def signing_extension() -> Any:
    """Read `x-bingx-signing`, and nothing else of the contract."""
    schemes = read_yaml("openapi.yaml")["components"]["securitySchemes"]
    return schemes["bingxSignature"]["x-bingx-signing"]


def signing_tests(result: str) -> list[Any]:
    """Return the tests of signing.json with that result, each with its group's secret."""
    groups = read_json("vectors/signing.json")["groups"]
    tests = [test | {"secret": group["secret"]} for group in groups for test in group["tests"]]
    return [test for test in tests if test["result"] == result]


def parameters_of(test: Any) -> dict[str, object]:
    """Return the parameters of a test, with those that JSON cannot hold."""
    special = {name: NOT_JSON[word] for name, word in test.get("notJson", {}).items()}
    return {**test["parameters"], **special}


def vector_id(test: Any) -> str:
    """Return the id of a test."""
    return str(test["id"])
