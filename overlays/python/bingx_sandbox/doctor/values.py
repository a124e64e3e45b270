"""Values: how they may have been written before they were signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from decimal import Decimal, InvalidOperation
from urllib.parse import quote, quote_plus, unquote_plus

from bingx_sandbox.amounts import write_amount
from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import mistake
from bingx_sandbox.doctor.pairs import Pair
from bingx_sandbox.doctor.variation import Items, Variation, with_values

# What the usual encoders leave alone: RFC 3986, a path, JavaScript's encodeURIComponent; then forms.
_ENCODERS: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe=""),
    quote,
    lambda text: quote(text, safe="!*'()"),
    quote_plus,
)
_MOST_LOOKED_AT = 12
_MOST_DIGITS = 20
_EXACT_IN_A_DOUBLE = 2**53
_STAMPED_APART = 50
# Larger numbers have an exponent in what Go prints, and from 15 digits on in what PHP does.
_LEAST_WITH_EXPONENT = 10**6


def values(case: Case) -> list[Variation]:
    """List the usual ways to write values wrongly."""
    return [*_encodings(case), *_stamps(case), *_numbers(case), *_spellings(case)]


def stamps_nearby(case: Case) -> Iterator[Variation]:
    """Give timestamps a few milliseconds off, as when the clock is asked twice."""
    for pair in _looked_at(case, "timestamp"):
        for apart in range(1, _STAMPED_APART + 1):
            for stamp in (int(pair.text) - apart, int(pair.text) + apart):
                yield _otherwise(pair, "timestamp-taken-twice", str(stamp))


def digits_before_rounding(case: Case) -> Iterator[Variation]:
    """Give every whole number that becomes the one that was sent when it is a double for a while."""
    for pair in _looked_at(case):
        number = int(pair.text)
        if number <= _EXACT_IN_A_DOUBLE or pair.text not in _as_doubles(number):
            continue
        # The doubles of 19 digits are 128 to 1024 apart.
        for exact in range(number - 1024, number + 1025):
            if exact != number and float(exact) == float(number):
                yield _otherwise(pair, "digits-lost-in-sending", str(exact))
        return


def _encodings(case: Case) -> Iterator[Variation]:
    told = mistake("values-encoded")
    if case.placement != "json":
        yield Variation(told, _respelled(case, lambda pair: pair.written))
    for encode in _ENCODERS:
        yield Variation(told, _respelled(case, _by_text(encode)))
    yield Variation(mistake("values-encoded-twice"), _respelled(case, _by_text(unquote_plus)))


def _stamps(case: Case) -> Iterator[Variation]:
    for pair in _looked_at(case, "timestamp"):
        whole, milliseconds = divmod(int(pair.text), 1000)
        for seconds in (str(whole), str(whole + 1), f"{whole}.{milliseconds:03}"):
            yield _otherwise(pair, "timestamp-in-seconds", seconds)


def _numbers(case: Case) -> Iterator[Variation]:
    for pair in case.pairs[:_MOST_LOOKED_AT]:
        for name, text in _other_notations(pair):
            yield _otherwise(pair, name, text)
    numbers = {pair.name: pair.text for pair in _looked_at(case)}
    if len(numbers) > 1:
        sent = next(iter(numbers.values()))
        told = mistake("whole-float", name="Each whole number", sent=sent, signed=f"{sent}.0")
        yield Variation(told, with_values({name: f"{text}.0" for name, text in numbers.items()}))


def _other_notations(pair: Pair) -> Iterator[tuple[str, str]]:
    if pair.kind == "number" and pair.written != pair.text:
        whole = Decimal(pair.written) == Decimal(pair.text) and pair.written.endswith(".0")
        yield "whole-float" if whole else "number-in-another-notation", pair.written
    if _is_whole(pair.text):
        yield "whole-float", f"{pair.text}.0"
        number = int(pair.text)
        if number >= _LEAST_WITH_EXPONENT:
            yield from (("number-in-another-notation", text) for text in _with_exponent(number))
        if number > _EXACT_IN_A_DOUBLE:
            yield from (("digits-lost-in-signing", text) for text in _as_doubles(number))
    elif (plain := _plain(pair.text)) is not None:
        yield "whole-float" if pair.text.endswith(".0") else "number-in-another-notation", plain


def _spellings(case: Case) -> Iterator[Variation]:
    told = mistake("boolean-with-capital")
    booleans = {pair.name: pair.text.capitalize() for pair in case.pairs if pair.text in ("true", "false")}
    yield Variation(told, with_values(booleans))
    told = mistake("values-in-quotes")
    yield Variation(told, _respelled(case, lambda pair: pair.text if _is_whole(pair.text) else _quoted(pair)))
    yield Variation(told, _respelled(case, _quoted))
    for case_name, change in (("capital", str.upper), ("small", str.lower)):
        told = mistake("values-in-another-case", case=case_name)
        yield Variation(told, _respelled(case, _by_text(change)))


def _otherwise(pair: Pair, name: str, signed: str) -> Variation:
    told = mistake(name, name=pair.name, sent=pair.text, signed=signed)
    return Variation(told, with_values({pair.name: signed}))


def _respelled(case: Case, spell: Callable[[Pair], str]) -> Callable[[Items], Items]:
    return with_values({pair.name: spell(pair) for pair in case.pairs})


def _by_text(change: Callable[[str], str]) -> Callable[[Pair], str]:
    return lambda pair: change(pair.text)


def _quoted(pair: Pair) -> str:
    return json.dumps(pair.text, ensure_ascii=False)


def _looked_at(case: Case, name: str | None = None) -> Iterator[Pair]:
    """Give the parameters that are whole numbers, or the one of a name if it is one."""
    for pair in case.pairs[:_MOST_LOOKED_AT]:
        if name in (None, pair.name) and _is_whole(pair.text):
            yield pair


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _as_doubles(number: int) -> tuple[str, str]:
    """Write a number as languages do that hold it as a double: exactly, or its shortest digits and zeros."""
    double = float(number)
    return str(int(double)), format(Decimal(repr(double)), "f")


def _with_exponent(number: int) -> Iterator[str]:
    digits = format(Decimal(repr(float(number))), "e").partition("e")[0].rstrip("0").rstrip(".")
    exponent = len(str(int(float(number)))) - 1
    yield f"{digits}e+{exponent:02}"  # Go, Python
    yield f"{digits}E{exponent}"  # Java
    yield f"{digits}E+{exponent}"  # C#, PHP from 7.1 on
    yield f"{float(number):.13E}"  # PHP with its old precision of 14 digits


def _plain(text: str) -> str | None:
    try:
        number = Decimal(text) if text.isascii() and len(text) <= _MOST_DIGITS else None
    except InvalidOperation:
        return None
    # A short text such as 1e99999999 would unfold into gigabytes of digits.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return None
    return write_amount(number)
