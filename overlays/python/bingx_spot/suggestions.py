"""What a refused argument may have meant, and whether an order id was rounded by another program.

Nothing is corrected: a caller who meant something else would act on another order, or read other days.
"""

import re
from collections.abc import Iterator

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api.contract import Parameter

# How other programs join base and quote, and what quotes are where nothing joins them.
_SEPARATORS = re.compile(r"[-/_ ]+")
_QUOTES = ("USDT", "USDC", "USD", "BTC", "ETH", "EUR")
# What a spreadsheet, or a program that reads numbers as doubles, leaves of a long number, if not zeros.
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")
_EXACT_DIGITS = 16
# No other number has to be so great as a moment in Unix milliseconds.
_LEAST_TIME = 10**11
# Later than every moment that is meant, in nanoseconds too. No float can become an integer above its largest.
_LATEST = 10**20


def meanings(argument: Parameter, value: object) -> Iterator[object]:
    """Yield what a refused value of a parameter may mean: a symbol, or a time in milliseconds.

    A time may be in seconds, as `time.time()` gives it, in microseconds, or in nanoseconds.
    """
    if isinstance(value, str) and argument.name == "symbol":
        yield _similar_symbol(value)
    elif is_time(argument) and isinstance(value, int | float) and 0 < value < _LATEST:
        yield from (int(value * 1000), int(value // 1000), int(value // 1_000_000))


def is_time(argument: Parameter) -> bool:
    """Return whether a parameter is a moment in Unix milliseconds."""
    return argument.minimum is not None and argument.minimum >= _LEAST_TIME


def _similar_symbol(text: str) -> str:
    """Return the symbol that a text must mean, such as BTC-USDT for `btcusdt` or `BTC/USDT`, or no symbol."""
    bare = text.strip().upper()
    parts = [part for part in _SEPARATORS.split(bare) if part]
    if len(parts) == 1 and (quote := next((each for each in _QUOTES if bare.endswith(each)), "")):
        parts = [bare.removesuffix(quote), quote]
    return "-".join(parts)


def check_rounding(order_id: str) -> None:
    """Raise `InvalidInput` if an order id as text was a double once, such as `1.73596E+18`."""
    if _ROUNDED.fullmatch(order_id) and not order_id.isdigit():
        reason = f"is {shown(order_id)}: a program that rounds long numbers has lost its last digits"
        raise InvalidInput("order_id", reason, "all digits of the order id, such as 1735964079647111281")


def looks_rounded(order_id: object) -> bool | None:
    """Return whether an order id ends in zeros as a rounded one does; None if it is too short to be rounded.

    Of true ids, one in a thousand does.
    """
    digits = str(order_id)
    return None if len(digits) <= _EXACT_DIGITS else not digits[_EXACT_DIGITS:].strip("0")
