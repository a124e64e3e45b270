"""What the limits decide, by a clock that the test moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox.endpoints import Endpoint
from bingx_sandbox.limits import Caller, Limits
from bingx_sandbox.rates import LOCK_SECONDS, TOLERATED_AFTER_LOCK, LimitScale, Rate


def endpoint(name: str, uid_rate: Rate | None = None, ip_group: int = 3) -> Endpoint:
    return Endpoint(name, lambda _state, _parameters: None, uid_rate=uid_rate, ip_group=ip_group)


CANCEL = Caller("127.0.0.1", "1", endpoint("POST /cancel", Rate(5, 1)))
OTHER_UID = Caller("127.0.0.1", "2", CANCEL.endpoint)
QUERY = Caller("127.0.0.1", "1", endpoint("GET /query", Rate(10, 1), 2))
NO_KEY = Caller("127.0.0.1", None, CANCEL.endpoint)
SAME_GROUP = [Caller("127.0.0.1", None, endpoint(f"POST /{number}")) for number in range(8)]
ELSEWHERE = Caller("127.0.0.2", None, CANCEL.endpoint)


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limits(clock: Clock) -> Limits:
    return Limits(LimitScale(), clock)


def refused(limits: Limits, caller: Caller, times: int = 1) -> list[str | None]:
    return [limits.check(caller).rejected_by for _ in range(times)]


def test_a_uid_has_five_cancels_in_any_second(limits: Limits, clock: Clock) -> None:
    assert refused(limits, CANCEL, 5) == [None] * 5
    assert refused(limits, OTHER_UID, 5) == [None] * 5
    assert refused(limits, QUERY, 10) == [None] * 10
    clock.now += 1.0
    assert refused(limits, CANCEL, 5) == [None] * 5
    assert refused(limits, CANCEL) == ["uid"]


def test_the_window_slides(limits: Limits, clock: Clock) -> None:
    for _ in range(50):
        assert limits.check(CANCEL).rejected_by is None
        clock.now += 0.25
    clock.now += 1.0
    assert refused(limits, CANCEL, 4) == [None] * 4
    # Four at the end of one second and two at the beginning of the next are six in a second.
    clock.now += 0.75
    assert refused(limits, CANCEL, 2) == [None, "uid"]


def test_a_lock_out_ends_at_the_announced_time(limits: Limits, clock: Clock) -> None:
    refused(limits, CANCEL, 5)
    ends_at = limits.check(CANCEL).ends_at
    assert ends_at == clock.now + LOCK_SECONDS
    for _ in range(7):
        clock.now += 42
        assert limits.check(CANCEL).ends_at == ends_at
    assert refused(limits, QUERY) == [None]
    clock.now = ends_at
    assert refused(limits, CANCEL, 5) == [None] * 5


def test_a_decision_has_the_remaining_requests(limits: Limits, clock: Clock) -> None:
    announced = []
    for _ in range(5):
        admission = limits.check(CANCEL)
        announced.append((admission.remaining, admission.ends_at))
        clock.now += 0.125
    assert announced == [(left, 1001.0) for left in (4, 3, 2, 1, 0)]
    clock.now = 1001.0
    assert limits.check(CANCEL).remaining == 0


def test_a_short_lock_out_lasts_until_a_request_is_available(clock: Clock) -> None:
    limits = Limits(LimitScale(lock_seconds=0.0), clock)
    refused(limits, CANCEL, 5)
    clock.now += 0.5
    ends_at = limits.check(CANCEL).ends_at
    assert ends_at == 1001.0
    clock.now = ends_at
    assert refused(limits, CANCEL) == [None]


def test_an_address_has_300_requests_to_an_endpoint(limits: Limits, clock: Clock) -> None:
    assert refused(limits, NO_KEY, 301) == [None] * 300 + ["ipEndpoint"]
    assert refused(limits, ELSEWHERE) == [None]
    assert refused(limits, SAME_GROUP[0]) == [None]
    clock.now += LOCK_SECONDS
    assert refused(limits, NO_KEY) == [None]


def test_an_address_has_2000_requests_to_a_group(limits: Limits) -> None:
    for caller in SAME_GROUP[:-2]:
        assert refused(limits, caller, 300) == [None] * 300
    assert refused(limits, SAME_GROUP[-1], 201) == [None] * 200 + ["ipGroup"]
    assert refused(limits, QUERY) == [None]


def test_going_on_after_429_leads_to_a_ban(limits: Limits, clock: Clock) -> None:
    refused(limits, NO_KEY, 300)
    assert refused(limits, NO_KEY, 1 + TOLERATED_AFTER_LOCK) == ["ipEndpoint"] * (1 + TOLERATED_AFTER_LOCK)
    banned = limits.check(NO_KEY)
    assert (banned.rejected_by, banned.ends_at) == ("ban", clock.now + LOCK_SECONDS)
    clock.now += 60
    assert limits.check(QUERY).ends_at == clock.now + LOCK_SECONDS
    assert refused(limits, ELSEWHERE) == [None]
    clock.now += LOCK_SECONDS
    assert refused(limits, QUERY) == [None]


def test_rejections_of_a_uid_count_for_its_address(limits: Limits) -> None:
    assert refused(limits, CANCEL, 301) == [None] * 5 + ["uid"] * 295 + ["ipEndpoint"]


def test_twenty_errors_with_one_code_lock_the_endpoint(limits: Limits, clock: Clock) -> None:
    for number in range(38):
        limits.add_error(QUERY, 100404 if number % 2 else 100204)
        clock.now += 1
    assert limits.check(QUERY).rejected_by is None
    limits.add_error(QUERY, 100404)
    locked = limits.check(QUERY)
    assert (locked.rejected_by, locked.error_code) == ("equalErrors", 100404)
    assert locked.ends_at == clock.now + 480
    assert refused(limits, CANCEL) == [None]
    clock.now = locked.ends_at
    assert refused(limits, QUERY) == [None]


def test_errors_further_apart_than_480_seconds_lock_nothing(limits: Limits, clock: Clock) -> None:
    for _ in range(19):
        limits.add_error(QUERY, 100404)
    for _ in range(100):
        clock.now += 480
        limits.add_error(QUERY, 100404)
    assert refused(limits, QUERY) == [None]


def test_errors_without_an_account_lock_nothing(limits: Limits) -> None:
    for _ in range(20):
        limits.add_error(NO_KEY, 100413)
    assert refused(limits, NO_KEY) == [None]


def test_a_factor_scales_the_requests_and_not_the_errors(clock: Clock) -> None:
    limits = Limits(LimitScale(10), clock)
    assert refused(limits, CANCEL, 51) == [None] * 50 + ["uid"]
    for _ in range(20):
        limits.add_error(QUERY, 100404)
    assert refused(limits, QUERY) == ["equalErrors"]


def test_disabled_limits_count_nothing(clock: Clock) -> None:
    limits = Limits(LimitScale(None), clock)
    assert refused(limits, CANCEL, 500) == [None] * 500
    for _ in range(20):
        limits.add_error(CANCEL, 100404)
    assert limits.check(CANCEL).remaining is None
    assert (limits.counted(), limits.lock_outs(0)) == ([], [])


def test_a_lock_out_is_listed_until_it_ends(limits: Limits, clock: Clock) -> None:
    refused(limits, CANCEL, 6)
    listed = {"limit": "uid", "of": "1", "for": "POST /cancel"}
    assert limits.lock_outs(5_000) == [listed | {"until": 5_000 + 300_002}]
    assert {**listed, "requests": 5, "seconds": 1, "remain": 0} in limits.counted()
    clock.now += LOCK_SECONDS
    assert limits.lock_outs(5_000) == []
    assert {**listed, "requests": 5, "seconds": 1, "remain": 5} in limits.counted()


@given(st.lists(st.floats(0, 0.6), max_size=40))
def test_never_more_than_the_rate_in_any_second(pauses: list[float]) -> None:
    clock, let_in = Clock(), []
    limits = Limits(LimitScale(lock_seconds=0.0), clock)
    for pause in pauses:
        clock.now += pause
        if limits.check(CANCEL).rejected_by is None:
            let_in.append(clock.now)
    assert all(later - earlier >= 1 for earlier, later in zip(let_in, let_in[5:], strict=False))


@given(st.integers(0, 2**40), st.floats(0, 400), st.floats(0, 0.999))
def test_a_clock_of_whole_milliseconds_is_never_too_early(shown: int, later: float, fraction: float) -> None:
    clock = Clock()
    # The clock that shows whole milliseconds is always a little behind the true time.
    announced = shown + Limits(LimitScale(), clock).milliseconds_until(clock.now + later)
    true_time_of_the_end = shown + fraction + later * 1000
    assert announced >= true_time_of_the_end
