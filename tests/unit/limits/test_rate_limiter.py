"""The limits of the contract: which windows an endpoint has, and who shares them."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bingx_spot.limits import rate_limiter as address_module
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import IpLimits, LocalRateLimiter, Unlimited
from bingx_spot_api.contract import BY_ID, IP_GROUPS, IpGroup, Operation, Rate
from tests.support.scripted_time import ScriptedTime

CANCEL = BY_ID["cancelOrder"]
QUERY = BY_ID["queryOrder"]
WITHOUT_UID_LIMIT = replace(CANCEL, operation_id="withoutUidLimit", uid_limit=None)
NEIGHBOUR = replace(CANCEL, operation_id="neighbour", uid_limit=None)
UNLIMITED = replace(CANCEL, operation_id="unlimited", uid_limit=None, ip_group=None)


@pytest.fixture
def time() -> ScriptedTime:
    return ScriptedTime()


@pytest.fixture
def limits(time: ScriptedTime) -> LocalRateLimiter:
    return LocalRateLimiter(time)


@pytest.fixture
def small_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an endpoint of group 3 have 4 requests in 10 s, and the group 6."""
    monkeypatch.setattr(address_module, "IP_GROUPS", {3: IpGroup(3, Rate(4, 10.0), Rate(6, 10.0))})


def permitted(limits: LocalRateLimiter, most: int, operation: Operation = CANCEL) -> int:
    """Count how many requests may go at once, each answered at once."""
    for number in range(most):
        reservation = limits.reserve(operation)
        try:
            reservation.seconds_until_ready(0.0)
        except DeadlineTooShort:
            return number
        reservation.complete()
    return most


