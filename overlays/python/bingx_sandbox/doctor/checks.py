"""The checks of the doctor: what is wrong with the key, signature or timestamp of a rejected request."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from urllib.parse import urlencode

from bingx_sandbox.accounts import ApiKey, mask
from bingx_sandbox.doctor.candidates import RejectedRequest, read_any, rejected_request
from bingx_sandbox.doctor.catalog import Mistake, mistake
from bingx_sandbox.doctor.report import Diagnosis
from bingx_sandbox.doctor.search import search
from bingx_sandbox.doctor.signing_variations import decode_signature
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import read_parameters

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
_MAX_DIGITS = 20
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
    if not found.mistakes:
        return None
    is_correct_text = found.signed_text == request.canonical
    shown = None if is_correct_text else _without_key(found.signed_text, request.key.api_key)
    return Diagnosis(found.mistakes, shown, found.digest)


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


def _without_key(text: bytes, api_key: str) -> str:
    """Return a signed text with the API key in it masked."""
    return text.decode(errors="replace").replace(api_key, str(mask(api_key)))


def check_missing_signature(request: HttpRequest, placements: Collection[str]) -> Diagnosis:
    """Return where the signature of a request is, if it has one.

    Args:
        request: The request.
        placements: The accepted placements.
    """
    return Diagnosis((next(_missing_signature(request, placements)),))


def check_api_key(request: HttpRequest, keys: Iterable[ApiKey]) -> Diagnosis | None:
    """Return what is wrong with an API key that no account has; None if there is no usual mistake.

    Args:
        request: The request.
        keys: The API keys of all accounts.
    """
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
    number = _number(timestamp)
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


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= _MAX_DIGITS else None
    except InvalidOperation:
        return None
    # A short text such as 1e99999999 would expand to gigabytes of digits.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return None
    return number
