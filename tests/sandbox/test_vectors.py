"""The shared vectors, read by the sandbox as a server reads what was sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import read_parameters
from bingx_sandbox.verification import canonical_string, sign

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "signing.json"


def accepted_vectors() -> list[Any]:
    groups = json.loads(VECTORS.read_text(encoding="utf-8"))["groups"]
    return [
        pytest.param(group["secret"], test, id=test["id"])
        for group in groups
        for test in group["tests"]
        if test["result"] == "accepted"
    ]


def received(placement: str, sent: str) -> HttpRequest:
    if placement == "query":
        return HttpRequest("POST", "/", query=sent.encode())
    media_type = {"json": "application/json", "form": "application/x-www-form-urlencoded"}[placement]
    return HttpRequest("POST", "/", headers={"content-type": media_type}, body=sent.encode())


@pytest.mark.parametrize("placement", ["json", "query", "form"])
@pytest.mark.parametrize(("secret", "vector"), accepted_vectors())
def test_what_a_vector_sends_is_rebuilt_and_verified(
    placement: str, secret: str, vector: dict[str, Any]
) -> None:
    sent = read_parameters(received(placement, vector[placement]))
    assert sent.signature == vector["signature"]
    assert canonical_string(sent) == vector["canonical"]
    assert sign(canonical_string(sent), secret) == vector["signature"]
