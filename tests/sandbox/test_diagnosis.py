"""Diagnoses as a client and a reader of the request log see them."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import CANCEL, Client, form, now, signature_of


def unsorted(client: Client, order_id: int) -> dict[str, Any]:
    order = {"symbol": "BTC-USDT", "orderId": order_id, "timestamp": now()}
    canonical = "&".join(f"{name}={value}" for name, value in order.items())
    return {**order, "signature": signature_of(canonical, client.secret)}


def test_the_diagnosis_is_in_the_response_and_in_the_request_log(client: Client, order_id: int) -> None:
    sent = unsorted(client, order_id)
    answer = client.post("json", sent)
    record = client.last_request()
    words = record["diagnosis"]["words"]
    expected = f"orderId={order_id}&symbol=BTC-USDT&timestamp={sent['timestamp']}"
    assert answer["code"] == 100001
    assert answer["debugMsg"] == f"the canonical string to sign is: {expected}; {words}"
    assert words.startswith("The keys were signed in the order in which they were sent;")
    assert "spec/signing.md, rule 4" in words
    assert [each["mistake"] for each in record["diagnosis"]["mistakes"]] == ["keys-not-sorted"]
    signed_text = f"symbol=BTC-USDT&orderId={order_id}&timestamp={sent['timestamp']}"
    assert record["diagnosis"]["signedText"] == signed_text
    assert (record["expectedCanonicalString"], record["receivedSignature"]) == (expected, sent["signature"])


@pytest.mark.parametrize("placement", ["query", "form"])
def test_only_json_needs_sorted_keys(client: Client, order_id: int, placement: str) -> None:
    assert client.post(placement, unsorted(client, order_id))["code"] == 0
    assert "diagnosis" not in client.last_request()


def test_a_signature_left_from_an_earlier_request_is_recognised(client: Client, order_id: int) -> None:
    first = client.signed({"symbol": "BTC-USDT", "orderId": 1})
    client.post("json", first)
    again = {"orderId": order_id, "signature": first["signature"], "symbol": "BTC-USDT", "timestamp": now()}
    canonical = "&".join(f"{name}={value}" for name, value in again.items())
    client.post("json", again | {"signature": signature_of(canonical, client.secret)})
    assert [each["mistake"] for each in client.last_request()["diagnosis"]["mistakes"]] == [
        "signature-signed-along"
    ]


def test_the_page_shows_a_signature_without_a_usual_mistake(client: Client, order_id: int) -> None:
    client.secret = "another"
    assert client.cancel(symbol="BTC-USDT", orderId=order_id)["code"] == 100001
    request = client.control("GET", "/view").json()["requests"][0]
    assert request["mistakes"] == []
    assert request["words"].startswith("None of the usual mistakes explains the signature.")


def test_the_secret_of_another_account_is_recognised(http: httpx.Client) -> None:
    with Sandbox(accounts=2) as sandbox:
        client = Client(sandbox, http)
        other = sandbox.accounts[1]
        client.secret = other.keys[0].api_secret
        answer = client.cancel(symbol="BTC-USDT", orderId=1)
        assert f"The secret belongs to another API key, one of the account {other.uid}." in answer["debugMsg"]
        assert client.secret not in json.dumps(client.last_request())


def test_the_diagnosis_of_a_rejection_by_the_gateway_is_only_in_the_request_log(client: Client) -> None:
    seconds = client.cancel(symbol="BTC-USDT", orderId=1, timestamp=now() // 1000)
    assert (seconds["code"], "debugMsg" in seconds) == (100421, False)
    assert "is in seconds; it must be in milliseconds" in client.last_request()["diagnosis"]["words"]

    sent = client.signed({"symbol": "BTC-USDT", "orderId": 1})
    untyped = client.post_raw(form(sent), "text/plain")
    assert (untyped["code"], "debugMsg" in untyped) == (100412, False)
    assert "Content-Type is text/plain" in client.last_request()["diagnosis"]["words"]

    without = client.answer("POST", CANCEL, json=sent, headers={"X-API-KEY": client.headers["X-BX-APIKEY"]})
    assert (without["code"], "debugMsg" in without) == (100413, False)
    assert "is in the header x-api-key" in client.last_request()["diagnosis"]["words"]


def test_a_correct_signature_has_no_diagnosis(client: Client, order_id: int) -> None:
    assert client.cancel(symbol="BTC-USDT", orderId=1)["code"] == 100404
    assert "diagnosis" not in client.last_request()
    assert client.cancel(symbol="BTC-USDT", orderId=order_id)["code"] == 0
    assert "diagnosis" not in client.last_request()
