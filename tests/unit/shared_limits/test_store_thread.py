"""Processes that share a limit through a store that fails, in virtual time."""

import copy
import gc
import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings

from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot.shared_limits import store_thread
from bingx_spot.shared_limits.allocation import Allocation, ProcessReport, State, allocate
from bingx_spot.shared_limits.store import StoreError
from bingx_spot.shared_limits.store_thread import SharedLimits, StoreHealth
from bingx_spot.shared_limits.sync import SETTLE_SECONDS
from bingx_spot_api.contract import BY_ID, Rate
from tests.support.handling import handled_at_every_line
from tests.support.scripted_time import ScriptedTime
from tests.unit.limits.queueing import fullest_window
from tests.unit.shared_limits.answers import unexpected

CANCEL = BY_ID["cancelOrder"]
TICK = 0.02


@dataclass
class MemoryStore:
    """A store in memory, on virtual time."""

    time: ScriptedTime
    states: dict[str, State] = field(default_factory=dict)
    skew: float = 0.0
    error: BaseException | None = None
    alter: Callable[[Any], Any] = lambda answer: answer
    is_closed: bool = False

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        if self.error is not None:
            raise self.error
        answer: Allocation = self.alter(
            allocate(self.states.setdefault(name, {}), (self.time() + self.skew) * 1000, report)
        )
        return answer

    def restore(self, states: dict[str, State]) -> None:
        """Go back to a copy; {} is none."""
        self.states = copy.deepcopy(states)

    def close(self) -> None:
        self.is_closed = True


class Process:
    """A process whose callers want permits all the time.

    Attributes:
        code: What each response says; 0 for success.
    """

    def __init__(self, time: ScriptedTime, store: MemoryStore, callers: int, seed: int) -> None:
        self.time, self.callers = time, callers
        self.random = random.Random(seed)  # noqa: S311 - a seed to repeat a failure, no secret
        self.lockouts = Lockouts(time)
        self.limits = LocalRateLimiter(time, lockouts=self.lockouts)
        self.guard = RepeatedErrorGuard(time)
        account = AccountState(self.limits, self.lockouts, self.guard)
        self.shared = SharedLimits(account, store, "limit:{}".format)
        # Random otherwise; it breaks ties.
        self.shared._process = f"p{seed}"
        self.waiting: list[LocalReservation] = []
        self.pending: list[tuple[float, LocalReservation]] = []
        self.arrivals: list[float] = []
        self.code = 0

    def tick(self) -> None:
        now = self.time()
        self.waiting += [self.limits.reserve(CANCEL) for _ in range(self.callers - len(self.waiting))]
        # As callers do: when woken, or when their time has come.
        polled = [each for each in self.waiting if each.wakeup.is_set or each.wakes_at <= now]
        for reservation in [each for each in polled if each.seconds_until_ready(1000.0) == 0]:
            self.waiting.remove(reservation)
            if not self.guard.acquire("cancelOrder", known_open=False):
                reservation.release()
                continue
            self.arrivals.append(now + self.random.random() * 0.05)
            self.pending.append((self.arrivals[-1] + self.random.random() * 0.05, reservation))
        for responded, reservation in [each for each in self.pending if each[0] <= now]:
            self.pending.remove((responded, reservation))
            if self.code:
                self.guard.record("cancelOrder", self.code)
            else:
                self.guard.record_success("cancelOrder")
            reservation.complete()
            self.guard.release("cancelOrder")
        self.shared.exchange_due()


