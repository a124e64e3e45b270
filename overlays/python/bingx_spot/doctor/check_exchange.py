"""Checks of the exchange: whether it responds, its time, and whether it accepts the API key."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import MAXIMUM_OFFSET, Clock
from bingx_spot.credentials import Credentials
from bingx_spot.doctor.check_result import CheckResult, failed, passed, skipped, warned
from bingx_spot.environments import PLACEMENTS, Placement
from bingx_spot.exceptions import (
    CallError,
    NotExecuted,
    OrderNotFound,
    OrderNotOpen,
    RateLimited,
    RequestRejected,
)

#: An order id that cannot exist: the exchange's have 19 digits.
UNUSED_ORDER_ID = 1
#: The trading pair of the probe.
SYMBOL = "BTC-USDT"
# Milliseconds. The exchange rejects a request that is older than its recvWindow, by default 5000.
_GOOD_OFFSET = 1000
_DEFAULT_RECV_WINDOW = 5000
# The rows of spec/errors.yaml that mean that the server looks for parameters elsewhere.
_OTHER_PLACEMENT = ("signature-missing", "parameter-missing")
_REMAINING = "x-ratelimit-requests-remain"
_WINDOW_END = "x-ratelimit-requests-expire"


def check_time(base_url: str) -> CheckResult:
    """Check that the exchange responds, and how far this machine's clock is off.

    Args:
        base_url: The host.
    """
    clock = Clock()
    try:
        # The operation is public: these credentials sign nothing and are not sent.
        with BingxSpot(Credentials("none", "none"), environment=base_url, clock=clock) as bingx:
            # The first request opens the connection, which would spoil the measurement.
            bingx.server_time()
            before = clock.timestamp()
            offset = bingx.server_time() - (before + clock.timestamp()) // 2
    except CallError as error:
        return failed("clock", f"the exchange did not say its time: {error.message}", error.hint)
    side = "behind" if offset >= 0 else "ahead of"
    found = f"this machine is {abs(offset)} ms {side} the exchange"
    if abs(offset) <= _GOOD_OFFSET:
        return passed("clock", found)
    fix = "Set the machine's clock and keep it right with NTP (timedatectl set-ntp true)."
    if abs(offset) > MAXIMUM_OFFSET:
        return failed("clock", found, fix)
    if abs(offset) > _DEFAULT_RECV_WINDOW:
        fix += " Until then the SDK corrects it, at the cost of one rejected request for each client."
    return warned("clock", found, fix)


def check_account(credentials: Credentials, environment: str) -> Iterator[CheckResult]:
    """Check whether the API key and each placement are accepted, and what is left of the rate limit.

    It sends cancels of an order id that cannot exist, so that nothing can be cancelled.

    Args:
        credentials: API key and secret.
        environment: As for `BingxSpot`.
    """
    probe = partial(_probe, credentials, environment)
    # At once: a cancel asks for two seconds before it says that there is no such order.
    with ThreadPoolExecutor(len(PLACEMENTS)) as pool:
        errors = dict(zip(PLACEMENTS, pool.map(probe, PLACEMENTS), strict=True))
    accepted = [placement for placement, error in errors.items() if not _is_other_placement(error)]
    error = errors[accepted[0]] if accepted else errors[PLACEMENTS[0]]
    yield _key_result(error) if accepted else skipped("key accepted", "the server reads no placement")
    if _order_was_looked_up(error) or not accepted:
        yield _placement_result(accepted)
    yield _limits_result(error)


def _probe(credentials: Credentials, environment: str, placement: Placement) -> CallError | None:
    with BingxSpot(credentials, environment=environment, placement=placement, fallback=False) as bingx:
        try:
            bingx.cancel_order(SYMBOL, order_id=UNUSED_ORDER_ID)
        except CallError as error:
            return error
    return None


def _is_other_placement(error: CallError | None) -> bool:
    return error is not None and error.details.rule in _OTHER_PLACEMENT


def _order_was_looked_up(error: CallError | None) -> bool:
    return isinstance(error, OrderNotFound | OrderNotOpen)


def _key_result(error: CallError | None) -> CheckResult:
    check = "key accepted"
    if _order_was_looked_up(error):
        return passed(check, "key, signature and permission are right: the exchange looked for the order")
    if error is None:
        found = f"the exchange says that it cancelled order {UNUSED_ORDER_ID}"
        return warned(check, found, "Ask its support.")
    said = f"the exchange said: {error.message}" if isinstance(error, RequestRejected) else error.message
    if isinstance(error, NotExecuted):
        return failed(check, said, error.hint)
    return failed(check, f"unclear response: {said}", "Run this again; if it stays so, ask its support.")


def _placement_result(accepted: list[Placement]) -> CheckResult:
    check = "placement"
    if not accepted:
        return failed(check, "the server reads parameters nowhere", "Is this URL the exchange's?")
    found = f"the server reads parameters from {', '.join(accepted)}"
    if "json" in accepted:
        return passed(check, found)
    fix = f'placement="auto", the default, learns that by one rejected request; "{accepted[0]}" saves it.'
    return warned(check, found, fix)


def _limits_result(error: CallError | None) -> CheckResult:
    headers: Mapping[str, str] = {} if error is None else error.details.headers
    if isinstance(error, RateLimited):
        until = f" until {_time_of_day(error.retry_at)}" if error.retry_at else ""
        return failed("limits", f"locked out{until}", "Wait; each request before then can make it longer.")
    if _REMAINING not in headers:
        return passed("limits", "not locked out; the exchange does not say how many requests are left")
    end = headers.get(_WINDOW_END, "")
    window = f" until {_time_of_day(int(end))}" if end.isascii() and end.isdigit() else ""
    return passed("limits", f"{headers[_REMAINING]} more cancels{window}")


def _time_of_day(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds}"
