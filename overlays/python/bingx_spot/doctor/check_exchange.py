"""Checks of the exchange: whether it responds, its time, and whether it accepts the API key."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bingx_spot.client import BingxSpot
from bingx_spot.config import DEFAULT_TIMEOUT, Options
from bingx_spot.core.attempt import PARAMETERS_NOT_SEEN
from bingx_spot.core.clock import MAXIMUM_OFFSET, Clock, format_duration, rate_limit_headers, time_of_day
from bingx_spot.credentials import Credentials
from bingx_spot.doctor import CheckResult, Status
from bingx_spot.doctor.check_network import OWN_AUTHORITY
from bingx_spot.environments import PLACEMENTS, Placement
from bingx_spot.exceptions import CallError, NotExecuted, OrderNotFound, OrderNotOpen, RateLimited

#: The names of two checks, of which the summary speaks.
KEY_CHECK, CANCEL_CHECK = "key accepted", "may cancel"
#: An order id that cannot exist: the exchange's have 19 digits.
UNUSED_ORDER_ID = 1
#: The trading pair of the probe.
SYMBOL = "BTC-USDT"
# Milliseconds. The exchange rejects a request that is older than its recvWindow, by default 5000.
_GOOD_OFFSET = 1000
_DEFAULT_RECV_WINDOW = 5000
# This package signs rightly, so only the secret can be wrong.
_COPY_AGAIN = (
    "Copy the secret of this API key again, all of it. If you no longer have it, create another key."
)


def measure_time(options: Options) -> tuple[int, int]:
    """Return the exchange's time, and how far this machine's clock is behind it, in milliseconds.

    `CallError` says that the exchange did not tell its time.
    """
    clock = Clock()
    # The operation is public: these credentials sign nothing and are not sent.
    public: Options = {**options, "clock": clock}
    with BingxSpot(Credentials("none", "none"), **public) as bingx:
        # The first request opens the connection, which would spoil the measurement.
        bingx.server_time()
        before = clock.timestamp()
        server_time = bingx.server_time()
        return server_time, server_time - (before + clock.timestamp()) // 2


def check_time(options: Options) -> CheckResult:
    """Check that the exchange responds, and how far this machine's clock is off."""
    try:
        _, offset = measure_time(options)
    except CallError as error:
        return _no_time(error, options)
    status, fix = Status.PASS, ""
    if abs(offset) > _GOOD_OFFSET:
        status = Status.WARN
        fix = "Set the machine's clock and keep it right with NTP (timedatectl set-ntp true)."
    if abs(offset) > MAXIMUM_OFFSET:
        status = Status.FAIL
    elif abs(offset) > _DEFAULT_RECV_WINDOW:
        fix += " Until then the SDK corrects it, at the cost of one rejected request for each client."
    return CheckResult("clock", status, f"this machine is {offset_in_words(offset)} the exchange", fix)


def offset_in_words(offset: int) -> str:
    """Return by how much a clock is behind another one, such as `1 h behind` or `3 ms ahead of`."""
    off = f"{abs(offset)} ms" if abs(offset) < _GOOD_OFFSET else format_duration(abs(offset) / 1000)
    return f"{off} {'behind' if offset >= 0 else 'ahead of'}"


def _no_time(error: CallError, options: Options) -> CheckResult:
    message, fix = error.message, error.hint
    if "HTTP 407" in message:
        fix = "Put user and password into the URL of --proxy or BINGX_PROXY: http://USER:PASSWORD@HOST:PORT."
    elif "the proxy refused" in message:
        fix = "Let the proxy admit this host, or correct --proxy or BINGX_PROXY."
    elif "CERTIFICATE_VERIFY_FAILED" in message:
        fix = f"{OWN_AUTHORITY}."
    elif "no complete response" in message:
        # The message is about the last attempt, which had what the others left of the time.
        message = f"no response within {options.get('timeout', DEFAULT_TIMEOUT):g} s"
        fix = "Look for a firewall that lets connections through and no more, or give more time by --timeout."
    return CheckResult("clock", Status.FAIL, f"the exchange did not say its time: {message}", fix)


