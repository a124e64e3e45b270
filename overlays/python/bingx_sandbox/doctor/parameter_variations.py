"""Mistakes with the parameters: their order, their values, added and missing ones."""

import json
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from itertools import permutations
from urllib.parse import quote, quote_plus, unquote_plus

from bingx_sandbox.doctor.candidates import (
    Items,
    Pair,
    RejectedRequest,
    Variation,
    is_integer,
    read_number,
    with_values,
)
from bingx_sandbox.doctor.catalog import mistake, shorten
from bingx_sandbox.order import write_amount

_MAX_PERMUTED = 6
# The usual encoders: RFC 3986, a path, JavaScript's encodeURIComponent, and forms.
_ENCODERS: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe=""),
    quote,
    lambda text: quote(text, safe="!*'()"),
    quote_plus,
)
_MAX_PARAMETERS = 12
_EXACT_IN_A_DOUBLE = 2**53
_MAX_TIMESTAMP_DISTANCE = 50
# Go prints larger numbers with an exponent, PHP those of 15 digits and more.
_LEAST_WITH_EXPONENT = 10**6
# The value of a signature that is not set yet, in several languages.
_NO_SIGNATURE = ("", "null", "None", "undefined")
_WINDOWS = ("0", "5000", "10000", "60000")
_KEY_NAMES = ("apiKey", "X-BX-APIKEY", "api_key")


def order_variations(request: RejectedRequest) -> list[Variation]:
    """Return the usual wrong orders."""
    usual = [
        Variation(mistake("keys-sorted-without-case"), _sorted_by(lambda item: item[0].lower())),
        Variation(mistake("pairs-sorted"), _sorted_by(lambda item: f"{item[0]}={item[1]}")),
    ]
    if request.placement == "json":
        sent = _by_place([pair.name for pair in request.pairs])
        return [Variation(mistake("keys-not-sorted"), sent), *usual]
    return [Variation(mistake("order-sent-otherwise"), _sorted_by(lambda item: item[0])), *usual]


def all_orders(request: RejectedRequest) -> Iterator[Variation]:
    """Yield every order of a few parameters; a client may sort the sent ones and not the signed ones."""
    if len(request.pairs) > _MAX_PERMUTED:
        return
    for names in permutations(pair.name for pair in request.pairs):
        order = ", ".join(shorten(name) for name in names)
        yield Variation(mistake("keys-in-another-order", order=order), _by_place(names))


def _by_place(names: Sequence[str]) -> Callable[[Items], Items]:
    places = {name: place for place, name in enumerate(names)}
    # Parameters that are added later have no place, and come last.
    return lambda items: sorted(items, key=lambda item: places.get(item[0], len(places)))


def _sorted_by(key: Callable[[tuple[str, str]], str]) -> Callable[[Items], Items]:
    return lambda items: sorted(items, key=key)


def value_variations(request: RejectedRequest) -> Iterator[Variation]:
    """Yield the usual wrong ways to write values."""
    yield from _encoded_values(request)
    yield from _timestamps_in_seconds(request)
    yield from _numbers(request)
    yield from _spelled_values(request)


def timestamp_variations(request: RejectedRequest) -> Iterator[Variation]:
    """Yield timestamps a few milliseconds off, as when the clock is read twice."""
    for pair in _integers(request, "timestamp"):
        for apart in range(1, _MAX_TIMESTAMP_DISTANCE + 1):
            for stamp in (int(pair.text) - apart, int(pair.text) + apart):
                yield _with_value(pair, "timestamp-taken-twice", str(stamp))


def unrounded_variations(request: RejectedRequest) -> Iterator[Variation]:
    """Yield the integers that become the one that was sent when they are converted to a double."""
    for pair in _integers(request):
        number = int(pair.text)
        if number <= _EXACT_IN_A_DOUBLE or pair.text not in _as_doubles(number):
            continue
        # The doubles of 19 digits are 128 to 1024 apart.
        for exact in range(number - 1024, number + 1025):
            if exact != number and float(exact) == float(number):
                yield _with_value(pair, "digits-lost-in-sending", str(exact))
        return


def _encoded_values(request: RejectedRequest) -> Iterator[Variation]:
    cause = mistake("values-encoded")
    if request.placement != "json":
        yield Variation(cause, with_values({pair.name: pair.written for pair in request.pairs}))
    for encode in _ENCODERS:
        yield Variation(cause, _with_all_values(request, encode))
    yield Variation(mistake("values-encoded-twice"), _with_all_values(request, unquote_plus))


def _timestamps_in_seconds(request: RejectedRequest) -> Iterator[Variation]:
    for pair in _integers(request, "timestamp"):
        whole, milliseconds = divmod(int(pair.text), 1000)
        for seconds in (str(whole), str(whole + 1), f"{whole}.{milliseconds:03}"):
            yield _with_value(pair, "timestamp-in-seconds", seconds)


