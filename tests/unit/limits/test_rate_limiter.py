"""The local rate limiter: documented limits, slower rates, and lock-outs."""

import logging
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from bingx_spot.core.resolution import resolve
from bingx_spot.limits import rate_limiter as rate_limiter_module
from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import IpLimits, LocalRateLimiter, Unlimited
from bingx_spot_api.contract import BY_ID, IP_GROUPS, IpGroup, Operation, Rate
from tests.support.scripted_time import ScriptedTime
from tests.unit.core.playing import CANCELLING, Exchange

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
    monkeypatch.setattr(rate_limiter_module, "IP_GROUPS", {3: IpGroup(3, Rate(4, 10.0), (Rate(6, 10.0),))})


def permitted(limits: LocalRateLimiter, most: int, operation: Operation = CANCEL) -> int:
    """Return how many of so many requests may be sent at once, with an immediate response each."""
    for number in range(most):
        reservation = limits.reserve(operation)
        try:
            reservation.seconds_until_ready(0.0)
        except DeadlineTooShort:
            return number
        reservation.complete()
    return most


class TestPerUid:
    def test_are_those_of_the_contract(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
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

    def test_belong_to_one_endpoint(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 100) == 5
        assert permitted(limits, 100, QUERY) == 10

    def test_do_not_exist_where_the_contract_has_none(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 500, UNLIMITED) == 500

    def test_a_server_hint_is_applied(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        reservation = limits.reserve(CANCEL)
        assert reservation.seconds_until_ready(9) == 0.0
        waiting = limits.reserve(CANCEL)
        reservation.complete(remaining=0, window=0.75)
        assert waiting.seconds_until_ready(9) == 0.75
        with pytest.raises(DeadlineTooShort):
            limits.reserve(CANCEL).seconds_until_ready(0.5)
        time.seconds += 0.75
        assert waiting.seconds_until_ready(6) == 0.0

    @pytest.mark.parametrize("window", [3600.0, 8e9])
    def test_a_server_hint_far_in_the_future_costs_one_window(
        self, limits: LocalRateLimiter, window: float
    ) -> None:
        reservation = limits.reserve(CANCEL)
        assert reservation.seconds_until_ready(9) == 0.0
        reservation.complete(remaining=0, window=window)
        assert limits.reserve(CANCEL).seconds_until_ready(9) == 1.0

    def test_a_server_hint_without_an_end_is_ignored(self, limits: LocalRateLimiter) -> None:
        reservation = limits.reserve(CANCEL)
        assert reservation.seconds_until_ready(0) == 0.0
        reservation.complete(0)
        assert permitted(limits, 100) == 4

    def test_a_server_hint_applies_to_one_key(self, time: ScriptedTime) -> None:
        ip_limits = IpLimits(time)
        one, other = LocalRateLimiter(ip_limits=ip_limits), LocalRateLimiter(ip_limits=ip_limits)
        reservation = one.reserve(CANCEL)
        assert reservation.seconds_until_ready(0) == 0.0
        reservation.complete(0, 60.0)
        assert permitted(one, 100) == 0
        assert permitted(other, 100) == 5

    def test_a_server_hint_that_delays_a_waiter_too_long_wakes_it(
        self, limits: LocalRateLimiter, time: ScriptedTime
    ) -> None:
        last, waiting = [limits.reserve(CANCEL) for _ in range(5)][-1], limits.reserve(CANCEL)
        assert permitted(limits, 4) == 4
        time.seconds += 0.5
        assert last.seconds_until_ready(0) == 0.0
        assert waiting.seconds_until_ready(1.25) == 0.5
        woken: list[bool] = []
        waiting.wakeup.subscribe(lambda: woken.append(True))
        time.seconds += 0.5
        last.complete(0, 60.0)
        assert woken
        with pytest.raises(DeadlineTooShort):
            waiting.seconds_until_ready(0.75)


class TestPerIpAddress:
    def test_are_those_of_the_contract(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        assert permitted(limits, 1000, WITHOUT_UID_LIMIT) == 300
        time.seconds += 10.0
        assert permitted(limits, 1000, WITHOUT_UID_LIMIT) == 300

    @pytest.mark.usefixtures("small_group")
    def test_the_endpoints_of_a_group_share_one(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(limits, 10, NEIGHBOUR) == 2

    def test_a_group_may_have_several_limits_and_none_for_an_endpoint(
        self, limits: LocalRateLimiter, time: ScriptedTime, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        group = IpGroup(3, None, (Rate(4, 10.0), Rate(6, 60.0)))
        monkeypatch.setattr(rate_limiter_module, "IP_GROUPS", {3: group})
        assert permitted(limits, 10, WITHOUT_UID_LIMIT) == 4
        time.seconds += 10.0
        assert permitted(limits, 10, NEIGHBOUR) == 2

    def test_each_group_has_its_own(self, limits: LocalRateLimiter, monkeypatch: pytest.MonkeyPatch) -> None:
        groups = {number: IpGroup(number, Rate(4, 10.0), (Rate(6, 10.0),)) for number in (3, 4)}
        monkeypatch.setattr(rate_limiter_module, "IP_GROUPS", groups)
        assert permitted(limits, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(limits, 10, replace(NEIGHBOUR, operation_id="other", ip_group=4)) == 4
        assert permitted(limits, 10, NEIGHBOUR) == 2

    @pytest.mark.usefixtures("small_group")
    def test_a_rejected_caller_uses_nothing_of_the_others(self, limits: LocalRateLimiter) -> None:
        assert permitted(limits, 4, WITHOUT_UID_LIMIT) == 4
        for _ in range(10):
            assert permitted(limits, 1, WITHOUT_UID_LIMIT) == 0
        assert permitted(limits, 10, NEIGHBOUR) == 2

    @pytest.mark.usefixtures("small_group")
    def test_all_keys_of_a_process_share_them(self, time: ScriptedTime) -> None:
        ip_limits = IpLimits(time)
        one, other = LocalRateLimiter(ip_limits=ip_limits), LocalRateLimiter(ip_limits=ip_limits)
        assert permitted(one, 10, WITHOUT_UID_LIMIT) == 4
        assert permitted(other, 10, WITHOUT_UID_LIMIT) == 0
        assert permitted(other, 10, CANCEL) == 2

    @pytest.mark.usefixtures("small_group")
    def test_a_released_permit_wakes_the_other_endpoint(self, limits: LocalRateLimiter) -> None:
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

    def test_an_unknown_group_limits_nothing(self, limits: LocalRateLimiter) -> None:
        assert 99 not in IP_GROUPS
        assert permitted(limits, 400, replace(UNLIMITED, ip_group=99)) == 400


class TestManyThreads:
    @pytest.fixture
    def hasty_threads(self) -> Iterator[None]:
        """Switch threads as often as possible, so that a missing lock shows."""
        default = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        yield
        sys.setswitchinterval(default)

    @pytest.mark.usefixtures("hasty_threads")
    def test_no_permit_is_granted_twice(self, limits: LocalRateLimiter) -> None:
        operation = replace(CANCEL, uid_limit=Rate(100, 1.0))
        with ThreadPoolExecutor(20) as pool:
            assert sum(pool.map(lambda _: permitted(limits, 1, operation), range(1000))) == 100

    @pytest.mark.usefixtures("hasty_threads")
    def test_no_permit_is_lost(self, limits: LocalRateLimiter) -> None:
        def wait_and_release(number: int) -> None:
            reservation = limits.reserve(CANCEL, bulk=bool(number % 2))
            reservation.seconds_until_ready(60.0)
            reservation.release()

        with ThreadPoolExecutor(20) as pool:
            list(pool.map(wait_and_release, range(1000)))
        assert permitted(limits, 100) == 5
        assert not limits.ip_limits.waiting


class TestUseRate:
    def test_applies_to_queues_of_before_and_after(self, time: ScriptedTime) -> None:
        for is_first in (True, False):
            limits = LocalRateLimiter(time)
            if is_first:
                limits.queue_for(CANCEL)
            limits.use_rate("copy-trading")
            assert permitted(limits, 100) == 1

    def test_applies_to_cancels_only(self, limits: LocalRateLimiter) -> None:
        limits.use_rate(0.5)
        assert permitted(limits, 100, QUERY) == 10

    def test_of_several_clients_the_slowest_applies(self, limits: LocalRateLimiter) -> None:
        for rate in (None, 3, 2, 5, None):
            limits.use_rate(rate)
        assert permitted(limits, 100) == 2

    def test_a_fraction_is_spaced(self, limits: LocalRateLimiter, time: ScriptedTime) -> None:
        limits.use_rate(0.5)
        assert permitted(limits, 100) == 1
        time.seconds += 1.75
        assert permitted(limits, 100) == 0
        time.seconds += 0.25
        assert permitted(limits, 100) == 1


class TestAfterLockout:
    @pytest.fixture
    def lockouts(self, time: ScriptedTime) -> Lockouts:
        return Lockouts(time)

    @pytest.fixture
    def limits(self, time: ScriptedTime, lockouts: Lockouts) -> LocalRateLimiter:
        return LocalRateLimiter(time, lockouts=lockouts)

    def lock(
        self,
        limits: LocalRateLimiter,
        time: ScriptedTime,
        lockouts: Lockouts,
        operation_id: str | None = "cancelOrder",
        **hint: float,
    ) -> None:
        """Let one of three requests be answered with a lock-out of a minute, which then passes."""
        reservations = [limits.reserve(CANCEL) for _ in range(3)]
        for reservation in reservations:
            while pause := reservation.seconds_until_ready(100.0):
                time.seconds += pause
        lockouts.lock(operation_id, 60.0)
        for reservation in reservations:
            reservation.complete(**hint)  # type: ignore[arg-type]
        time.seconds += 120.0

    def test_without_headers_the_run_continues_slower(
        self,
        limits: LocalRateLimiter,
        time: ScriptedTime,
        lockouts: Lockouts,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        with caplog.at_level(logging.WARNING, "bingx_spot"):
            self.lock(limits, time, lockouts)
        assert permitted(limits, 100) == 1
        time.seconds += 3600.0
        assert permitted(limits, 100) == 1
        assert [record.getMessage() for record in caplog.records] == [
            "the exchange locked cancelOrder at 5 per 1 s; continuing at 1 per 1 s after the lock-out. "
            "For a copy-trading account set rate='copy-trading'. Does another program use this key?"
        ]

    def test_another_one_slows_it_down_further(
        self, limits: LocalRateLimiter, time: ScriptedTime, lockouts: Lockouts
    ) -> None:
        for _ in range(3):
            self.lock(limits, time, lockouts)
        assert limits.queue_for(CANCEL).own_rate == Rate(1, 4.0)

    def test_with_headers_the_rate_stays(
        self, limits: LocalRateLimiter, time: ScriptedTime, lockouts: Lockouts
    ) -> None:
        self.lock(limits, time, lockouts, remaining=0, window=1.0)
        assert permitted(limits, 100) == 5

    def test_of_everything_the_rate_stays(
        self, limits: LocalRateLimiter, time: ScriptedTime, lockouts: Lockouts
    ) -> None:
        self.lock(limits, time, lockouts, None)
        assert permitted(limits, 100) == 5

    def test_of_another_endpoint_the_rate_stays(
        self, limits: LocalRateLimiter, time: ScriptedTime, lockouts: Lockouts
    ) -> None:
        self.lock(limits, time, lockouts, "queryOrder")
        assert permitted(limits, 100) == 5


def test_unlimited_never_waits() -> None:
    reservations = [Unlimited().reserve(CANCEL, bulk=bulk) for bulk in (False, True) for _ in range(100)]
    for reservation in reservations:
        assert reservation.seconds_until_ready(0.0) == 0.0
        assert reservation.wakeup is None
        reservation.complete(0, 60.0)
        reservation.release()


# What a signal handler or the garbage collector may do in the middle of a change.


def test_a_signal_handler_may_reserve_in_the_middle_of_a_change(limits: LocalRateLimiter) -> None:
    with limits.ip_limits:
        assert limits.reserve(CANCEL).seconds_until_ready(1.0) == 0.0


def test_a_release_in_the_middle_of_a_change_is_deferred(limits: LocalRateLimiter) -> None:
    reservations = [limits.reserve(CANCEL) for _ in range(6)]
    assert [reservation.seconds_until_ready(60.0) > 0 for reservation in reservations] == [False] * 5 + [True]
    with limits.ip_limits:
        reservations[0].release()
        assert reservations[0].permit is not None
        assert len(limits.queue_for(CANCEL)) == 1
    assert reservations[0].permit is None
    assert reservations[5].permit is not None


def test_a_release_does_not_wait_for_another_thread(limits: LocalRateLimiter) -> None:
    reservation = limits.reserve(CANCEL)
    assert reservation.seconds_until_ready(1.0) == 0.0
    with limits.ip_limits:
        releasing = threading.Thread(target=reservation.release)
        releasing.start()
        releasing.join(30)
        assert not releasing.is_alive()
        assert reservation.permit is not None
    assert reservation.permit is None


def test_an_abandoned_call_leaves_the_queue() -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    exchange = Exchange(time, limits)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    abandoned = resolve(exchange.context, CANCELLING)
    next(abandoned)
    assert len(limits.queue_for(CANCEL)) == 1
    del abandoned
    assert len(limits.queue_for(CANCEL)) == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interrupted_call_leaves_the_queue(interruption: BaseException) -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    waiting = resolve(Exchange(time, limits).context, CANCELLING)
    next(waiting)
    with pytest.raises(type(interruption)):
        waiting.throw(interruption)
    assert len(limits.queue_for(CANCEL)) == 0


def test_a_forked_child_waits_for_no_response_to_its_parent(
    limits: LocalRateLimiter, time: ScriptedTime
) -> None:
    """Here without a fork; tests/e2e/embedding has one."""
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    assert limits.reserve(CANCEL).seconds_until_ready(60.0) > 0
    limits.after_fork_in_child()
    queue = limits.queue_for(CANCEL)
    assert len(queue) == 0
    assert queue.next_free_at(time(), bulk=False) - time() == pytest.approx(1.05)
