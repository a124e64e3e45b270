"""Check how rate limits are shared: whether `BINGX_LIMITS` is valid, and whether its store can be used."""

import os

from bingx_spot.doctor.check_result import CheckResult, failed, passed, warned
from bingx_spot.exceptions import InvalidInput
from bingx_spot.shared_limits.allocation import ProcessReport
from bingx_spot.shared_limits.options import LIMITS_VARIABLE, OFF, check_limits, open_store
from bingx_spot.shared_limits.sync import StoreError

CHECK = "shared limits"
# Asks for no permit, under a name that is not a limit's.
_NAME = "bingx-spot:doctor"
_EMPTY_REPORT: ProcessReport = {
    "process": "doctor",
    "requests": 1,
    "window": 1000.0,
    "margin": 0.0,
    "single": [],
    "bulk": [],
    "permits": {},
    "released": [],
    "server_hint": {},
    "locked_for": 0.0,
    "members": 1,
    "was_local": False,
}


def check_shared_limits() -> CheckResult:
    """Return whether the rate limiter of `BINGX_LIMITS` can be used, as `BingxSpot.from_env` would use it.

    The variable's text is not repeated: a URL may hold a password.
    """
    limits = os.environ.get(LIMITS_VARIABLE)
    if not limits:
        return passed(CHECK, f"{LIMITS_VARIABLE} is not set: each process keeps the limits by itself")
    if limits == OFF:
        fix = f"Unset {LIMITS_VARIABLE}, unless another program keeps the limits."
        return warned(CHECK, f"{LIMITS_VARIABLE} is off: requests may exceed the exchange's limits", fix)
    try:
        check_limits(limits)
        store = open_store(limits)
    except InvalidInput as error:
        return failed(CHECK, f"{LIMITS_VARIABLE} {error.reason}", f"Set it to {error.allowed}.")
    try:
        store.exchange(_NAME, _EMPTY_REPORT)
    except StoreError as error:
        meanwhile = "Until then each process uses a share of the limit that is safe, and slower."
        text = f"the store of {LIMITS_VARIABLE} cannot be used: {error.reason}"
        return failed(CHECK, text, f"{error.fix} {meanwhile}".strip())
    finally:
        store.close()
    return passed(CHECK, f"the store of {LIMITS_VARIABLE} can be used")