class Fleet:
    """Several processes, one store, one clock."""

    def __init__(self, processes: int = 2, callers: int = 3, seed: int = 0) -> None:
        self.time = ScriptedTime()
        self.store = MemoryStore(self.time)
        self.processes = [
            Process(self.time, self.store, callers, seed * 10 + number) for number in range(processes)
        ]

    @property
    def arrivals(self) -> list[float]:
        return sorted(each for process in self.processes for each in process.arrivals)

    def longest_gap(self) -> float:
        """Return the longest time without an arrival until now, in seconds."""
        return max(after - before for before, after in pairwise([*self.arrivals, self.time()]))

    def run(self, seconds: float) -> int:
        """Let time pass, and return how many requests were sent."""
        before = len(self.arrivals)
        for _ in range(round(seconds / TICK)):
            self.time.seconds += TICK
            for process in self.processes:
                process.tick()
        return len(self.arrivals) - before


class NoThread:
    """Stands in for the store thread: the test drives the exchanges."""

    def __init__(self, **_: Any) -> None:
        pass

    def start(self) -> None:
        pass

    def is_alive(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_thread, "Thread", NoThread)


def unavailable() -> StoreError:
    return StoreError("ConnectionError: Connection refused")


def test_processes_share_the_rate_fairly() -> None:
    fleet = Fleet(processes=3)
    assert fleet.run(8.0) >= 30
    counts = [len(process.arrivals) for process in fleet.processes]
    # One process may just have had a burst of all permits.
    assert max(counts) - min(counts) <= 5
    assert fullest_window(fleet.arrivals, 1.0) <= 5


class Planted(BaseException):
    """What no client library should raise."""


@pytest.mark.parametrize("error", [unavailable, Planted], ids=["known", "any"])
def test_without_the_store_each_process_keeps_to_its_share(
    error: Callable[[], BaseException], caplog: pytest.LogCaptureFixture
) -> None:
    fleet = Fleet()
    with caplog.at_level(logging.WARNING, "bingx_spot"):
        fleet.run(3.0)
        fleet.store.error = error()
        assert fleet.run(1.2) <= 5
        assert fleet.run(5.0) >= 16
        fleet.store.error = None
        assert fleet.run(8.0) >= 30
    assert fullest_window(fleet.arrivals, 1.0) <= 5
    texts = [record.getMessage() for record in caplog.records]
    reason = "Planted" if isinstance(error(), Planted) else "ConnectionError: Connection refused"
    gone = f"shared rate limiter unavailable ({reason}); falling back to this process's share of the limit"
    assert texts == [gone] * 2 + ["shared rate limiter available again"] * 2


def test_a_short_failure_is_not_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    fleet = Fleet()
    fleet.run(2.0)
    fleet.store.error = unavailable()
    fleet.run(0.5)
    fleet.store.error = None
    assert fleet.run(5.0) >= 18
    assert fullest_window(fleet.arrivals, 1.0) <= 5
    assert not caplog.records


class TestStateThatGoesBack:
    """Emptied, or restored from a copy. What is held has expired after a window and a quarter of a second."""

    LONGEST_GAP = 2.3

    @pytest.mark.parametrize("age", [0.2, 0.5, 1.0])
    def test_a_copy_neither_exceeds_the_limit_nor_stops_anybody_for_long(self, age: float) -> None:
        fleet = Fleet(processes=3)
        fleet.run(2.0)
        for _ in range(2):
            states = copy.deepcopy(fleet.store.states)
            fleet.run(age)
            fleet.store.restore(states)
            fleet.run(3.0)
        assert fullest_window(fleet.arrivals, 1.0) <= 5
        assert fleet.longest_gap() < self.LONGEST_GAP

    @pytest.mark.parametrize("every", [0.1, 1.0, 2.0])
    def test_emptied_again_and_again_it_stops_everybody_once(self, every: float) -> None:
        fleet = Fleet(processes=3)
        fleet.run(2.0)
        for _ in range(round(6.0 / every)):
            fleet.store.restore({})
            fleet.run(every)
        assert fullest_window(fleet.arrivals, 1.0) <= 5
        assert fleet.longest_gap() < self.LONGEST_GAP
        # Each keeps to its share, one of five.
        assert fleet.run(3.0) >= 8

    def sent_after_a_copy(self, pause: float) -> Fleet:
        """Return a fleet of which one process sends, and after the copy and a pause one that was silent."""
        fleet = Fleet(processes=2, callers=0)
        silent, busy = fleet.processes
        for process in fleet.processes:
            process.callers = 1
            fleet.run(0.1)
            process.callers = 0
        fleet.run(3.5)
        states = copy.deepcopy(fleet.store.states)
        busy.callers = 5
        fleet.run(TICK * 2)
        busy.callers = 0
        # All responses are there, and reported.
        fleet.run(0.2)
        fleet.store.restore(states)
        fleet.run(pause)
        silent.callers = 5
        fleet.run(2.0)
        return fleet

    def test_a_process_that_has_just_sent_notices_without_a_caller(self) -> None:
        assert fullest_window(self.sent_after_a_copy(0.15).arrivals, 1.0) <= 5

    def test_the_most_is_twice_the_limit_where_no_process_can_notice(self) -> None:
        # The first to ask has asked for nothing since the copy was made: for it, nobody has sent anything.
        assert 5 < fullest_window(self.sent_after_a_copy(0.0).arrivals, 1.0) <= 10


