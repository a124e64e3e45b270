"""Rates of an account: the documented limits, and the slower ones that a client can choose."""

from typing import Any, Literal

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api.contract import BY_ID, Operation, Rate

#: The value of the option `rate` for accounts that lead copy trading.
COPY_TRADING: Literal["copy-trading"] = "copy-trading"
#: What the option `rate` may be.
RateOption = Literal["copy-trading"] | float | None

# The slowest rate after lock-outs. An account that is still locked out at this rate has another cause.
_SLOWEST = Rate(1, 10.0)


def check_rate(rate: Any) -> None:
    """Raise `InvalidInput` unless the option is None, `copy-trading` or a number in the documented range."""
    if rate is None or rate == COPY_TRADING:
        return
    # Every cancel has a limit of its own for copy-trading accounts, and no other operation has.
    cancels = [operation for operation in BY_ID.values() if operation.copy_trading_limit is not None]
    limits = [operation.uid_limit for operation in cancels if operation.uid_limit is not None]
    fastest = max(limit.requests / limit.seconds for limit in limits)
    is_number = isinstance(rate, int | float) and not isinstance(rate, bool)
    # NaN compares false with everything.
    if not (is_number and 0 < rate <= fastest):
        allowed = f"{COPY_TRADING}, or cancels per second, above 0 and at most {fastest:g}"
        raise InvalidInput("rate", f"is {shown(rate)}", allowed)


def rate_limit(operation: Operation, rate: RateOption) -> Rate | None:
    """Return the limit per account of an operation, or None where the contract has none.

    The option `rate` applies to cancels only. A whole number of requests may go in a burst, as the
    documented limit allows. A fraction is spaced evenly, which never exceeds the documented limit either.
    """
    documented, copy_trading = operation.uid_limit, operation.copy_trading_limit
    if rate is None or documented is None or copy_trading is None:
        return documented
    if rate == COPY_TRADING:
        return copy_trading
    per_window = rate * documented.seconds
    if per_window >= 1 and per_window == int(per_window):
        return slower(documented, Rate(int(per_window), documented.seconds))
    return slower(documented, Rate(1, 1 / rate))


def slower(one: Rate, other: Rate) -> Rate:
    """Return the rate that allows less; of two equal ones, the one with the smaller burst."""
    return min(one, other, key=lambda rate: (rate.requests / rate.seconds, rate.requests))


def rate_after_lockout(operation: Operation, rate: Rate) -> Rate:
    """Return a slower rate for an operation that the exchange locked at this one.

    That is the copy-trading limit where it is slower; otherwise half the rate, but not below 1 in 10 s.
    """
    copy_trading = operation.copy_trading_limit
    if copy_trading is not None and slower(copy_trading, rate) != rate:
        return copy_trading
    half = Rate(rate.requests // 2, rate.seconds) if rate.requests > 1 else Rate(1, rate.seconds * 2)
    return rate if slower(half, _SLOWEST) != _SLOWEST else half


def per_process_rate(rate: Rate, processes: int) -> Rate:
    """Return the rate that each process may use so that all together keep a limit without a shared store.

    With more processes than permits, each has one permit in a longer window. Two of those can then fall
    into one window of the exchange, which may reject one request.
    """
    if processes <= rate.requests:
        return Rate(rate.requests // max(processes, 1), rate.seconds)
    return Rate(1, rate.seconds * processes / rate.requests)
