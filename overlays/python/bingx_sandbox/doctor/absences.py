"""Absences: where a signature or an API key stands that the exchange does not find."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.doctor.diagnosis import Diagnosis
from bingx_sandbox.doctor.mistakes import Mistake, mistake
from bingx_sandbox.doctor.pairs import read_any
from bingx_sandbox.received import Received

_HEADER = "x-bx-apikey"
_NAMES = ("signature", "sign", "sig", "hmac")
_WANTED = {"json": "application/json", "form": "application/x-www-form-urlencoded"}
_SHOWN = {"json": "JSON body", "form": "form body", "query": "query string"}
_MARKS = " \t\"'<>{}[]"


def examine_missing_signature(received: Received, placements: Collection[str]) -> Diagnosis:
    """Say where the signature of a request is, if it is anywhere.

    Args:
        received: The request.
        placements: Where parameters are understood.
    """
    return Diagnosis((next(_missing_signature(received, placements)),))


def examine_api_key(received: Received, keys: Iterable[ApiKey]) -> Diagnosis | None:
    """Say what is wrong with an API key that no account has; None if nothing usual is.

    Args:
        received: The request.
        keys: Those that there are.
    """
    found = next(_wrong_key(received, list(keys)), None)
    return None if found is None else Diagnosis((found,))


def _missing_signature(received: Received, placements: Collection[str]) -> Iterator[Mistake]:
    query, body = _parameters(received.query), _parameters(received.body)
    if body.get("signature"):
        yield _unread_body(received, placements)
    if query.get("signature"):
        yield _not_looked_for("query", placements)
    if "signature" in body or "signature" in query:
        yield mistake("signature-empty")
    for name in (*query, *body):
        if name.lower() in _NAMES:
            yield mistake("signature-misnamed", name=name)
    for name in received.headers:
        if any(part in _NAMES for part in name.lower().split("-")):
            yield mistake("signature-in-header", name=name)
    yield mistake("signature-missing")


def _unread_body(received: Received, placements: Collection[str]) -> Mistake:
    if received.method == "GET":
        return mistake("body-of-get")
    place = "json" if received.body.lstrip().startswith(b"{") else "form"
    if received.media_type != _WANTED[place]:
        sent = received.media_type or "missing"
        return mistake("content-type-wrong", sent=sent, wanted=_WANTED[place])
    return _not_looked_for(place, placements)


def _not_looked_for(place: str, placements: Collection[str]) -> Mistake:
    places = ", ".join(_SHOWN[each] for each in sorted(placements))
    return mistake("signature-not-looked-for", place=_SHOWN[place], places=places)


def _wrong_key(received: Received, keys: list[ApiKey]) -> Iterator[Mistake]:
    sent = received.api_key
    if sent is not None:
        if any(key.api_secret == sent.strip(_MARKS) for key in keys):
            yield mistake("secret-as-api-key")
        if any(key.api_key == sent.strip(_MARKS) for key in keys):
            yield mistake("api-key-with-decoration")
        return
    known = {key.api_key for key in keys}
    for name, value in received.headers.items():
        if value.removeprefix("Bearer ") in known:
            yield mistake("api-key-elsewhere", place=f"the header {name}")
    if any(
        value in known for each in (received.query, received.body) for value in _parameters(each).values()
    ):
        yield mistake("api-key-elsewhere", place="the parameters")
    yield mistake("api-key-missing")


def _parameters(raw: bytes) -> dict[str, str]:
    return {pair.name: pair.text for pair in read_any(raw.decode("utf-8", errors="replace"))}
