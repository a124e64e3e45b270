from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import Parameters, read_parameters
from bingx_sandbox.verification import Verification, canonical_string, sign, verify
from tests.sandbox.client import CANCEL, Client, form, now, signature_of

# The exchange's published sample secret; the digests are those of `openssl dgst -sha256 -hmac`.
SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"
NOW = 1_696_751_141_337
DIGESTS = {
    "recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337": (
        "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
    ),
    "recvWindow=0&subAccountString=abc12345&timestamp=1696751141337": (
        "8d0d3ea9b592be3678c33332ab13e9102e093e67255921e15a581146c87c272f"
    ),
}


def sent(placement: str = "json", signature: str | None = None, **parameters: str) -> Parameters:
    return Parameters(placement, parameters, signature)


def verified(now: int = NOW, **parameters: str) -> Verification:
    unsigned = sent(**parameters)
    return verify(sent(signature=sign(canonical_string(unsigned), SECRET), **parameters), SECRET, now)


@pytest.mark.parametrize(("canonical", "digest"), DIGESTS.items())
def test_signatures_are_those_of_openssl(canonical: str, digest: str) -> None:
    assert sign(canonical, SECRET) == digest


def test_a_json_body_is_signed_in_the_order_of_its_keys() -> None:
    assert canonical_string(sent(b="2", a="1", B="3", symbol="MØTH-USDT")) == "B=3&a=1&b=2&symbol=MØTH-USDT"


@pytest.mark.parametrize("placement", ["query", "form"])
def test_a_query_string_and_a_form_are_signed_in_the_order_sent(placement: str) -> None:
    assert canonical_string(sent(placement, b="2", a="1&?# ø")) == "b=2&a=1&?# ø"


def test_a_verification_has_every_stage() -> None:
    verification = verified(symbol="BTC-USDT", timestamp=str(NOW))
    canonical = f"symbol=BTC-USDT&timestamp={NOW}"
    assert verification.canonical_string == canonical
    assert verification.expected_signature == sign(canonical, SECRET)
    assert verification.rejection is None


def test_a_verification_does_not_show_signatures() -> None:
    verification = verified(timestamp=str(NOW))
    assert verification.expected_signature not in repr(verification)


@pytest.mark.parametrize(
    "signature",
    ["0" * 64, sign(f"timestamp={NOW}", SECRET).upper(), sign(f"timestamp={NOW}", "x"), "ø", "\0"],
)
def test_a_wrong_signature_is_rejected_with_the_string_to_sign(signature: str) -> None:
    refusal = verify(sent(signature=signature, timestamp=str(NOW)), SECRET, NOW).rejection
    assert refusal is not None
    assert refusal.code == 100001
    assert refusal.debug_msg == f"the canonical string to sign is: timestamp={NOW}"
    assert SECRET not in str(vars(refusal))


def test_a_missing_signature_is_rejected_first() -> None:
    refusal = verify(sent(), SECRET, NOW).rejection
    assert refusal is not None
    assert (refusal.code, refusal.msg) == (100412, "Null signature")


@pytest.mark.parametrize(
    "timestamp", [None, "", "now", "1696751141337.5", "-1", "１６", "1696751141", "1" * 20]
)
def test_a_missing_or_wrong_timestamp_is_rejected(timestamp: str | None) -> None:
    refusal = (verified() if timestamp is None else verified(timestamp=timestamp)).rejection
    assert refusal is not None
    assert (refusal.code, refusal.msg) == (100421, "Null timestamp or timestamp mismatch")


@pytest.mark.parametrize(
    ("window", "skew", "accepted"),
    [
        (None, 5000, True),
        (None, 5001, False),
        (None, -5000, True),
        (None, -5001, False),
        ("0", 5000, True),
        ("0", 5001, False),
        ("60000", 60_000, True),
        ("1", 1, True),
        ("1", 2, False),
        ("0.5", 1, False),
        ("1.5e3", 1500, True),
    ],
)
def test_a_timestamp_is_good_within_its_window(window: str | None, skew: int, accepted: bool) -> None:
    parameters = {} if window is None else {"recvWindow": window}
    refusal = verified(now=NOW + skew, timestamp=str(NOW), **parameters).rejection
    assert (refusal.code if refusal else None) == (None if accepted else 100421)


def test_a_late_request_gets_its_delay() -> None:
    refusal = verified(now=NOW + 3_600_000, timestamp=str(NOW)).rejection
    assert refusal is not None
    assert refusal.detail == "timestamp is 3600000 ms behind the server's clock"


@pytest.mark.parametrize("window", ["-1", "60000.1", "NaN", "inf", "1e400", "", "five", "1_000", " 1"])
def test_a_window_out_of_bounds_is_named(window: str) -> None:
    refusal = verified(timestamp=str(NOW), recvWindow=window).rejection
    assert refusal is not None
    assert refusal.code == 100400
    assert refusal.msg == "invalid parameter: recvWindow must be a number from 0 to 60000"


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
def test_the_shared_vectors_are_verified(placement: str, secret: str, vector: dict[str, Any]) -> None:
    sent = read_parameters(received(placement, vector[placement]))
    assert sent.signature == vector["signature"]
    assert canonical_string(sent) == vector["canonical"]
    assert sign(canonical_string(sent), secret) == vector["signature"]


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
