"""Look at one thing after another, from the key file to the account."""

from collections.abc import Callable, Generator, Iterator

from bingx_spot.doctor.check_exchange import NO_ORDER, SYMBOL, look_at_account, look_at_time
from bingx_spot.doctor.check_keys import check_keys
from bingx_spot.doctor.check_network import check_host, check_proxy
from bingx_spot.doctor.check_result import CheckResult, Status, skipped
from bingx_spot.doctor.check_shared_limits import check_shared_limits
from bingx_spot.environments import Environment

#: What a person is asked before the account is looked at.
QUESTION = (
    f"To see whether the key works, cancel order {NO_ORDER} of {SYMBOL}? No such order can exist, "
    "so nothing can be cancelled by it."
)


def run_checks(environment: str, may_probe: Callable[[], bool]) -> Iterator[CheckResult]:
    """Yield each finding as it is known.

    Args:
        environment: `live`, `vst`, `sandbox` or a base URL.
        may_probe: Asks for leave to send cancels of an order id that cannot exist; asked only if all
            that they need works.

    Raises:
        InvalidInput: There is no such environment.
    """
    place = Environment.parse(environment)
    key, credentials = check_keys()
    yield key
    yield check_shared_limits()
    yield check_proxy(place.base_url)
    reached = yield from _reached(place.base_url, "")
    if place.fallback_url is not None:
        yield from _reached(place.fallback_url, "fallback ")
    if credentials is None:
        yield skipped("key accepted", "there is no key to try")
    elif not reached:
        yield skipped("key accepted", "the exchange was not reached")
    elif not may_probe():
        yield skipped("key accepted", "not tried", "Run this again with --yes.")
    else:
        yield from look_at_account(credentials, environment)


def _reached(base_url: str, prefix: str) -> Generator[CheckResult, None, bool]:
    """Yield the findings of one host, and return whether the exchange answers there."""
    for finding in check_host(base_url):
        yield _named(prefix, finding)
        if finding.verdict is Status.FAIL:
            return False
    answered = look_at_time(base_url)
    yield _named(prefix, answered)
    return answered.verdict is not Status.FAIL


def _named(prefix: str, finding: CheckResult) -> CheckResult:
    return CheckResult(prefix + finding.check, finding.verdict, finding.found, finding.mend)