class TestPerUid:
    def test_are_the_contract_s(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        assert CANCEL.uid_limit == Rate(5, 1.0)
        assert permitted(limits, 100) == 5
        time.seconds += 1.0
        assert permitted(limits, 100) == 5
        time.seconds += 3600.0
        assert permitted(limits, 100) == 5

    def test_slide(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        for _ in range(5):
            assert permitted(limits, 1) == 1
            time.seconds += 0.125
        assert limits.reserve(CANCEL).seconds_until_ready(60) == 1 - 5 * 0.125

    def test_are_each_endpoint_s_own(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 100) == 5
        assert permitted(limits, 100, QUERY) == 10

    def test_are_none_where_the_contract_has_none(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 500, UNLIMITED) == 500

    def test_what_the_exchange_says_of_them_is_believed(
        self, limits: LocalRateLimiter, time: ScriptedTime
    ) -> None:
        reservation = limits.reserve(CANCEL)
        assert reservation.seconds_until_ready(9) == 0.0
        waiting = limits.reserve(CANCEL)
        reservation.complete(0, 3.0)
        assert waiting.seconds_until_ready(9) == 3.0
        with pytest.raises(DeadlineTooShort):
            limits.reserve(CANCEL).seconds_until_ready(2.5)
        time.seconds += 3.0
        assert waiting.seconds_until_ready(6) == 0.0

    def test_what_the_exchange_says_without_an_end_says_nothing(self, limits: LocalRateLimiter) -> None:
        reservation = limits.reserve(CANCEL)
        assert reservation.seconds_until_ready(0) == 0.0
        reservation.complete(0)
        assert permitted(limits, 100) == 4

    def test_what_the_exchange_says_holds_for_one_key(self, time: ScriptedTime) -> None:
        address = IpLimits(time)
        one, other = LocalRateLimiter(address=address), LocalRateLimiter(address=address)
        reservation = one.reserve(CANCEL)
        assert reservation.seconds_until_ready(0) == 0.0
        reservation.complete(0, 60.0)
        assert permitted(one, 100) == 0
        assert permitted(other, 100) == 5

    def test_that_others_use_up_are_told_at_once_to_those_who_wait(
        self, limits: LocalRateLimiter, time: ScriptedTime
    ) -> None:
        last, waiting = [limits.reserve(CANCEL) for _ in range(5)][-1], limits.reserve(CANCEL)
        assert permitted(limits, 4) == 4
        time.seconds += 0.5
        assert last.seconds_until_ready(0) == 0.0
        assert waiting.seconds_until_ready(2.0) == 0.5
        woken: list[bool] = []
        waiting.wakeup.subscribe(lambda: woken.append(True))
        time.seconds += 0.5
        last.complete(0, 60.0)
        assert woken
        with pytest.raises(DeadlineTooShort):
            waiting.seconds_until_ready(1.5)


class TestPerIpAddress:
    def test_are_the_contract_s(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        assert permitted(limits, 1000, WITHOUT_UID_LIMIT) == 300
        time.seconds += 10.0
        assert permitted(limits, 1000, WITHOUT_UID_LIMIT) == 300

    @pytest.mark.usefixtures("small_group")
    def test_the_endpoints_of_a_group_share_one(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(limits, 10, NEIGHBOUR) == 2

    def test_each_group_has_its_own(self, limits: LocalRateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
        groups = {number: IpGroup(number, Rate(4, 10.0), Rate(6, 10.0)) for number in (3, 4)}
        monkeypatch.setattr(address_module, "IP_GROUPS", groups)
        assert permitted(limits, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(limits, 10, replace(NEIGHBOUR, operation_id="other", ip_group=4)) == 4
        assert permitted(limits, 10, NEIGHBOUR) == 2

    @pytest.mark.usefixtures("small_group")
    def test_a_refusal_by_one_takes_nothing_of_the_others(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 4, WITHOUT_UID_LIMIT) == 4
        for _ in range(10):
            assert permitted(limits, 1, WITHOUT_UID_LIMIT) == 0
        assert permitted(limits, 10, NEIGHBOUR) == 2

    @pytest.mark.usefixtures("small_group")
    def test_all_keys_of_a_process_share_them(self, time: ScriptedTime) -> None:
        address = IpLimits(time)
        one, other = LocalRateLimiter(address=address), LocalRateLimiter(address=address)
        assert permitted(one, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(other, 10, WITHOUT_UID_LIMIT) == 0
        assert permitted(other, 10, CANCEL) == 2

    @pytest.mark.usefixtures("small_group")
    def test_a_permit_that_comes_back_wakes_the_other_endpoint(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 4, WITHOUT_UID_LIMIT) == 4
        unsent = limits.reserve(NEIGHBOUR)
        assert unsent.seconds_until_ready(0) == 0.0
        assert permitted(limits, 10, NEIGHBOUR) == 1
        waiting = limits.reserve(CANCEL)
        assert waiting.seconds_until_ready(60) == 10.0
        woken: list[bool] = []
        waiting.wakeup.subscribe(lambda: woken.append(True))
        unsent.release()
        assert woken
        assert waiting.seconds_until_ready(60) == 0.0

    def test_a_group_that_the_contract_does_not_describe_limits_nothing(
        self, limits: LocalRateLimiter
    ) -> None:
        assert 99 not in IP_GROUPS
        assert permitted(limits, 400, replace(UNLIMITED, ip_group=99)) == 400


class TestManyThreads:
    @pytest.fixture
    def hasty_threads(self) -> Iterator[None]:
        """Let Python change between threads as often as it can, so that a missing lock shows."""
        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        yield
        sys.setswitchinterval(usual)

    @pytest.mark.usefixtures("hasty_threads")
    def test_no_permit_is_given_twice(self, limits: LocalRateLimiter) -> None:
        operation = replace(CANCEL, uid_limit=Rate(100, 1.0))
        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(lambda _: permitted(limits, 1, operation), range(1000))) == 100

    @pytest.mark.usefixtures("hasty_threads")
    def test_none_is_lost_where_they_come_and_go(self, limits: LocalRateLimiter) -> None:
        def come_and_go(number: int) -> None:
            reservation = limits.reserve(CANCEL, bulk=bool(number % 2))
            reservation.seconds_until_ready(60.0)
            reservation.release()

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(come_and_go, range(1000)))
        assert permitted(limits, 100) == 5
        assert not limits.address.waiting


def test_without_limits_nothing_ever_waits() -> None:
    tickets = [Unlimited().reserve(CANCEL, bulk=bulk) for bulk in (False, True) for _ in range(100)]
    for reservation in tickets:
        assert reservation.seconds_until_ready(0.0) == 0.0
        assert reservation.wakeup is None
        reservation.complete(0, 60.0)
        reservation.release()