def test_a_process_that_waits_for_nothing_knows_its_share_all_the_same() -> None:
    fleet = Fleet(processes=2)
    first, second = fleet.processes
    fleet.processes = [first]
    fleet.run(0.2)
    first.callers = 0
    fleet.run(3.0)
    fleet.processes = [first, second]
    # Another endpoint, which the second does not use.
    first.limits.reserve(BY_ID["queryOrder"]).seconds_until_ready(1000.0)
    fleet.run(1.2)
    fleet.store.error = unavailable()
    fleet.run(1.2)
    first.callers = 3
    begin = len(fleet.arrivals)
    assert fleet.run(6.0) >= 16
    assert fullest_window(fleet.arrivals[begin:], 1.0) <= 4


@pytest.mark.parametrize("seconds", [3.0, 40.0])
def test_a_process_that_did_not_notice_an_outage_keeps_to_its_share(seconds: float) -> None:
    fleet = Fleet(processes=4)
    idle = fleet.processes[0]
    fleet.run(2.0)
    idle.callers = 0
    fleet.run(4.0)
    fleet.store.error = unavailable()
    fleet.run(seconds)
    fleet.store.error, idle.callers = None, 5
    fleet.run(4.0)
    assert fullest_window(fleet.arrivals, 1.0) <= 5


def test_a_process_that_has_never_reached_the_store_shares_with_others() -> None:
    fleet = Fleet(processes=3)
    fleet.store.error = unavailable()
    assert fleet.run(6.0) >= 12
    assert fullest_window(fleet.arrivals, 1.0) <= 3


@pytest.mark.parametrize("store_is_held", [False, True])
def test_a_process_stopped_in_an_exchange_uses_no_permit_that_has_expired(store_is_held: bool) -> None:
    fleet = Fleet(processes=3)
    fleet.run(2.0)
    stopped, stops = fleet.processes.pop(), []

    def stop(answer: Allocation) -> Allocation:
        if answer["granted"] and not stops:
            stops.append(fleet.time())
            # The others reach the store meanwhile, or find its file locked.
            fleet.store.error = unavailable() if store_is_held else None
            fleet.run(8.0)
            fleet.store.error = None
        return answer

    while not stops:
        fleet.run(TICK)
        fleet.store.alter = stop
        stopped.tick()
        fleet.store.alter = lambda answer: answer
    fleet.processes.append(stopped)
    fleet.run(4.0)
    assert fullest_window(fleet.arrivals, 1.0) <= 5
    assert stopped.arrivals[-1] > stops[0] + 8.0


