"""Stub endpoints, which always return the same data."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox, SandboxError
from tests.sandbox.client import CANCEL, Client

BALANCE = "/openApi/spot/v1/account/balance"
DATA = {"balances": [{"asset": "MØTH", "free": "1735964079647111281", "orderId": 1735964079647111281}]}


def get_balance(client: Client, signed: dict[str, Any]) -> Any:
    url = client.sandbox.url + BALANCE
    return client.http.get(url, params=signed, headers=client.headers).json()


def test_a_stub_returns_its_data_to_signed_requests(client: Client, sandbox: Sandbox) -> None:
    signed = client.signed({"recvWindow": "5000"})
    assert get_balance(client, signed)["code"] == 100404
    sandbox.serve("GET", BALANCE, DATA)
    assert get_balance(client, signed) == {"code": 0, "msg": "", "debugMsg": "", "data": DATA}
    assert get_balance(client, {**signed, "signature": "0" * 64})["code"] == 100001
    assert client.last_request()["path"] == BALANCE


def test_an_unsigned_stub_accepts_anything(client: Client, sandbox: Sandbox) -> None:
    sandbox.serve("GET", BALANCE, signed=False)
    assert get_balance(client, {"signature": "none"})["data"] is None


def test_the_last_stub_is_served_until_a_reset(client: Client, sandbox: Sandbox) -> None:
    sandbox.serve("GET", BALANCE, [])
    sandbox.serve("GET", BALANCE, DATA)
    assert get_balance(client, client.signed({}))["data"] == DATA
    sandbox.reset()
    assert get_balance(client, client.signed({}))["code"] == 100404


def test_stubs_of_the_start_outlive_a_reset_and_replace_no_behaviour(sandbox: Sandbox) -> None:
    given = [{"method": "GET", "path": BALANCE, "data": DATA}, {"method": "POST", "path": CANCEL, "data": {}}]
    with Sandbox(stubs=given) as other, httpx.Client() as http:
        listed = []
        for _ in range(2):
            listed.append(http.get(f"{other.url}/_sandbox/endpoints").json())
            other.serve("GET", BALANCE, [])
            other.reset()
        assert listed[0] == listed[1]
        assert json.dumps(listed[0]).count('"stub": true') == 1


def test_each_sandbox_has_its_own_stubs(client: Client, sandbox: Sandbox) -> None:
    with Sandbox() as other:
        other.serve("GET", BALANCE, DATA)
    assert get_balance(client, client.signed({}))["code"] == 100404


@pytest.mark.parametrize(
    ("stub", "field"),
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
def test_a_wrong_stub_is_named(client: Client, stub: dict[str, Any], field: str) -> None:
    rejected = client.control("PUT", "/endpoints", json=stub)
    assert (rejected.status_code, rejected.json()["field"]) == (400, field)


@pytest.mark.parametrize("body", [b"{", b"[]", b"5"])
def test_a_body_must_be_an_object(client: Client, body: bytes) -> None:
    assert client.control("PUT", "/endpoints", content=body).status_code == 400


@pytest.mark.parametrize("data", [{1, 2}, float("nan"), b"x", "\ud800"])
def test_data_must_be_a_json_value(sandbox: Sandbox, data: object) -> None:
    with pytest.raises(SandboxError, match="data: must be a JSON value"):
        sandbox.serve("GET", BALANCE, data)
