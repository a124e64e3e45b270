"""Diagnoses of requests that are rejected before their signature is verified."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bingx_sandbox.doctor import Diagnosis, check_api_key, check_missing_signature, check_timestamp
from bingx_sandbox.doctor.catalog import CATALOG
from bingx_sandbox.http_messages import HttpRequest
from tests.sandbox.doctor.requests import FORM, KEY, OTHER, PATH, SECRET, names
from tests.sandbox.doctor.test_check_signature import MISTAKES

NOW = 1_696_751_141_337
EVERYWHERE = ("json", "query", "form")
JSON = {"content-type": "application/json"}


def sent(
    query: bytes = b"", body: bytes = b"", headers: Mapping[str, str] = JSON, method: str = "POST"
) -> HttpRequest:
    return HttpRequest(method, PATH, query=query, headers=headers, body=body)


def keyed(api_key: str | None = None, **more: bytes) -> HttpRequest:
    return sent(headers={} if api_key is None else {"x-bx-apikey": api_key}, **more)


TIMESTAMPS = {
    "timestamp-missing": [None],
    "timestamp-in-another-unit": ["1696751141", "1696751141.337", "1696751141337000", "1696751141337000123"],
    "timestamp-no-number": [
        "",
        "now",
        "2023-10-08T07:45:41Z",
        "1.696751141337e12",
        "NaN",
        "1e99999999",
        "１６",
    ],
    "clock-off": ["1696751131337", "1696751151337", "0", "99999999999999999999"],
}
SIGNATURES: Mapping[str, list[HttpRequest]] = {
    "signature-missing": [sent(), sent(b"symbol=BTC-USDT", b'{"timestamp":1}'), sent(body=b"\xff{[")],
    "signature-empty": [sent(b"timestamp=1&signature="), sent(body=b'{"signature":""}')],
    "signature-misnamed": [sent(b"timestamp=1&Signature=abc"), sent(body=b'{"sign":"abc"}')],
    "signature-in-header": [sent(headers={"x-bx-signature": "abc"}), sent(headers={"signature": "abc"})],
    "content-type-wrong": [
        sent(body=b'{"signature":"abc"}', headers={"content-type": "text/plain"}),
        sent(body=b"timestamp=1&signature=abc", headers={}),
        sent(body=b"timestamp=1&signature=abc"),
        sent(body=b' {"signature":"abc"}', headers={"content-type": FORM}),
    ],
    "body-of-get": [sent(body=b'{"signature":"abc"}', method="GET")],
}
KEYS: Mapping[str, list[HttpRequest]] = {
    "api-key-missing": [keyed()],
    "api-key-elsewhere": [
        sent(headers={"x-mbx-apikey": KEY.api_key}),
        sent(headers={"authorization": f"Bearer {KEY.api_key}"}),
        keyed(query=f"apiKey={KEY.api_key}".encode()),
        keyed(body=f'{{"apiKey":"{OTHER.api_key}"}}'.encode()),
    ],
    "api-key-with-decoration": [keyed(f'"{KEY.api_key}"'), keyed(f"<{KEY.api_key}>")],
    "secret-as-api-key": [keyed(SECRET), keyed(f" {SECRET}")],
}


@pytest.mark.parametrize(
    ("name", "timestamp"), [(name, each) for name, some in TIMESTAMPS.items() for each in some]
)
def test_a_rejected_timestamp_is_explained(name: str, timestamp: str | None) -> None:
    assert names(check_timestamp(timestamp, NOW)) == [name]


def test_the_diagnosis_names_the_unit_of_a_timestamp() -> None:
    assert check_timestamp("1696751141", NOW).words.startswith(
        "The timestamp 1696751141 is in seconds; it must be in milliseconds. See spec/signing.md, rule 1"
    )
    assert "10000 ms behind" in check_timestamp(str(NOW - 10_000), NOW).words
    assert "10000 ms ahead of" in check_timestamp(str(NOW + 10_000), NOW).words


@pytest.mark.parametrize(
    ("name", "received"), [(name, each) for name, some in SIGNATURES.items() for each in some]
)
def test_the_diagnosis_says_where_the_signature_is(name: str, received: HttpRequest) -> None:
    assert names(check_missing_signature(received, EVERYWHERE)) == [name]


def test_a_signature_in_a_placement_that_is_not_accepted() -> None:
    for received, place in (
        (sent(body=b'{"signature":"abc"}'), "JSON body"),
        (sent(b"signature=abc"), "query string"),
    ):
        diagnosis = check_missing_signature(received, ["form"])
        assert names(diagnosis) == ["signature-not-looked-for"]
        assert f"is in the {place}," in diagnosis.words
        assert "it accepts: form body." in diagnosis.words


@pytest.mark.parametrize(("name", "received"), [(name, each) for name, some in KEYS.items() for each in some])
def test_an_unknown_api_key_is_explained(name: str, received: HttpRequest) -> None:
    diagnosis = check_api_key(received, [KEY, OTHER])
    assert names(diagnosis) == [name]
    assert isinstance(diagnosis, Diagnosis)
    assert not any(secret in diagnosis.words for secret in (SECRET, KEY.api_key, OTHER.api_key))


def test_a_key_without_a_usual_mistake_is_not_explained() -> None:
    assert check_api_key(keyed("another"), [KEY, OTHER]) is None


def test_every_mistake_of_the_catalog_is_tested() -> None:
    made = {*MISTAKES, *TIMESTAMPS, *SIGNATURES, *KEYS, "signature-not-looked-for"}
    assert made == set(CATALOG)