@pytest.mark.parametrize("seed", range(3))
def test_outages_at_any_time_never_lead_to_too_many(seed: int) -> None:
    fleet = Fleet(processes=2, seed=seed)
    dice = random.Random(seed)  # noqa: S311 - a seed to repeat a failure, no secret
    for _ in range(3):
        fleet.run(1.0 + dice.random())
        fleet.store.error = unavailable()
        fleet.run(dice.random() * 4)
        fleet.store.error = None
        if dice.random() < 0.5:
            fleet.store.states.clear()
    fleet.run(3.0)
    assert fullest_window(fleet.arrivals, 1.0) <= 5


def test_the_slowest_rate_applies_to_all() -> None:
    fleet = Fleet()
    fleet.processes[0].limits.use_rate("copy-trading")
    fleet.run(1.0)
    begin = len(fleet.arrivals)
    sent = fleet.run(10.0)
    assert 8 <= sent <= 10
    assert fullest_window(fleet.arrivals[begin:], 1.0) <= 1


def test_a_lockout_slows_every_process_down() -> None:
    fleet = Fleet()
    fleet.run(2.0)
    first = fleet.processes[0]
    while not first.pending:
        fleet.run(TICK)
    first.lockouts.lock("cancelOrder", 2.0)
    for _, reservation in first.pending:
        reservation.complete()
    first.pending.clear()
    fleet.run(0.1)
    assert fleet.processes[1].lockouts.seconds_left("cancelOrder") > 1.0
    fleet.run(4.0)
    assert all(each.limits.queue_for(CANCEL).windows[0].rate == Rate(1, 1.0) for each in fleet.processes)


@pytest.mark.parametrize("skew", [-3.0, -3600.0])
def test_a_clock_of_the_store_that_goes_back_changes_nothing(skew: float) -> None:
    fleet = Fleet(processes=3)
    fleet.run(2.0)
    fleet.store.skew = skew
    assert fleet.run(6.0) >= 25
    assert fullest_window(fleet.arrivals, 1.0) <= 5


class TestEqualErrors:
    """Twenty lock the endpoint for eight minutes, whichever processes met them."""

    def test_are_counted_together(self) -> None:
        fleet = Fleet(processes=3)
        for process in fleet.processes:
            process.code = 100404
        fleet.run(12.0)
        assert len(fleet.arrivals) == 17

    def test_of_a_process_that_has_ended_count(self) -> None:
        fleet = Fleet(processes=2)
        first, second = fleet.processes
        first.code = second.code = 100404
        fleet.processes = [first]
        fleet.run(2.0)
        met = len(first.arrivals)
        first.shared.flush()
        fleet.processes = [second]
        fleet.run(12.0)
        assert met > 5
        assert len(first.arrivals) + len(second.arrivals) == 17

    def test_are_restored_where_the_store_loses_them(self) -> None:
        fleet = Fleet(processes=3)
        for process in fleet.processes:
            process.code = 100404
        for _ in range(12):
            fleet.run(1.0)
            fleet.store.restore({})
        assert len(fleet.arrivals) == 17

    @pytest.mark.parametrize("after", [0.0, 1.5, 3.0])
    def test_never_reach_twenty_without_the_store(self, after: float) -> None:
        fleet = Fleet(processes=3)
        fleet.run(2.0)
        before = len(fleet.arrivals)
        for process in fleet.processes:
            process.code = 100404
        fleet.run(after)
        fleet.store.error = unavailable()
        fleet.run(20.0)
        assert len(fleet.arrivals) - before < 20


class TestUnexpectedAnswers:
    @settings(max_examples=15)
    @given(unexpected)
    def test_are_an_outage(self, alter: Callable[[Any], Any]) -> None:
        fleet = Fleet(processes=1, callers=2)
        fleet.run(0.1)
        fleet.store.alter = alter
        # A process that is alone has all of the limit.
        assert fleet.run(2.5) >= 8
        del fleet.store.alter
        fleet.run(1.5)
        assert fleet.run(2.0) >= 8
        assert fullest_window(fleet.arrivals, 1.0) <= 5

    def test_of_more_permits_than_were_asked_for_is_one(self, caplog: pytest.LogCaptureFixture) -> None:
        fleet = Fleet()
        fleet.run(2.0)
        fleet.store.alter = lambda answer: {**answer, "granted": answer["granted"] * 2 + ["p0:99"]}
        assert fleet.run(6.0) >= 12
        assert "shared rate limiter unavailable (an unexpected answer)" in caplog.text
        assert fullest_window(fleet.arrivals, 1.0) <= 5


