"""The checks of the doctor: what is wrong with the key, signature or timestamp of a rejected request.

For a wrong signature every candidate is really signed and compared, so a mistake is named only if it
reproduces the signature that was sent. Single mistakes are tried before pairs, and the work is bounded
however large the request is.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, islice
from urllib.parse import urlencode

from bingx_sandbox.accounts import ApiKey, mask
from bingx_sandbox.doctor.candidates import (
    RejectedRequest,
    SignedText,
    Variation,
    read_any,
    read_number,
    rejected_request,
    signed_text,
)
from bingx_sandbox.doctor.catalog import Diagnosis, Mistake, mistake
from bingx_sandbox.doctor.parameter_variations import (
    all_orders,
    order_variations,
    parameter_variations,
    timestamp_variations,
    unrounded_variations,
    value_variations,
)
from bingx_sandbox.doctor.signing_variations import (
    Method,
    SigningKey,
    correct_method,
    decode_signature,
    text_variations,
    wrong_keys,
    wrong_methods,
)
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import read_parameters

MAX_CANDIDATES = 8_000
"""The largest number of candidates that are signed for one request, which takes about ten milliseconds."""

MAX_BYTES = 4 * 2**20
"""The largest size of all candidates of one request together, in bytes."""

_OVERHEAD_BYTES = 64
_NOT_A_DIGEST = (
    "The signature is not a digest: neither hex nor base64 of one. "
    "See spec/signing.md, rule 5: “Write the digest in lower-case hex.”"
)
_UNEXPLAINED = (
    "None of the usual mistakes explains the signature. Either another secret was used, or the request was "
    "changed after signing: compare the text that you signed with the canonical string."
)

_NAMES = ("signature", "sign", "sig", "hmac")
_MEDIA_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_PLACE_NAMES = {"json": "JSON body", "form": "form body", "query": "query string"}
_MARKS = " \t\"'<>{}[]"
_DAY = Decimal(24 * 60 * 60 * 1000)
# How many milliseconds each unit has.
_UNITS = {
    "seconds": Decimal(1000),
    "microseconds": Decimal("0.001"),
    "nanoseconds": Decimal("0.000001"),
}


def check_signature(request: RejectedRequest) -> Diagnosis | None:
    """Return what is wrong with a signature; None if it is correct."""
    if request.signature.strip() == request.key.api_secret:
        return Diagnosis((mistake("secret-as-signature"),))
    found = search(request)
    if found is None:
        return Diagnosis(otherwise=_UNEXPLAINED if decode_signature(request.signature) else _NOT_A_DIGEST)
    mistakes, text, digest = found
    if not mistakes:
        return None
    masked = text.decode(errors="replace").replace(request.key.api_key, str(mask(request.key.api_key)))
    return Diagnosis(mistakes, None if text == signed_text(request).text else masked, digest)


def compare_signature(
    parameters: Mapping[str, str], body: str, signature: str, api_secret: str
) -> Diagnosis | None:
    """Return what is wrong with a signature that another signer made; None if it is correct.

    Args:
        parameters: The parameters as texts, in the order in which they are sent; not used with a body.
        body: The body as sent, JSON or a form, with or without `signature`; or empty.
        signature: The signature.
        api_secret: The secret that should have signed.

    Raises:
        UnreadableParameters: The body cannot be read.
    """
    media_type = _MEDIA_TYPES["json" if body.lstrip().startswith("{") else "form"]
    http = HttpRequest("POST", "/", headers={"content-type": media_type}, body=body.encode())
    if not body:
        http = HttpRequest("POST", "/", query=urlencode(parameters).encode())
    rejected = rejected_request(http, read_parameters(http), ApiKey("", "none", api_secret))
    return check_signature(replace(rejected, signature=signature))


def search(request: RejectedRequest) -> tuple[tuple[Mistake, ...], bytes, bytes] | None:
    """Return the mistakes that lead to the signature of a request, the text that was signed, and its digest.

    The mistakes are in the order in which they were made, none if the signature is correct. Return None if no
    usual mistakes lead to the signature.
    """
    expected = decode_signature(request.signature)
    spent = 0
    for text, key, method in islice(_candidates(request, {*map(len, expected)}), MAX_CANDIDATES):
        digest = method.compute(key.secret, text.text)
        if digest in expected:
            further = [each for each in (key.mistake, method.mistake) if each is not None]
            return (*text.mistakes, *further, *expected[digest]), text.text, digest
        spent += len(text.text) + _OVERHEAD_BYTES
        if spent > MAX_BYTES:
            break
    return None


def check_missing_signature(request: HttpRequest, placements: Collection[str]) -> Diagnosis:
    """Return where the signature of a request is, if it has one."""
    return Diagnosis((next(_missing_signature(request, placements)),))


def check_api_key(request: HttpRequest, keys: Iterable[ApiKey]) -> Diagnosis | None:
    """Return what is wrong with an API key that no account has; None if there is no usual mistake."""
    found = next(_wrong_key(request, list(keys)), None)
    return None if found is None else Diagnosis((found,))


def _missing_signature(request: HttpRequest, placements: Collection[str]) -> Iterator[Mistake]:
    query, body = _parameters(request.query), _parameters(request.body)
    if body.get("signature"):
        yield _ignored_body(request, placements)
    if query.get("signature"):
        yield _not_accepted("query", placements)
    if "signature" in body or "signature" in query:
        yield mistake("signature-empty")
    for name in (*query, *body):
        if name.lower() in _NAMES:
            yield mistake("signature-misnamed", name=name)
    for name in request.headers:
        if any(part in _NAMES for part in name.lower().split("-")):
            yield mistake("signature-in-header", name=name)
    yield mistake("signature-missing")


def _ignored_body(request: HttpRequest, placements: Collection[str]) -> Mistake:
    if request.method == "GET":
        return mistake("body-of-get")
    place = "json" if request.body.lstrip().startswith(b"{") else "form"
    if request.media_type != _MEDIA_TYPES[place]:
        sent = request.media_type or "missing"
        return mistake("content-type-wrong", sent=sent, wanted=_MEDIA_TYPES[place])
    return _not_accepted(place, placements)


def _not_accepted(place: str, placements: Collection[str]) -> Mistake:
    places = ", ".join(_PLACE_NAMES[each] for each in sorted(placements))
    return mistake("signature-not-looked-for", place=_PLACE_NAMES[place], places=places)


def _wrong_key(request: HttpRequest, keys: list[ApiKey]) -> Iterator[Mistake]:
    sent = request.api_key
    if sent is not None:
        if any(key.api_secret == sent.strip(_MARKS) for key in keys):
            yield mistake("secret-as-api-key")
        if any(key.api_key == sent.strip(_MARKS) for key in keys):
            yield mistake("api-key-with-decoration")
        return
    known = {key.api_key for key in keys}
    for name, value in request.headers.items():
        if value.removeprefix("Bearer ") in known:
            yield mistake("api-key-elsewhere", place=f"the header {name}")
    if any(value in known for each in (request.query, request.body) for value in _parameters(each).values()):
        yield mistake("api-key-elsewhere", place="the parameters")
    yield mistake("api-key-missing")


def _parameters(raw: bytes) -> dict[str, str]:
    return {pair.name: pair.text for pair in read_any(raw.decode("utf-8", errors="replace"))}


def check_timestamp(timestamp: str | None, now: int) -> Diagnosis:
    """Return what is wrong with a rejected timestamp, at a time in Unix milliseconds."""
    return Diagnosis((_timestamp_mistake(timestamp, now),))


def _timestamp_mistake(timestamp: str | None, now: int) -> Mistake:
    if timestamp is None:
        return mistake("timestamp-missing")
    number = read_number(timestamp)
    if number is None:
        return mistake("timestamp-no-number", sent=timestamp)
    for unit, milliseconds in _UNITS.items():
        if abs(number * milliseconds - now) < _DAY:
            return mistake("timestamp-in-another-unit", sent=timestamp, unit=unit)
    if number != number.to_integral_value() or not timestamp.isdigit():
        return mistake("timestamp-no-number", sent=timestamp)
    apart = now - int(number)
    direction = "behind" if apart > 0 else "ahead of"
    return mistake("clock-off", apart=str(abs(apart)), direction=direction)


def _candidates(
    request: RejectedRequest, lengths: set[int]
) -> Iterator[tuple[SignedText, SigningKey, Method]]:
    """Yield each text, secret and method that may have signed, those with the fewest mistakes first."""
    text, key, method = signed_text(request), SigningKey(request.key.api_secret.encode()), correct_method()
    # In the order of the steps of signing: sort, write, join.
    variations = [
        *order_variations(request),
        *value_variations(request),
        *parameter_variations(request),
        *text_variations(request),
    ]
    seen = {text.text}

    def unseen(mistakes: Iterable[tuple[Variation, ...]]) -> Iterator[SignedText]:
        for made in mistakes:
            other = signed_text(request, *made)
            if other.text not in seen:
                seen.add(other.text)
                yield other

    texts = list(unseen((each,) for each in variations))
    keys, methods = list(wrong_keys(request)), list(wrong_methods(lengths))

    yield text, key, method
    yield from ((other, key, method) for other in texts)
    yield from ((text, other, method) for other in keys)
    yield from ((text, key, other) for other in methods)
    for more in (timestamp_variations(request), all_orders(request), unrounded_variations(request)):
        yield from ((other, key, method) for other in unseen((each,) for each in more))
    two = combinations((variation for variation in variations if not variation.alone), 2)
    yield from ((other, key, method) for other in unseen(two))
    yield from ((one, other, method) for one in texts for other in keys)
    yield from ((one, key, other) for one in texts for other in methods)
    yield from ((text, one, other) for one in keys for other in methods)
