"""Every mistake of the catalog, really made, and its diagnosis."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from urllib.parse import quote, quote_plus

import pytest

from bingx_sandbox.doctor import RejectedRequest, check_signature
from tests.sandbox.doctor.requests import (
    EARLIER,
    KEY,
    OTHER,
    PARAMETERS,
    PATH,
    SECRET,
    as_form,
    as_json,
    as_query,
    canonical,
    found,
    hmac_hex,
    joined,
    signed,
)

ENCODED = "M%C3%98TH-USDT"
SORTED = dict(sorted(PARAMETERS.items()))
BODY = json.dumps(PARAMETERS, ensure_ascii=False, separators=(",", ":"))
WITHOUT_WINDOW = {name: value for name, value in SORTED.items() if name != "recvWindow"}
WITHOUT_TIME = {name: value for name, value in SORTED.items() if name != "timestamp"}
STAMP = int(PARAMETERS["timestamp"])
ROUNDED = int(float(PARAMETERS["orderId"]))


def digest(name: str, data: bytes) -> str:
    return hashlib.new(name, data).hexdigest()


MISTAKES: Mapping[str, list[RejectedRequest]] = {
    "keys-not-sorted": [as_json(signed(joined(PARAMETERS)))],
    "order-sent-otherwise": [
        as_query(signed(joined(sorted_pairs)), raw=raw)
        for sorted_pairs, raw in [({"a": 1, "b": 2, "c": 3, "d": 4}, "d=4&b=2&c=3&a=1")]
    ],
    "keys-sorted-without-case": [
        as_json(signed("alpha=1&Beta=2&gamma=3"), raw='{"alpha":1,"gamma":3,"Beta":2'),
        as_query(signed("alpha=1&Beta=2&gamma=3"), raw="gamma=3&alpha=1&Beta=2"),
    ],
    "pairs-sorted": [as_json(signed("order2=1&order=2"), raw='{"order":2,"order2":1')],
    "keys-in-another-order": [
        as_json(
            signed(
                joined({name: PARAMETERS[name] for name in ("timestamp", "symbol", "orderId", "recvWindow")})
            )
        )
    ],
    "values-encoded": [
        as_json(signed(canonical(symbol=ENCODED))),
        as_query(signed(canonical(symbol=ENCODED))),
        as_form(signed("note=a+b%21&t=1"), raw="note=a+b%21&t=1"),
        as_json(signed(f"note={quote_plus('a b/c')}"), raw='{"note":"a b/c"'),
        as_json(signed(f"note={quote('a b/c')}"), raw='{"note":"a b/c"'),
        as_json(signed("note=it's%20(1)!"), raw='{"note":"it\'s (1)!"'),
    ],
    "values-encoded-twice": [as_query(signed("note=a b"), raw="note=a%2520b")],
    "timestamp-in-seconds": [
        as_json(signed(canonical(timestamp=1696751141))),
        as_query(signed(canonical(timestamp="1696751141.337"))),
    ],
    "timestamp-taken-twice": [
        as_json(signed(canonical(timestamp=STAMP - 1))),
        as_query(signed(canonical(timestamp=STAMP + 50))),
    ],
    "whole-float": [
        as_json(signed(canonical(recvWindow="5000.0"))),
        as_json(signed("a=5000.0&t=1"), raw='{"a":5000.0,"t":1'),
        as_query(signed("a=5000&t=1"), raw="a=5000.0&t=1"),
        as_json(signed("a=1.0&b=2.0"), raw='{"a":1,"b":2'),
    ],
    "number-in-another-notation": [
        as_json(signed(canonical(orderId="1.7359640796471112e+18"))),
        as_json(signed(canonical(timestamp="1.696751141337E12"))),
        as_json(signed(canonical(orderId="1.7359640796471E+18"))),
        as_json(signed("a=5e3"), raw='{"a":5e3'),
        as_json(signed("a=1.50"), raw='{"a":1.50'),
        as_query(signed("a=1.5"), raw="a=1.50"),
    ],
    "digits-lost-in-signing": [
        as_json(signed(canonical(orderId=ROUNDED))),
        as_json(signed(canonical(orderId="1735964079647111200"))),
    ],
    "digits-lost-in-sending": [
        as_json(signed(canonical()), raw=BODY.replace("7111281", "7111200")[:-1]),
        as_json(signed(canonical()), raw=BODY.replace(str(PARAMETERS["orderId"]), str(ROUNDED))[:-1]),
    ],
    "boolean-with-capital": [as_json(signed("a=True&b=False"), raw='{"a":true,"b":false')],
    "values-in-quotes": [
        as_json(signed(canonical(symbol='"MØTH-USDT"'))),
        as_query(signed('a="1"&b="x"'), raw="a=1&b=x"),
    ],
    "values-in-another-case": [as_json(signed(canonical(symbol="møth-usdt")))],
    "signature-signed-along": [
        as_json(signed(f"{canonical()}&signature=")),
        as_json(signed("a=1&signature=&t=2"), raw='{"a":1,"t":2'),
        as_query(signed(f"{canonical()}&signature=None")),
        as_json(signed(joined(dict(sorted({**PARAMETERS, "signature": EARLIER}.items()))))),
    ],
    "timestamp-not-signed": [as_json(signed(joined(WITHOUT_TIME)))],
    "parameter-not-signed": [as_query(signed(joined(WITHOUT_WINDOW)))],
    "parameter-not-sent": [as_query(signed("recvWindow=60000&timestamp=1"), raw="timestamp=1")],
    "api-key-signed": [as_json(signed(f"apiKey={KEY.api_key}&{canonical()}"))],
    "nothing-signed": [as_json(signed(""))],
    "json-signed": [
        as_json(signed(BODY)),
        as_json(signed(json.dumps(SORTED))),
        as_json(signed(json.dumps(PARAMETERS, ensure_ascii=False))),
        as_json(signed('{ "a" : 1 }'), raw='{ "a" : 1 '),
        as_query(signed(json.dumps(SORTED, separators=(",", ":"), ensure_ascii=False))),
    ],
    "other-place-signed": [
        as_json(signed("timestamp=1&x=2"), query="timestamp=1&x=2"),
        as_query(signed(BODY), raw="timestamp=1", body=BODY),
        as_query(signed(canonical()), raw="", body=BODY),
    ],
    "both-places-signed": [
        as_query(signed(f"timestamp=1{BODY}"), raw="timestamp=1", body=BODY),
        as_json(signed(f"a=1&{canonical()}"), query="a=1"),
    ],
    "line-end-signed": [as_json(signed(canonical() + "\n")), as_query(signed(canonical() + "\r\n"))],
    "text-with-decoration": [as_query(signed("?" + canonical())), as_query(signed(canonical() + "&"))],
    "path-signed": [as_json(signed(f"POST{PATH}{canonical()}")), as_query(signed(f"{PATH}?{canonical()}"))],
    "text-of-another-exchange": [
        as_json(signed(f"{STAMP}POST{PATH}{BODY}")),
        as_json(signed(f"{STAMP}{KEY.api_key}5000{canonical()}")),
    ],
    "not-utf-8": [as_json(signed(canonical().encode("latin-1")))],
    "secret-with-line-end": [as_json(signed(canonical(), SECRET + "\n"))],
    "secret-with-space": [as_json(signed(canonical(), f" {SECRET}"))],
    "secret-in-quotes": [as_json(signed(canonical(), f'"{SECRET}"'))],
    "secret-decoded": [
        as_json(signed(canonical(), bytes.fromhex(SECRET))),
        as_json(signed(canonical(), base64.b64decode(SECRET))),
    ],
    "secret-in-another-case": [as_json(signed(canonical(), SECRET.lower()))],
    "secret-empty": [as_json(signed(canonical(), ""))],
    "api-key-as-secret": [as_json(signed(canonical(), KEY.api_key))],
    "secret-of-another-key": [as_json(signed(canonical(), OTHER.api_secret))],
    "digest-in-capitals": [as_json(signed(canonical()).upper())],
    "digest-in-base64": [
        as_json(base64.b64encode(bytes.fromhex(signed(canonical()))).decode()),
        as_query(base64.urlsafe_b64encode(bytes.fromhex(signed(canonical()))).decode().rstrip("=")),
        as_json(base64.b64encode(signed(canonical()).encode()).decode()),
    ],
    "digest-with-decoration": [as_json(f"0x{signed(canonical())}"), as_query(f"{signed(canonical())} ")],
    "another-hash": [
        as_json(hmac.new(SECRET.encode(), canonical().encode(), name).hexdigest())
        for name in ("md5", "sha1", "sha512")
    ],
    "no-hmac": [
        as_json(digest("sha256", canonical().encode())),
        as_json(digest("sha256", f"{canonical()}{SECRET}".encode())),
        as_json(digest("md5", f"{SECRET}{canonical()}".encode())),
    ],
    "secret-and-text-swapped": [as_json(hmac_hex(canonical().encode(), SECRET.encode()))],
    "secret-as-signature": [as_json(SECRET)],
}
CASES = [(name, case) for name, cases in MISTAKES.items() for case in cases]
TWO = {
    ("keys-not-sorted", "values-encoded"): as_json(signed(joined(PARAMETERS, symbol=ENCODED))),
    ("keys-not-sorted", "whole-float"): as_json(signed(joined(PARAMETERS, recvWindow="5000.0"))),
    ("digits-lost-in-signing", "whole-float"): as_json(
        signed(canonical(orderId=ROUNDED, recvWindow="5000.0"))
    ),
    ("keys-not-sorted", "secret-with-line-end"): as_json(signed(joined(PARAMETERS), SECRET + "\n")),
    ("keys-not-sorted", "digest-in-capitals"): as_json(signed(joined(PARAMETERS)).upper()),
    ("timestamp-in-seconds", "digest-in-base64"): as_query(
        base64.b64encode(bytes.fromhex(signed(canonical(timestamp=1696751141)))).decode()
    ),
    ("timestamp-not-signed", "no-hmac"): as_query(digest("sha256", joined(WITHOUT_TIME).encode())),
    ("secret-of-another-key", "another-hash"): as_json(
        hmac.new(OTHER.api_secret.encode(), canonical().encode(), "sha512").hexdigest()
    ),
}


@pytest.mark.parametrize(("name", "case"), CASES, ids=[name for name, _ in CASES])
def test_a_mistake_is_named(name: str, case: RejectedRequest) -> None:
    assert found(case) == [name]


@pytest.mark.parametrize(("both", "case"), TWO.items(), ids=["-and-".join(both) for both in TWO])
def test_two_mistakes_are_both_named(both: tuple[str, str], case: RejectedRequest) -> None:
    assert sorted(found(case)) == sorted(both)


def test_a_correct_signature_has_no_mistake() -> None:
    assert check_signature(as_json(signed(canonical()))) is None
    assert check_signature(as_query(signed(canonical()))) is None


def test_a_signature_without_a_usual_mistake() -> None:
    diagnosis = check_signature(as_json(signed(canonical(), "an unknown secret")))
    assert diagnosis is not None
    assert diagnosis.mistakes == ()
    assert diagnosis.words.startswith("None of the usual mistakes explains the signature.")
    assert diagnosis.to_dict()["signedText"] is None


@pytest.mark.parametrize("signature", ["signature", "ø", "abc", "0" * 62, "0" * 66, "\x00", "=" * 64])
def test_a_signature_that_is_not_a_digest(signature: str) -> None:
    diagnosis = check_signature(as_json(signature.replace("\x00", "\\u0000")))
    assert diagnosis is not None
    assert diagnosis.words.startswith("The signature is not a digest")


def test_a_wrong_signed_text_is_shown() -> None:
    diagnosis = check_signature(as_json(signed(joined(PARAMETERS))))
    assert diagnosis is not None
    assert diagnosis.signed_text == joined(PARAMETERS)
    diagnosis = check_signature(as_json(signed(canonical()).upper()))
    assert diagnosis is not None
    assert diagnosis.signed_text is None


def test_the_diagnosis_says_what_was_done_and_which_rule_that_violates() -> None:
    diagnosis = check_signature(as_json(signed(canonical(recvWindow="5000.0"))))
    assert diagnosis is not None
    assert diagnosis.words == (
        "recvWindow is 5000 and was signed as 5000.0. "
        "See spec/signing.md, mistake “Whole floats”: “`5000.0` is signed and sent as `5000`”"
    )
    assert diagnosis.to_dict()["mistakes"] == [
        {
            "mistake": "whole-float",
            "words": "recvWindow is 5000 and was signed as 5000.0.",
            "rule": "spec/signing.md, mistake “Whole floats”: “`5000.0` is signed and sent as `5000`”",
        }
    ]


def test_a_signed_api_key_is_masked() -> None:
    diagnosis = check_signature(as_json(signed(f"apiKey={KEY.api_key}&{canonical()}")))
    assert diagnosis is not None
    assert KEY.api_key not in str(diagnosis.to_dict())
