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
        "error": "faults[0].status: must be an HTTP status from 200 to 299 or 400 to 599, except 204 and 205",
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


def test_one_kind_is_switched_on_and_off_and_the_others_go_on(client: Client, sandbox: Sandbox) -> None:
    other = {"fault": "empty-body", "operation": "cancel", "orderId": 2**63 - 1, "times": 1}
    sandbox.faults([other, {"fault": "html", "status": 503}])
    assert ask(sandbox, cancel_request(client, 2**63 - 1)).body == b""
    switched = client.control("PUT", "/faults/html", json={"status": 520, "operation": "time"}).json()
    assert switched["faults"] == [
        {**other, "acted": 1},
        {"fault": "html", "status": 520, "operation": "time", "acted": 0},
    ]
    assert client.http.get(sandbox.url + TIME).status_code == 520
    assert client.control("PUT", "/faults/data-null").json()["faults"][-1] == {
        "fault": "data-null",
        "acted": 0,
    }
    # Its one time is over, whatever has been switched since.
    assert ask(sandbox, cancel_request(client, 2**63 - 1)).json["code"] == 0
    assert [rule["fault"] for rule in client.control("DELETE", "/faults/html").json()["faults"]] == [
        "empty-body",
        "data-null",
    ]
    assert client.http.get(sandbox.url + TIME).json()["data"] is None


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("html", b'{"status": 1}', "status"),
        ("html", b'{"fault": "nan"}', "fault"),
        ("html", b"[]", "faults"),
        ("html", b"{", "faults"),
        ("no-such", b"{}", "fault"),
        ("error", b"", "code"),
    ],
)
def test_a_switch_that_is_wrong_changes_nothing(
    client: Client, sandbox: Sandbox, kind: str, body: bytes, field: str
) -> None:
    sandbox.faults([{"fault": "html"}])
    refused = client.control("PUT", f"/faults/{kind}", content=body)
    assert (refused.status_code, refused.json()["field"]) == (400, field)
    assert sandbox.faults_in_force() == [{"fault": "html", "acted": 0}]
