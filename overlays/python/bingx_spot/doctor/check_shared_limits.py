"""Look at how limits are shared: whether `BINGX_LIMITS` can be read, and what it names be used."""

import os

from bingx_spot.doctor.check_result import CheckResult, failed, passed, warned
from bingx_spot.exceptions import InvalidInput
from bingx_spot.shared_limits.allocation import ProcessReport
from bingx_spot.shared_limits.options import LIMITS_VARIABLE, OFF, check_limits, store_of
from bingx_spot.shared_limits.protocol import StoreError

CHECK = "shared limits"
# It asks for nothing and counts nothing, under a name that is no limit's.
_NAME = "bingx-spot:doctor"
_NOTHING: ProcessReport = {
    "process": "doctor",
    "requests": 1,
    "window": 1000.0,
    "margin": 0.0,
    "single": [],
    "bulk": [],
    "counts": {},
    "told": [],
    "closed": 0.0,
    "known": 1,
    "away": False,
}


def check_shared_limits() -> CheckResult:
    """Return whether whatever gives out permits can be used, as `BingxSpot.from_env` would use it.

    The variable's text is not repeated: a URL may hold a password.
    """
    choice = os.environ.get(LIMITS_VARIABLE)
    if not choice:
        return passed(CHECK, f"{LIMITS_VARIABLE} is not set: each process keeps the limits by itself")
    if choice == OFF:
        mend = f"Unset {LIMITS_VARIABLE}, unless something else sees to it."
        return warned(CHECK, f"{LIMITS_VARIABLE} is off: nothing keeps within the exchange's limits", mend)
    try:
        check_limits(choice)
        store = store_of(choice)
    except InvalidInput as problem:
        return failed(CHECK, f"{LIMITS_VARIABLE} {problem.reason}", f"Set it to {problem.allowed}.")
    try:
        store.exchange(_NAME, _NOTHING)
    except StoreError as problem:
        meanwhile = "Until then each process takes a share that is safe, and slower."
        mend = f"{problem.mend or 'Mend it, or what names it.'} {meanwhile}"
        return failed(CHECK, f"what {LIMITS_VARIABLE} names cannot be used: {problem.reason}", mend)
    finally:
        store.close()
    return passed(CHECK, f"what {LIMITS_VARIABLE} names can be used")
