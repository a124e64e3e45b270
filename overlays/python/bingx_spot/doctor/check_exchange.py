"""Look at the exchange: whether it answers, what time it has, and whether it takes the key."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import MAXIMUM_OFFSET, Clock
from bingx_spot.credentials import Credentials
from bingx_spot.doctor.check_result import CheckResult, failed, passed, skipped, warned
from bingx_spot.environments import PLACEMENTS, Placement
from bingx_spot.exceptions import (
    AuthenticationError,
    CallError,
    NotSent,
    OrderNotOpen,
    PermissionDenied,
    RateLimited,
    RequestRejected,
)

#: An order id that cannot exist: the exchange's have 19 digits.
NO_ORDER = 1
#: The pair that the probe names.
SYMBOL = "BTC-USDT"
# Milliseconds. Within the first nobody notices; "a request older than recvWindow (default 5000) is refused".
_FINE = 1000
_REFUSED = 5000
# The rows of spec/errors.yaml which say that parameters were looked for elsewhere.
_ELSEWHERE = ("signature-missing", "parameter-missing")
_REMAIN = "x-ratelimit-requests-remain"
_EXPIRE = "x-ratelimit-requests-expire"


def look_at_time(base_url: str) -> CheckResult:
    """Return whether the exchange answers at this origin, and how far this machine's clock is off.

    Args:
        base_url: The origin.
    """
    clock = Clock()
    try:
        # The operation is public: these credentials sign nothing and are not sent.
        with BingxSpot(Credentials("none", "none"), environment=base_url, clock=clock) as bingx:
            bingx.server_time()  # the first one pays for the connection, on one half of its way alone
            before = clock.timestamp()
            offset = bingx.server_time() - (before + clock.timestamp()) // 2
    except CallError as problem:
        return failed("clock", f"the exchange does not tell its time: {problem.message}", problem.hint)
    side = "behind" if offset >= 0 else "ahead of"
    found = f"this machine is {abs(offset)} ms {side} the exchange"
    if abs(offset) <= _FINE:
        return passed("clock", found)
    mend = "Set the machine's clock and keep it right with NTP (timedatectl set-ntp true)."
    if abs(offset) > MAXIMUM_OFFSET:
        return failed("clock", found, mend)
    if abs(offset) > _REFUSED:
        mend += " Until then the SDK corrects it, at the price of one refused request a client."
    return warned("clock", found, mend)


def look_at_account(credentials: Credentials, environment: str) -> Iterator[CheckResult]:
    """Yield whether key, permission and each parameter placement are accepted, and what is left of the limit.

    Sends cancels of an order id that cannot exist, so nothing can be cancelled.

    Args:
        credentials: API key and secret.
        environment: Where to ask, as for `BingxSpot`.
    """
    came = {placement: _probed(credentials, environment, placement) for placement in PLACEMENTS}
    understood = [placement for placement, error in came.items() if not _looked_elsewhere(error)]
    telling = came[understood[0]] if understood else came[PLACEMENTS[0]]
    yield _key(telling) if understood else skipped("key accepted", "no placement is understood")
    if isinstance(telling, OrderNotOpen) or not understood:
        yield _placements(understood)
    yield _limits(telling)


def _probed(credentials: Credentials, environment: str, placement: Placement) -> CallError | None:
    with BingxSpot(credentials, environment=environment, placement=placement, fallback=False) as bingx:
        try:
            bingx.cancel_order(SYMBOL, order_id=NO_ORDER)
        except CallError as error:
            return error
    return None


def _looked_elsewhere(error: CallError | None) -> bool:
    return error is not None and error.details.rule in _ELSEWHERE


def _key(error: CallError | None) -> CheckResult:
    check = "key accepted"
    if isinstance(error, OrderNotOpen):
        return passed(check, "key, signature and permission are right: the exchange looked for the order")
    if error is None:
        return warned(check, f"the exchange says that it cancelled order {NO_ORDER}", "Ask its support.")
    said = f"the exchange said: {error.message}" if isinstance(error, RequestRejected) else error.message
    if isinstance(error, AuthenticationError | PermissionDenied | NotSent | RequestRejected):
        return failed(check, said, error.hint)
    return failed(check, f"no answer that tells: {said}", "Run this again; if it stays so, ask its support.")


def _placements(understood: list[Placement]) -> CheckResult:
    check = "placement"
    if not understood:
        return failed(check, "the server sees the parameters nowhere", "Is this URL the exchange's?")
    found = f"the server reads parameters from {', '.join(understood)}"
    if "json" in understood:
        return passed(check, found)
    mend = f'placement="auto", the default, finds that out with one refused try; "{understood[0]}" saves it.'
    return warned(check, found, mend)


def _limits(error: CallError | None) -> CheckResult:
    headers: Mapping[str, str] = {} if error is None else error.details.headers
    if isinstance(error, RateLimited):
        until = f" until {_moment(error.retry_at)}" if error.retry_at else ""
        return failed("limits", f"locked out{until}", "Wait; each request before then can make it longer.")
    if _REMAIN not in headers:
        return passed("limits", "not locked out; the exchange does not say what is left")
    end = headers.get(_EXPIRE, "")
    window = f" until {_moment(int(end))}" if end.isascii() and end.isdigit() else ""
    return passed("limits", f"{headers[_REMAIN]} more cancels{window}")


def _moment(milliseconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return f"{milliseconds}"
