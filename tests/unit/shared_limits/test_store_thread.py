"""Processes that share a limit through a store that fails, in virtual time."""

import gc
import logging
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot.shared_limits import store_thread
from bingx_spot.shared_limits.allocation import Allocation, ProcessReport, State, allocate
from bingx_spot.shared_limits.store import StoreError
from bingx_spot.shared_limits.store_thread import SharedLimits
from bingx_spot_api.contract import BY_ID, Rate
from tests.support.scripted_time import ScriptedTime
from tests.unit.limits.queueing import fullest_window

CANCEL = BY_ID["cancelOrder"]
TICK = 0.01


@dataclass
class MemoryStore:
    """A store in memory, on virtual time."""

    time: ScriptedTime
    states: dict[str, State] = field(default_factory=dict)
    error: Exception | None = None
    is_closed: bool = False

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        if self.error is not None:
            raise self.error
        return allocate(self.states.setdefault(name, {}), self.time() * 1000, report)

    def close(self) -> None:
        self.is_closed = True


class Process:
    """A process whose callers want permits all the time."""

    def __init__(self, time: ScriptedTime, store: MemoryStore, callers: int, seed: int) -> None:
        self.time, self.callers = time, callers
        self.random = random.Random(seed)  # noqa: S311 - a seed to repeat a failure, no secret
        self.lockouts = Lockouts(time)
        self.limits = LocalRateLimiter(time, lockouts=self.lockouts)
        self.shared = SharedLimits(AccountState(self.limits, self.lockouts), store, "limit:{}".format)
        # Random otherwise; it breaks ties.
        self.shared._process = f"p{seed}"
        self.waiting: list[LocalReservation] = []
        self.pending: list[tuple[float, LocalReservation]] = []
        self.arrivals: list[float] = []
        self.due = 0.0

    def tick(self) -> None:
        now = self.time()
        self.waiting += [self.limits.reserve(CANCEL) for _ in range(self.callers - len(self.waiting))]
        for reservation in [each for each in self.waiting if each.seconds_until_ready(1000.0) == 0]:
            self.waiting.remove(reservation)
            self.arrivals.append(now + self.random.random() * 0.05)
            self.pending.append((self.arrivals[-1] + self.random.random() * 0.05, reservation))
        for responded, reservation in [each for each in self.pending if each[0] <= now]:
            self.pending.remove((responded, reservation))
            reservation.complete()
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


@pytest.mark.parametrize("error", [unavailable, lambda: RuntimeError("planted")], ids=["known", "any"])
def test_without_the_store_each_process_keeps_to_its_share(
    error: Callable[[], Exception], caplog: pytest.LogCaptureFixture
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
    reason = "RuntimeError" if isinstance(error(), RuntimeError) else "ConnectionError: Connection refused"
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


@pytest.mark.parametrize("seed", range(3))
def test_a_lost_state_never_leads_to_too_many(seed: int) -> None:
    fleet = Fleet(seed=seed)
    dice = random.Random(seed)  # noqa: S311 - a seed to repeat a failure, no secret
    for _ in range(4):
        fleet.run(1.0 + dice.random() * 2)
        fleet.store.states.clear()
    fleet.run(2.0)
    assert fullest_window(fleet.arrivals, 1.0) <= 5


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


def test_limits_without_a_client_close_their_store() -> None:
    fleet = Fleet(processes=1)
    fleet.run(0.1)
    fleet.processes.clear()
    gc.collect()
    assert fleet.store.is_closed