def _numbers(request: RejectedRequest) -> Iterator[Variation]:
    for pair in request.pairs[:_MAX_PARAMETERS]:
        for name, text in _other_notations(pair):
            yield _with_value(pair, name, text)
    numbers = {pair.name: pair.text for pair in _integers(request)}
    if len(numbers) > 1:
        sent = next(iter(numbers.values()))
        cause = mistake("whole-float", name="Each whole number", sent=sent, signed=f"{sent}.0")
        yield Variation(cause, with_values({name: f"{text}.0" for name, text in numbers.items()}))


def _other_notations(pair: Pair) -> Iterator[tuple[str, str]]:
    if pair.kind == "number" and pair.written != pair.text:
        whole = Decimal(pair.written) == Decimal(pair.text) and pair.written.endswith(".0")
        yield "whole-float" if whole else "number-in-another-notation", pair.written
    if is_integer(pair.text):
        yield "whole-float", f"{pair.text}.0"
        number = int(pair.text)
        if number >= _LEAST_WITH_EXPONENT:
            yield from (("number-in-another-notation", text) for text in _with_exponent(number))
        if number > _EXACT_IN_A_DOUBLE:
            yield from (("digits-lost-in-signing", text) for text in _as_doubles(number))
    elif (plain := read_number(pair.text)) is not None:
        name = "whole-float" if pair.text.endswith(".0") else "number-in-another-notation"
        yield name, write_amount(plain)


def _spelled_values(request: RejectedRequest) -> Iterator[Variation]:
    booleans = {pair.name: pair.text.capitalize() for pair in request.pairs if pair.text in ("true", "false")}
    yield Variation(mistake("boolean-with-capital"), with_values(booleans))
    cause = mistake("values-in-quotes")
    for quote_value in (lambda text: text if is_integer(text) else _quoted(text), _quoted):
        yield Variation(cause, _with_all_values(request, quote_value))
    for case_name, change in (("capital", str.upper), ("small", str.lower)):
        yield Variation(mistake("values-in-another-case", case=case_name), _with_all_values(request, change))


def _with_value(pair: Pair, name: str, signed: str) -> Variation:
    cause = mistake(name, name=pair.name, sent=pair.text, signed=signed)
    return Variation(cause, with_values({pair.name: signed}))


def _with_all_values(request: RejectedRequest, write: Callable[[str], str]) -> Callable[[Items], Items]:
    return with_values({pair.name: write(pair.text) for pair in request.pairs})


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _integers(request: RejectedRequest, name: str | None = None) -> Iterator[Pair]:
    """Yield the parameters that are integers, or only the one with a name."""
    for pair in request.pairs[:_MAX_PARAMETERS]:
        if name in (None, pair.name) and is_integer(pair.text):
            yield pair


def _as_doubles(number: int) -> tuple[str, str]:
    """Return a number as written from a double: exactly, or as its shortest digits and zeros."""
    double = float(number)
    return str(int(double)), format(Decimal(repr(double)), "f")


def _with_exponent(number: int) -> Iterator[str]:
    digits = format(Decimal(repr(float(number))), "e").partition("e")[0].rstrip("0").rstrip(".")
    exponent = len(str(int(float(number)))) - 1
    yield f"{digits}e+{exponent:02}"  # Go, Python
    yield f"{digits}E{exponent}"  # Java
    yield f"{digits}E+{exponent}"  # C#, PHP from 7.1 on
    yield f"{float(number):.13E}"  # PHP with its old precision of 14 digits


def parameter_variations(request: RejectedRequest) -> list[Variation]:
    """Return the usual added and missing parameters."""
    return [*_left_out(request), *_signatures(request), *_windows(request), *_keys(request)]


def _left_out(request: RejectedRequest) -> Iterator[Variation]:
    for pair in request.pairs[:_MAX_PARAMETERS]:
        name = "timestamp-not-signed" if pair.name == "timestamp" else "parameter-not-signed"
        yield Variation(mistake(name, name=pair.name), _without(pair.name))


def _signatures(request: RejectedRequest) -> Iterator[Variation]:
    for value in (*_NO_SIGNATURE, *request.earlier):
        for add in _additions("signature", value):
            yield Variation(mistake("signature-signed-along", value=value), add, alone=bool(value))


def _windows(request: RejectedRequest) -> Iterator[Variation]:
    if not any(pair.name == "recvWindow" for pair in request.pairs):
        for value in _WINDOWS:
            for add in _additions("recvWindow", value):
                cause = mistake("parameter-not-sent", name="recvWindow", value=value)
                yield Variation(cause, add, alone=True)


def _keys(request: RejectedRequest) -> Iterator[Variation]:
    for name in _KEY_NAMES:
        for add in _additions(name, request.key.api_key):
            yield Variation(mistake("api-key-signed", name=name), add, alone=True)


def _without(name: str) -> Callable[[Items], Items]:
    return lambda items: [item for item in items if item[0] != name]


def _additions(name: str, value: str) -> tuple[Callable[[Items], Items], ...]:
    """Return changes that add a parameter at the end, and at its place among sorted ones."""
    added = (name, value)
    return (lambda items: [*items, added], lambda items: sorted([*items, added]))
