"""All checks in their order: the API key, the rate limiter, the network, the exchange, the account."""

import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from bingx_spot.config import SETTINGS, Options
from bingx_spot.credentials import (
    API_KEY_VARIABLE,
    API_SECRET_VARIABLE,
    KEY_FILE_VARIABLE,
    NO_KEY,
    SET_A_KEY,
    Credentials,
    source_of,
)
from bingx_spot.doctor import CheckResult, Status
from bingx_spot.doctor.check_exchange import (
    CANCEL_CHECK,
    KEY_CHECK,
    SYMBOL,
    UNUSED_ORDER_ID,
    check_cancel,
    check_key,
    check_time,
)
from bingx_spot.doctor.check_network import check_authorities, check_host, check_proxy
from bingx_spot.environments import Environment
from bingx_spot.exceptions import CredentialsError, InvalidInput
from bingx_spot.shared_limits.options import OFF, check_limits, open_store
from bingx_spot.shared_limits.store import ProcessReport, StoreError, check_allocation

#: What a person is asked before the account is checked.
QUESTION = (
    f"To see whether the key may cancel, cancel order {UNUSED_ORDER_ID} of {SYMBOL}? No such order can "
    "exist, so nothing can be cancelled by it."
)
_LIMITS_VARIABLE = SETTINGS["limits"].variable
# Asks for no permit, under a name that is not a limit's.
_LIMIT_NAME = "bingx-spot:doctor"
_EMPTY_REPORT: ProcessReport = {
    "process": "doctor",
    "number": 1,
    "answered": 0,
    "age": 0.0,
    "hold": 0.0,
    "requests": 1,
    "window": 1000.0,
    "margin": 0.0,
    "single": [],
    "bulk": [],
    "permits": {},
    "errors": {},
    "server_hint": {},
    "locked_for": 0.0,
    "members": 1,
    "was_local": False,
}


def run_checks(options: Options, may_probe: Callable[[], bool]) -> Iterator[CheckResult]:
    """Run all checks with the options of a client, and yield each result as it is known.

    The key is checked by a query. `may_probe` is called only if that has worked, and returns whether cancels
    of an order id that cannot exist may be sent. `InvalidInput` says that there is no such environment.
    """
    parsed = Environment.parse(options.get("environment", "live"))
    key, credentials = _check_key()
    yield key
    yield from _check_variables()
    yield check_shared_limits()
    proxy, tls = options.get("proxy"), options.get("tls")
    yield check_proxy(parsed.base_url, proxy)
    if parsed.base_url.startswith("https:"):
        yield check_authorities(tls)
    # Through a proxy, only the proxy itself can be looked at from here.
    open_way = proxy is None or (yield from _until_failure(check_host(proxy, tls, is_proxy=True), "proxy "))
    reached = open_way and (yield from _until_failure(_check_exchange(parsed.base_url, options)))
    if open_way and parsed.fallback_url is not None:
        falls_back = yield from _until_failure(_check_exchange(parsed.fallback_url, options), "fallback ")
        reached = reached or falls_back
    if credentials is None or not reached:
        reason = "there is no API key that can be used" if reached else "the exchange was not reached"
        yield CheckResult(KEY_CHECK, Status.SKIP, f"key NOT checked: {reason}")
        return
    accepted = check_key(credentials, options)
    yield accepted
    if accepted.status is Status.FAIL:
        return
    if may_probe():
        yield from check_cancel(credentials, options)
    else:
        fix = f"Run this again with --yes: it cancels order {UNUSED_ORDER_ID}, which cannot exist."
        yield CheckResult(CANCEL_CHECK, Status.SKIP, "NOT checked: whether the key may cancel", fix)


def _check_key() -> tuple[CheckResult, Credentials | None]:
    """Check the API key as `BingxSpot.from_env` reads it: a key file that others can read is rejected."""
    try:
        credentials = Credentials.from_env()
    except CredentialsError as error:
        if not str(error).startswith(NO_KEY):
            # What is wrong with a key that is set says how to fix it.
            return CheckResult("key", Status.FAIL, str(error)), None
        return CheckResult("key", Status.FAIL, NO_KEY, f"{SET_A_KEY}."), None
    sources = source_of(API_KEY_VARIABLE), source_of(API_SECRET_VARIABLE)
    found = f"{sources[0]} and {sources[1]} are set"
    if not any(sources):
        found = f"{os.environ[KEY_FILE_VARIABLE]} holds both, and only you can read it"
    return CheckResult("key", Status.PASS, found), credentials


def _check_variables() -> Iterator[CheckResult]:
    """Yield a warning where variables are named as if they were read, such as `BINGX_SECRET_KEY`."""
    halves = (API_KEY_VARIABLE, API_SECRET_VARIABLE)
    read = {*halves, *(f"{half}_FILE" for half in halves), KEY_FILE_VARIABLE}
    read |= {setting.variable for setting in SETTINGS.values()}
    if unread := sorted(name for name in os.environ if name.startswith("BINGX_") and name not in read):
        found = f"nothing here reads {', '.join(unread)}"
        fix = "Correct the name, or leave it to the program that it is for."
        yield CheckResult("variables", Status.WARN, found, fix)


def check_shared_limits() -> CheckResult:
    """Check whether the rate limiter of `BINGX_LIMITS` can be used, as `BingxSpot.from_env` would use it.

    The variable's text is not repeated: a URL may hold a password.
    """
    check, limits = "shared limits", os.environ.get(_LIMITS_VARIABLE)
    if not limits:
        found = f"{_LIMITS_VARIABLE} is not set: each process keeps the limits by itself"
        return CheckResult(check, Status.PASS, found)
    if limits == OFF:
        found = f"{_LIMITS_VARIABLE} is off: requests may exceed the exchange's limits"
        fix = f"Unset {_LIMITS_VARIABLE}, unless another program keeps the limits."
        return CheckResult(check, Status.WARN, found, fix)
    try:
        check_limits(limits)
        store = open_store(limits)
    except InvalidInput as error:
        found, fix = f"{_LIMITS_VARIABLE} {error.reason}", f"Set it to {error.allowed}."
        return CheckResult(check, Status.FAIL, found, fix)
    try:
        check_allocation(store.exchange(_LIMIT_NAME, _EMPTY_REPORT), _EMPTY_REPORT)
    except StoreError as error:
        found = f"the store of {_LIMITS_VARIABLE} cannot be used: {error.reason}"
        fix = f"{error.fix} Until then each process uses a share of the limit that is safe, and slower."
        return CheckResult(check, Status.FAIL, found, fix.strip())
    finally:
        store.close()
    return CheckResult(check, Status.PASS, f"the store of {_LIMITS_VARIABLE} can be used")


def _check_exchange(base_url: str, options: Options) -> Iterator[CheckResult]:
    """Check the way to one host, and whether the exchange responds there."""
    if options.get("proxy") is None:
        yield from check_host(base_url, options.get("tls"))
    yield check_time({**options, "environment": base_url})


def _until_failure(results: Iterator[CheckResult], prefix: str = "") -> Generator[CheckResult, None, bool]:
    """Yield results, the first failure as the last one; return whether there was none."""
    for result in results:
        yield replace(result, check=prefix + result.check)
        if result.status is Status.FAIL:
            return False
    return True
