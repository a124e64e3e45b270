"""Pieces: what may have been signed along, and what may have been left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import mistake
from bingx_sandbox.doctor.variation import Items, Variation

_MOST_LEFT_OUT = 12
# What a signature is before there is one, in several languages.
_NO_SIGNATURE = ("", "null", "None", "undefined")
_WINDOWS = ("0", "5000", "10000", "60000")
_KEY_NAMES = ("apiKey", "X-BX-APIKEY", "api_key")


def pieces(case: Case) -> list[Variation]:
    """List the usual additions and omissions."""
    return [*_left_out(case), *_signatures(case), *_windows(case), *_keys(case)]


def _left_out(case: Case) -> Iterator[Variation]:
    for pair in case.pairs[:_MOST_LEFT_OUT]:
        if pair.name == "timestamp":
            told = mistake("timestamp-not-signed")
        else:
            told = mistake("parameter-not-signed", name=pair.name)
        yield Variation(told, _without(pair.name))


def _signatures(case: Case) -> Iterator[Variation]:
    for value in (*_NO_SIGNATURE, *case.earlier):
        for add in _additions("signature", value):
            yield Variation(mistake("signature-signed-along", value=value), add, alone=bool(value))


def _windows(case: Case) -> Iterator[Variation]:
    if not any(pair.name == "recvWindow" for pair in case.pairs):
        for value in _WINDOWS:
            for add in _additions("recvWindow", value):
                told = mistake("parameter-not-sent", name="recvWindow", value=value)
                yield Variation(told, add, alone=True)


def _keys(case: Case) -> Iterator[Variation]:
    for name in _KEY_NAMES:
        for add in _additions(name, case.key.api_key):
            yield Variation(mistake("api-key-signed", name=name), add, alone=True)


def _without(name: str) -> Callable[[Items], Items]:
    return lambda items: [item for item in items if item[0] != name]


def _additions(name: str, value: str) -> tuple[Callable[[Items], Items], ...]:
    """Add a parameter at the end, and at its place among sorted ones."""
    added = (name, value)
    return (lambda items: [*items, added], lambda items: sorted([*items, added]))
