"""Endpoints that the sandbox was told what to answer to."""

from __future__ import annotations

from typing import Any

import pytest

from bingx_sandbox import Sandbox, SandboxError
from tests.sandbox.client import CANCEL, Client

BALANCE = "/openApi/spot/v1/account/balance"
DATA = {"balances": [{"asset": "MØTH", "free": "1735964079647111281", "orderId": 1735964079647111281}]}


def asked(client: Client, signed: dict[str, Any]) -> Any:
    url = client.sandbox.url + BALANCE
    return client.http.get(url, params=signed, headers=client.headers).json()


def test_it_answers_what_it_was_told_to_who_signs(client: Client, sandbox: Sandbox) -> None:
    signed = client.signed({"recvWindow": "5000"})
    assert asked(client, signed)["code"] == 100404
    sandbox.serve("GET", BALANCE, DATA)
    assert asked(client, signed) == {"code": 0, "msg": "", "debugMsg": "", "data": DATA}
    assert asked(client, {**signed, "signature": "0" * 64})["code"] == 100001
    assert client.last_request()["path"] == BALANCE


def test_one_that_is_not_signed_takes_anything(client: Client, sandbox: Sandbox) -> None:
    sandbox.serve("GET", BALANCE, signed=False)
    assert asked(client, {"signature": "none"})["data"] is None


def test_what_was_told_last_holds_until_a_reset(client: Client, sandbox: Sandbox) -> None:
    sandbox.serve("GET", BALANCE, [])
    sandbox.serve("GET", BALANCE, DATA)
    assert asked(client, client.signed({}))["data"] == DATA
    sandbox.reset()
    assert asked(client, client.signed({}))["code"] == 100404


def test_each_sandbox_is_told_by_itself(client: Client, sandbox: Sandbox) -> None:
    with Sandbox() as other:
        other.serve("GET", BALANCE, DATA)
    assert asked(client, client.signed({}))["code"] == 100404


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"method": "get", "path": BALANCE}, "method"),
        ({"method": "GET", "path": "/balance"}, "path"),
        ({"method": "GET", "path": 5}, "path"),
        ({"method": "GET"}, "path"),
        ({"path": BALANCE}, "method"),
        ({"method": "GET", "path": BALANCE, "signed": "yes"}, "signed"),
        ({"method": "GET", "path": BALANCE, "answer": {}}, "answer"),
        ({"method": "POST", "path": CANCEL, "data": {}}, "path"),
    ],
)
def test_what_cannot_be_is_refused_by_name(client: Client, told: dict[str, Any], field: str) -> None:
    refused = client.control("PUT", "/endpoints", json=told)
    assert (refused.status_code, refused.json()["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"{", b"[]", b"5"])
def test_a_body_that_is_no_object_is_refused(client: Client, body: bytes) -> None:
    assert client.control("PUT", "/endpoints", content=body).status_code == 400


@pytest.mark.parametrize("data", [{1, 2}, float("nan"), b"x", "\ud800"])
def test_what_json_cannot_hold_is_refused(sandbox: Sandbox, data: object) -> None:
    with pytest.raises(SandboxError, match="data: must be a JSON value"):
        sandbox.serve("GET", BALANCE, data)