class TestStoreHealth:
    @pytest.fixture
    def health(self) -> StoreHealth:
        health = StoreHealth()
        health.mark_ok(4)
        return health

    def test_one_failure_stops_grants_for_a_window(self, health: StoreHealth) -> None:
        assert not health.mark_failed(10.0, 1.0)
        assert not health.is_local
        assert not health.mark_failed(10.0 + 1.0 + SETTLE_SECONDS - 0.01, 1.0)

    def test_an_answer_within_the_window_ends_the_failure(self, health: StoreHealth) -> None:
        health.mark_failed(10.0, 1.0)
        assert not health.mark_ok(4)
        assert health.failing_since is None
        assert not health.mark_failed(20.0, 1.0)
        assert not health.is_local

    def test_after_a_window_the_process_switches_to_its_share_once(self, health: StoreHealth) -> None:
        health.mark_failed(10.0, 1.0)
        assert health.mark_failed(11.25, 1.0)
        assert health.is_local
        assert not health.mark_failed(12.25, 1.0)
        assert health.is_local

    def test_it_switches_back_once(self, health: StoreHealth) -> None:
        health.mark_failed(10.0, 1.0)
        health.mark_failed(11.25, 1.0)
        assert health.mark_ok(3)
        assert (health.is_local, health.members) == (False, 3)
        assert not health.mark_ok(3)

    def test_a_single_process_switches_at_once(self, health: StoreHealth) -> None:
        health.mark_ok(1)
        assert health.mark_failed(10.0, 1.0)
        assert health.is_local

    def test_a_process_that_knows_no_members_waits(self) -> None:
        health = StoreHealth()
        assert not health.mark_failed(10.0, 1.0)
        assert health.mark_failed(11.25, 1.0)


class Limits:
    """Stands in for shared limits: records exchanges, and ends the thread with the first."""

    def __init__(self) -> None:
        self.exchanges = 0

    def exchange_due(self) -> float:
        self.exchanges += 1
        if self.exchanges == 1:
            raise SystemExit
        return 60.0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_thread_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_thread, "Thread", threading.Thread)
    limits = Limits()
    thread = store_thread._StoreThread(limits)  # type: ignore[arg-type]
    for number in (1, 2, 3):
        thread.wake()
        end = time.monotonic() + 20
        while limits.exchanges < number or (number == 1 and thread._is_alive()):
            assert time.monotonic() < end
            time.sleep(0.001)
    thread.stop()


def test_a_thread_that_cannot_start_is_started_later(monkeypatch: pytest.MonkeyPatch) -> None:
    starts: list[object] = []

    def start(thread: object) -> None:
        starts.append(thread)
        if len(starts) == 1:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(NoThread, "start", start)
    monkeypatch.setattr(NoThread, "is_alive", lambda _: len(starts) > 1)
    thread = store_thread._StoreThread(Limits())  # type: ignore[arg-type]
    for _ in range(3):
        thread.wake()
    assert len(starts) == 2


def test_limits_without_a_client_close_their_store() -> None:
    fleet = Fleet(processes=1)
    fleet.run(0.1)
    fleet.processes.clear()
    gc.collect()
    assert fleet.store.is_closed


def test_a_signal_handler_may_wake_the_thread_while_its_own_does() -> None:
    account = AccountState()
    shared = SharedLimits(account, MemoryStore(ScriptedTime()), str)
    shared._thread.wake()
    assert handled_at_every_line(shared._thread.wake, shared._thread.wake) > 1