def check_key(credentials: Credentials, options: Options) -> CheckResult:
    """Check by a signed query of an order that cannot exist whether the exchange accepts the API key."""
    with BingxSpot(credentials, **options) as bingx:
        try:
            bingx.query_order(SYMBOL, order_id=UNUSED_ORDER_ID)
            found = f"the exchange has answered, and knows order {UNUSED_ORDER_ID}"
        except OrderNotFound:
            found = "key and signature are right: the exchange has answered a signed query"
        except CallError as error:
            return _failure(KEY_CHECK, error)
    return CheckResult(KEY_CHECK, Status.PASS, found)


def check_cancel(credentials: Credentials, options: Options) -> Iterator[CheckResult]:
    """Check whether the key may cancel, which placements the server reads, and what is left of the limit.

    It sends cancels of an order id that cannot exist, so that nothing can be cancelled.
    """

    def probe(placement: Placement) -> CallError | None:
        probing: Options = {**options, "placement": placement}
        with BingxSpot(credentials, **probing) as bingx:
            try:
                bingx.cancel_order(SYMBOL, order_id=UNUSED_ORDER_ID)
            except CallError as error:
                return error
        return None

    # At once: a cancel asks for two seconds before it says that there is no such order.
    with ThreadPoolExecutor(len(PLACEMENTS)) as pool:
        errors = dict(zip(PLACEMENTS, pool.map(probe, PLACEMENTS), strict=True))
    accepted = [
        placement
        for placement, error in errors.items()
        if error is None or error.details.rule not in PARAMETERS_NOT_SEEN
    ]
    error = errors[accepted[0] if accepted else PLACEMENTS[0]]
    if not accepted:
        yield CheckResult(CANCEL_CHECK, Status.SKIP, "NOT checked: the server reads no placement")
        found, fix = "the server reads parameters nowhere", "Is this URL the exchange's?"
        yield CheckResult("placement", Status.FAIL, found, fix)
    elif isinstance(error, OrderNotFound | OrderNotOpen):
        yield CheckResult(CANCEL_CHECK, Status.PASS, "the key may cancel: the exchange looked for the order")
        yield _placement_result(accepted)
    elif error is None:
        found = f"the exchange says that it cancelled order {UNUSED_ORDER_ID}"
        yield CheckResult(CANCEL_CHECK, Status.WARN, found, "Ask its support.")
    else:
        yield _failure(CANCEL_CHECK, error)
    yield _limits_result(error)


def _failure(check: str, error: CallError) -> CheckResult:
    # Only the exchange gives a code: what else fails may be a gateway, a proxy or this machine.
    said = error.message if error.code is None else f"the exchange said: {error.message}"
    fix = _COPY_AGAIN if error.details.rule == "signature-wrong" else error.hint
    if not isinstance(error, NotExecuted):
        said = f"unclear response: {said}"
        fix = "Run this again; if it stays so, ask the exchange's support."
    return CheckResult(check, Status.FAIL, said, fix)


def _placement_result(accepted: list[Placement]) -> CheckResult:
    found = f"the server reads parameters from {', '.join(accepted)}"
    if "json" in accepted:
        return CheckResult("placement", Status.PASS, found)
    fix = f"Give --placement {accepted[0]}, or set BINGX_PLACEMENT: it saves each client a rejected request."
    return CheckResult("placement", Status.WARN, found, fix)


def _limits_result(error: CallError | None) -> CheckResult:
    if isinstance(error, RateLimited):
        until = f" until {time_of_day(error.retry_at)}" if error.retry_at else ""
        fix = "Wait; each request before then can make it longer."
        return CheckResult("limits", Status.FAIL, f"locked out{until}", fix)
    found = "not locked out; the exchange does not say how many requests are left"
    if error is not None and (left := rate_limit_headers(error.details.headers)) is not None:
        plural = "" if left.remaining == 1 else "s"
        found = f"{left.remaining} more cancel{plural} until {time_of_day(left.window_end)}"
    return CheckResult("limits", Status.PASS, found)
