"""Forms: which text may have been signed, where it was not just the parameters joined."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import Mistake, mistake
from bingx_sandbox.doctor.pairs import Pair, in_order
from bingx_sandbox.doctor.variation import Variation

_SIGNATURE_MEMBER = re.compile(r',\s*"signature"\s*:\s*"[^"]*"|"signature"\s*:\s*"[^"]*"\s*,?\s*')
_SIGNATURE_PAIR = re.compile(r"(^|&)signature=[^&]*")
_SPACINGS = {"without spaces": (",", ":"), "with its spaces": (", ", ": ")}


def forms(case: Case) -> list[Variation]:
    """List the usual texts."""
    return [
        *_decorated(),
        *_with_path(case),
        *_as_elsewhere(case),
        *_as_json(case),
        *_both_places(case),
        *_in_other_bytes(),
        _instead(mistake("nothing-signed"), ""),
    ]


def _decorated() -> Iterator[Variation]:
    for line_end in (b"\n", b"\r\n"):
        yield Variation(mistake("line-end-signed"), finish=_between(b"", line_end))
    yield Variation(mistake("text-with-decoration", decoration="?"), finish=_between(b"?", b""))
    for end in ("&", "&signature", " "):
        told = mistake("text-with-decoration", decoration=end)
        yield Variation(told, finish=_between(b"", end.encode()), alone=True)


def _with_path(case: Case) -> Iterator[Variation]:
    told = mistake("path-signed")
    for start in (case.path, case.method + case.path, f"{case.method} {case.path}"):
        for joint in ("?", "", "&", "\n"):
            yield Variation(told, finish=_between(f"{start}{joint}".encode(), b""), alone=True)


def _as_elsewhere(case: Case) -> Iterator[Variation]:
    """Give the texts of exchanges that put time, key or path before the parameters."""
    stamp = next((pair.text for pair in case.pairs if pair.name == "timestamp"), "")
    window = next((pair.text for pair in case.pairs if pair.name == "recvWindow"), "")
    for how, start in (
        ("timestamp, method and path before the parameters", f"{stamp}{case.method}{case.path}"),
        ("timestamp and API key before the parameters", f"{stamp}{case.key.api_key}{window}"),
        ("API key before the parameters", case.key.api_key),
    ):
        told = mistake("text-of-another-exchange", how=how)
        yield Variation(told, finish=_between(start.encode(), b""), alone=True)
        yield _instead(told, start + _without_signature(case))


def _as_json(case: Case) -> Iterator[Variation]:
    yield _instead(mistake("json-signed", how="as it was sent, without the signature"), _body_without(case))
    for spacing, separators in _SPACINGS.items():
        for order, pairs in (("sorted", in_order(case.pairs)), ("in the order sent", case.pairs)):
            for escaped in (False, True):
                text = _dump(pairs, separators, escaped=escaped)
                yield _instead(mistake("json-signed", how=f"{order} and {spacing}"), text)


def _both_places(case: Case) -> Iterator[Variation]:
    other = "query string" if case.placement != "query" else "body"
    place = "query string" if case.placement == "query" else "body"
    told = mistake("other-place-signed", other=other, place=place)
    elsewhere = case.elsewhere_pairs
    if not case.elsewhere:
        return
    for text in (case.elsewhere, _joined(elsewhere), _joined(in_order(elsewhere))):
        yield _instead(told, text)
    own = _joined(case.signed_pairs)
    both = mistake("both-places-signed")
    for joint in ("&", "", "?"):
        for first, second in ((own, case.elsewhere), (own, _joined(elsewhere))):
            yield _instead(both, f"{first}{joint}{second}")
            yield _instead(both, f"{second}{joint}{first}")
    yield _instead(both, _joined(in_order((*case.pairs, *elsewhere))))


def _in_other_bytes() -> Iterator[Variation]:
    for encoding in ("latin-1", "utf-16-le", "utf-16"):
        told = mistake("not-utf-8", encoding=encoding.upper())
        yield Variation(told, finish=_encoded(encoding), alone=encoding != "latin-1")


def _instead(told: Mistake, text: str) -> Variation:
    signed = text.encode("utf-8", errors="replace")
    # It takes the place of the whole text, so that nothing done to the parameters would show.
    return Variation(told, finish=lambda _: signed, alone=True)


def _between(start: bytes, end: bytes) -> Callable[[bytes], bytes]:
    return lambda text: start + text + end


def _encoded(encoding: str) -> Callable[[bytes], bytes]:
    return lambda text: text.decode().encode(encoding, errors="replace")


def _joined(pairs: Iterable[Pair]) -> str:
    return "&".join(f"{pair.name}={pair.text}" for pair in pairs)


def _body_without(case: Case) -> str:
    return _without_signature(case) if case.placement == "json" else _dump(case.pairs, (",", ":"))


def _without_signature(case: Case) -> str:
    if case.placement == "json":
        return _SIGNATURE_MEMBER.sub("", case.raw, count=1)
    return _SIGNATURE_PAIR.sub("", case.raw, count=1).lstrip("&")


def _dump(pairs: Iterable[Pair], separators: tuple[str, str], *, escaped: bool = False) -> str:
    """Write a JSON object, numbers by their tokens."""
    comma, colon = separators
    members = [f"{json.dumps(pair.name)}{colon}{_token(pair, escaped=escaped)}" for pair in pairs]
    return f"{{{comma.join(members)}}}"


def _token(pair: Pair, *, escaped: bool) -> str:
    is_number = pair.kind == "text" and pair.text.isascii() and pair.text.isdigit()
    return pair.written if pair.kind != "text" or is_number else json.dumps(pair.text, ensure_ascii=escaped)
