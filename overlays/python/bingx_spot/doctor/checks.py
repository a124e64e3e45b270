"""All checks in their order, from the API key to the account."""

import os
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace

from bingx_spot.credentials import API_KEY_VARIABLE, API_SECRET_VARIABLE, KEY_FILE_VARIABLE, Credentials
from bingx_spot.doctor.check_exchange import SYMBOL, UNUSED_ORDER_ID, check_account, check_time
from bingx_spot.doctor.check_network import check_host, check_proxy
from bingx_spot.doctor.check_result import CheckResult, Status, failed, passed, skipped
from bingx_spot.doctor.check_shared_limits import check_shared_limits
from bingx_spot.environments import Environment
from bingx_spot.exceptions import CredentialsError

#: What a person is asked before the account is checked.
QUESTION = (
    f"To try the API key, cancel order {UNUSED_ORDER_ID} of {SYMBOL}? No such order can exist, "
    "so nothing can be cancelled by it."
)


def run_checks(environment: str, may_probe: Callable[[], bool]) -> Iterator[CheckResult]:
    """Run all checks, and yield each result as it is known.

    Args:
        environment: `live`, `vst`, `sandbox` or a base URL.
        may_probe: Returns whether cancels of an order id that cannot exist may be sent; called only if
            everything that they need works.

    Raises:
        InvalidInput: There is no such environment.
    """
    parsed = Environment.parse(environment)
    key, credentials = check_key()
    yield key
    yield check_shared_limits()
    yield check_proxy(parsed.base_url)
    reached = yield from _check_exchange(parsed.base_url, "")
    if parsed.fallback_url is not None:
        yield from _check_exchange(parsed.fallback_url, "fallback ")
    if credentials is None:
        yield skipped("key accepted", "there is no API key to try")
    elif not reached:
        yield skipped("key accepted", "the exchange was not reached")
    elif not may_probe():
        yield skipped("key accepted", "not tried", "Run this again with --yes.")
    else:
        yield from check_account(credentials, environment)


def check_key() -> tuple[CheckResult, Credentials | None]:
    """Check that there is an API key that only its owner can read; return the credentials too.

    They are read as `BingxSpot.from_env` reads them, which rejects a key file that others can read.
    """
    try:
        credentials = Credentials.from_env()
    except CredentialsError as error:
        fix = (
            f"Set {API_KEY_VARIABLE} and {API_SECRET_VARIABLE}; or put "
            f'{{"apiKey": "...", "apiSecret": "..."}} into a file, chmod 600 it, '
            f"and set {KEY_FILE_VARIABLE} to its path."
        )
        return failed("key", str(error), fix), None
    if API_KEY_VARIABLE in os.environ:
        found = f"{API_KEY_VARIABLE} and {API_SECRET_VARIABLE} are set"
    else:
        found = f"{os.environ[KEY_FILE_VARIABLE]} holds both, and only you can read it"
    return passed("key", found), credentials


def _check_exchange(base_url: str, prefix: str) -> Generator[CheckResult, None, bool]:
    """Yield the results for one host, and return whether the exchange responds there."""
    for result in check_host(base_url):
        yield _prefixed(prefix, result)
        if result.status is Status.FAIL:
            return False
    result = check_time(base_url)
    yield _prefixed(prefix, result)
    return result.status is not Status.FAIL


def _prefixed(prefix: str, result: CheckResult) -> CheckResult:
    return replace(result, check=prefix + result.check)
