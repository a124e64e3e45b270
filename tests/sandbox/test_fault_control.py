from __future__ import annotations

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.wire import (
    TIME,
    ask,
    cancel_request,
    is_success,
)


def test_faults_are_set_shown_and_cleared_over_the_control_interface(
    client: Client, sandbox: Sandbox, order_id: int
) -> None:
    rule = {"fault": "html", "status": 520, "operation": "cancel"}
    assert client.control("POST", "/faults", json={"faults": [rule]}).json() == {
        "faults": [{**rule, "acted": 0}]
    }
    assert ask(sandbox, cancel_request(client, order_id)).status == 520
    assert client.control("GET", "/faults").json() == {"faults": [{**rule, "acted": 1}]}
    assert client.control("DELETE", "/faults").json() == {"faults": []}
    assert is_success(ask(sandbox, cancel_request(client, order_id)), order_id)
    kinds = client.control("GET", "/faults/kinds").json()["kinds"]
    assert kinds["html"]["settings"]["status"]["default"] == 502


def test_a_wrong_rule_is_refused_and_the_others_stay_in_force(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults([{"fault": "nan"}])
    refused = client.control("POST", "/faults", json={"faults": [{"fault": "html", "status": 1}]})
    assert refused.status_code == 400
    assert refused.json() == {
        "error": "faults[0].status: must be 200 or an HTTP status from 400 to 599",
        "field": "faults[0].status",
    }
    assert client.control("POST", "/faults", content=b"[").status_code == 400
    assert sandbox.faults_in_force() == [{"fault": "nan", "acted": 0}]


def test_control_requests_never_suffer_and_a_reset_clears_the_faults(
    client: Client, sandbox: Sandbox
) -> None:
    sandbox.faults([{"fault": "reset-before-reading"}])
    assert client.control("GET", "/orders").status_code == 200
    with pytest.raises(httpx.TransportError):
        client.http.get(sandbox.url + TIME)
    assert client.control("POST", "/reset").status_code == 200
    assert client.control("GET", "/faults").json() == {"faults": []}


def test_a_sandbox_may_misbehave_from_the_start(http: httpx.Client) -> None:
    with Sandbox(faults=[{"fault": "html", "status": 503}]) as sandbox:
        assert http.get(sandbox.url + TIME).status_code == 503
        sandbox.clear_faults()
        assert http.get(sandbox.url + TIME).json()["code"] == 0
