"""Properties of every diagnosis, for any request."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox.accounts import create_accounts
from bingx_sandbox.doctor import RejectedRequest, check_signature, rejected_request
from bingx_sandbox.doctor.catalog import Mistake
from bingx_sandbox.doctor.checks import MAX_BYTES, MAX_CANDIDATES, search
from bingx_sandbox.doctor.signing_variations import Method, correct_method
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import Parameters, read_parameters
from bingx_sandbox.verification import canonical_string
from tests.sandbox.doctor.requests import FORM, PATH, SECRET, as_json, as_query, hmac_hex, joined, signed

ACCOUNTS = create_accounts(3, 2)
KEY = ACCOUNTS[0].keys[0]
KEYS = [key for account in ACCOUNTS for key in account.keys]

plain = st.text("abcXYZ019-_.", min_size=1, max_size=12)
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="&=?#+%"), max_size=12)
values = texts | plain | st.integers(0, 2**63 - 1) | st.booleans() | st.floats(0, 1e9) | st.just(5000.0)
parameters = st.dictionaries(
    st.sampled_from(["symbol", "orderId", "timestamp", "recvWindow", "a", "B", "b2"]) | plain,
    values,
    max_size=7,
).filter(lambda given: "signature" not in given)
placements = st.sampled_from(["json", "query", "form"])


def received(placement: str, given: dict[str, Any], signature: str) -> HttpRequest:
    everything = {**given, "signature": signature}
    if placement == "json":
        body = json.dumps(everything).encode()
        return HttpRequest("POST", PATH, headers={"content-type": "application/json"}, body=body)
    as_sent = {name: json.dumps(v) if isinstance(v, bool) else v for name, v in everything.items()}
    raw = urlencode(as_sent).encode()
    if placement == "query":
        return HttpRequest("POST", PATH, query=raw)
    return HttpRequest("POST", PATH, headers={"content-type": FORM}, body=raw)


def opened(request: HttpRequest) -> tuple[RejectedRequest, Parameters]:
    sent = read_parameters(request)
    others = [key for key in KEYS if key is not KEY]
    return rejected_request(request, sent, KEY, others), sent


@given(placements, parameters)
def test_a_correct_signature_is_never_explained(placement: str, given_: dict[str, Any]) -> None:
    _, unsigned = opened(received(placement, given_, "x"))
    signature = signed(canonical_string(unsigned), KEY.api_secret)
    case, _ = opened(received(placement, given_, signature))
    assert check_signature(case) is None


@given(placements, parameters, st.data())
def test_a_diagnosis_reproduces_the_signature(
    placement: str, given_: dict[str, Any], data: st.DataObject
) -> None:
    _, unsigned = opened(received(placement, given_, "x"))
    right = canonical_string(unsigned)
    order = data.draw(st.permutations(list(unsigned.values)))
    text = data.draw(
        st.sampled_from(
            [
                right,
                joined(dict(sorted(unsigned.values.items()))),
                joined({name: unsigned.values[name] for name in order}),
                right + "\n",
                f"{right}&signature=",
                right.replace("5000", "5000.0"),
                joined({name: unsigned.values[name] for name in order[1:]}),
                "",
                data.draw(texts),
            ]
        )
    )
    signature = signed(text, KEY.api_secret)
    diagnosis = check_signature(opened(received(placement, given_, signature))[0])
    if diagnosis is None:
        assert text == right
        return
    assert text != right
    if diagnosis.mistakes:
        # Computed here with the right secret: only the text was wrong.
        explained = right if diagnosis.signed_text is None else diagnosis.signed_text
        assert hmac_hex(KEY.api_secret.encode(), explained.encode()) == signature


@given(placements, parameters, st.text(max_size=80) | st.from_regex(r"\A[0-9a-fA-F]{64}\Z"))
def test_a_random_signature_is_never_explained(
    placement: str, given_: dict[str, Any], signature: str
) -> None:
    request = received(placement, given_, signature.encode(errors="replace").decode())
    case, sent = opened(request)
    if sent.signature is None:
        return
    diagnosis = check_signature(case)
    assert diagnosis is not None
    assert diagnosis.mistakes == ()


@given(placements, parameters, st.sampled_from(KEYS), st.sampled_from(["", "\n", " "]), st.booleans())
def test_a_diagnosis_never_contains_a_secret(
    placement: str, given_: dict[str, Any], key: Any, end: str, swapped: bool
) -> None:
    _, unsigned = opened(received(placement, given_, "x"))
    secret, text = f"{key.api_secret}{end}".encode(), canonical_string(unsigned).encode()
    signature = hmac_hex(text, secret) if swapped else hmac_hex(secret, text)
    case, _ = opened(received(placement, given_, signature))
    diagnosis = check_signature(case)
    shown = f"{diagnosis!r} {diagnosis.to_dict() if diagnosis else ''} {case!r}"
    assert not any(each.api_secret in shown or each.api_key in shown for each in KEYS)
    if key is not KEY and not end and not swapped:
        assert diagnosis is not None
        assert [mistake.name for mistake in diagnosis.mistakes] == ["secret-of-another-key"]


class Counting:
    """Computes as the right method does, and counts."""

    def __init__(self) -> None:
        self.digests = 0
        self.bytes = 0

    def __call__(self, secret: bytes, text: bytes) -> bytes:
        self.digests += 1
        self.bytes += len(text)
        return correct_method().compute(secret, text)


def test_the_work_for_one_request_is_bounded(monkeypatch: Any) -> None:
    many = "&".join(f"parameter{number}={'x' * 300}" for number in range(199))
    body = ",".join(f'"p{number}":{10**18 + number}' for number in range(199))
    for case in (
        as_json("0" * 64),
        as_query("0" * 64, raw=many),
        as_json("0" * 64, raw=f"{{{body}"),
        as_json("0" * 64, raw='{"a":"' + "ø" * 30_000 + '"'),
        as_query("0" * 64, raw="timestamp=1", body="{" * 60_000, media_type="text/plain"),
        as_query("0" * 64, raw="timestamp=1", body="a&" * 30_000, media_type="text/plain"),
    ):
        counting = Counting()
        monkeypatch.setattr("bingx_sandbox.doctor.checks.correct_method", lambda to=counting: Method(to))
        assert search(case) is None
        assert counting.digests <= MAX_CANDIDATES
        assert counting.bytes <= MAX_BYTES + 2 * 65_536


def test_a_mistake_shows_only_the_beginning_of_long_texts() -> None:
    diagnosis = check_signature(as_query(signed("t=1"), raw=f"t=1&{'x' * 3000}=1"))
    assert diagnosis is not None
    assert [mistake.name for mistake in diagnosis.mistakes] == ["parameter-not-signed"]
    assert len(diagnosis.words) < 600
    assert isinstance(diagnosis.mistakes[0], Mistake)
    assert SECRET not in diagnosis.words
