"""The limits of the contract, kept on a clock that the test moves."""

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import NotExecuted, RateLimited
from bingx_spot.policy import limits as limits_module
from bingx_spot.policy.limits import Limits
from bingx_spot_api.contract import IP_GROUPS, IpGroup, Operation, Rate
from tests.overlay.samples import CANCEL, ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.scripted_server import scripted_server

WITHOUT_UID_LIMIT = replace(CANCEL, operation_id="withoutUidLimit", uid_limit=None)
NEIGHBOUR = replace(CANCEL, operation_id="neighbour", uid_limit=None)
UNLIMITED = replace(CANCEL, operation_id="unlimited", uid_limit=None, ip_group=None)


class FakeClock:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def limits(clock: FakeClock) -> Limits:
    return Limits(clock)


@pytest.fixture
def small_group(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an endpoint of group 3 have 4 requests in 10 s, and the group 6."""
    monkeypatch.setattr(limits_module, "IP_GROUPS", {3: IpGroup(3, Rate(4, 10.0), Rate(6, 10.0))})


def reserved(limits: Limits, count: int, operation: Operation = CANCEL, longest: float = 60.0) -> list[float]:
    return [limits.reserve(operation, longest) for _ in range(count)]


class TestPerUid:
    def test_five_go_at_once_and_the_sixth_a_second_later(self, limits):
        assert reserved(limits, 6) == [0, 0, 0, 0, 0, 1]

    def test_each_further_five_wait_a_second_longer(self, limits):
        assert reserved(limits, 16) == [0] * 5 + [1] * 5 + [2] * 5 + [3]

    def test_the_window_slides(self, limits, clock):
        for _ in range(5):
            assert limits.reserve(CANCEL, 60) == 0
            clock.seconds += 0.125
        assert limits.reserve(CANCEL, 60) == 1 - 5 * 0.125
        assert limits.reserve(CANCEL, 60) == 1 - 4 * 0.125

    def test_a_pause_gives_no_more_than_five(self, limits, clock):
        reserved(limits, 5)
        clock.seconds += 3600
        assert reserved(limits, 6) == [0, 0, 0, 0, 0, 1]

    def test_endpoints_do_not_share_it(self, limits):
        reserved(limits, 5)
        assert reserved(limits, 6, replace(CANCEL, operation_id="another")) == [0, 0, 0, 0, 0, 1]

    def test_an_endpoint_without_limits_never_waits(self, limits):
        assert set(reserved(limits, 500, UNLIMITED)) == {0}


class TestPerIpAddress:
    def test_the_contract_s_numbers(self, limits):
        waits = reserved(limits, 301, WITHOUT_UID_LIMIT)
        assert waits == [0] * 300 + [10]

    @pytest.mark.usefixtures("small_group")
    def test_an_endpoint_has_its_own_window(self, limits):
        assert reserved(limits, 5, WITHOUT_UID_LIMIT) == [0, 0, 0, 0, 10]

    @pytest.mark.usefixtures("small_group")
    def test_the_endpoints_of_a_group_share_another(self, limits):
        assert reserved(limits, 4, WITHOUT_UID_LIMIT) == [0] * 4
        assert reserved(limits, 3, NEIGHBOUR) == [0, 0, 10]

    def test_a_permit_for_later_keeps_nobody_waiting_who_could_go_before_it(self, limits, monkeypatch):
        monkeypatch.setattr(limits_module, "IP_GROUPS", {3: IpGroup(3, Rate(1, 10.0), Rate(3, 10.0))})
        first, second, third, fourth = (replace(NEIGHBOUR, operation_id=name) for name in "abcd")
        waits = [limits.reserve(operation, 60) for operation in (first, first, second, third, fourth)]
        assert waits == [0, 10, 0, 10, 10]

    def test_a_group_that_the_contract_does_not_describe_limits_nothing(self, limits):
        assert 99 not in IP_GROUPS
        assert set(reserved(limits, 400, replace(UNLIMITED, ip_group=99))) == {0}


class TestTooLong:
    def test_a_wait_beyond_the_caller_s_time_is_refused_at_once_and_takes_no_permit(self, limits):
        reserved(limits, 5)
        for _ in range(100):
            with pytest.raises(RateLimited):
                limits.reserve(CANCEL, 0.5)
        assert limits.reserve(CANCEL, 1.0) == 1.0

    def test_a_wait_as_long_as_the_caller_s_time_is_taken(self, limits):
        assert reserved(limits, 6, longest=1.0)[-1] == 1.0

    @pytest.mark.usefixtures("small_group")
    def test_a_refusal_by_one_limit_takes_no_permit_of_the_others(self, limits):
        reserved(limits, 4, WITHOUT_UID_LIMIT)
        with pytest.raises(RateLimited):
            limits.reserve(WITHOUT_UID_LIMIT, 0.5)
        assert reserved(limits, 2, NEIGHBOUR, longest=0.0) == [0, 0]

    def test_the_error_says_that_nothing_was_sent_and_how_long_it_would_take(self, limits):
        reserved(limits, 5)
        with pytest.raises(RateLimited) as refusal:
            limits.reserve(CANCEL, 0.25)
        error = refusal.value
        assert isinstance(error, NotExecuted)
        assert str(error) == (
            "not sent: a permit for cancelOrder comes in 1.0 s, 0.2 s are left. "
            "Ask less often, or give the call a longer timeout."
        )
        assert (error.http_status, error.code, error.retry_at) == (None, None, None)


class TestManyThreads:
    @pytest.fixture
    def hasty_threads(self) -> Iterator[None]:
        """Let Python change between threads as often as it can, so that a missing lock shows."""
        usual = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        yield
        sys.setswitchinterval(usual)

    @pytest.mark.usefixtures("hasty_threads")
    def test_no_permit_is_given_twice(self, limits):
        with ThreadPoolExecutor(20) as pool:
            waits = sorted(pool.map(lambda _: limits.reserve(CANCEL, 1e9), range(1000)))
        # 300 in 10 s from one IP address is more than 5 a second, which therefore decides.
        assert waits == [float(position // 5) for position in range(1000)]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 24),  # eighths of a second that pass
        st.sampled_from([CANCEL, WITHOUT_UID_LIMIT, NEIGHBOUR]),
        st.sampled_from([0.0, 0.5, 2.0, 60.0]),
    ),
    max_size=60,
)


def permits(steps: list[tuple[int, Operation, float]]) -> Iterator[tuple[float, Operation]]:
    clock = FakeClock()
    limits = Limits(clock)
    for eighths, operation, longest in steps:
        clock.seconds += eighths / 8
        try:
            wait = limits.reserve(operation, longest)
        except RateLimited:
            continue
        assert 0 <= wait <= longest
        yield clock.seconds + wait, operation


def fullest(times: list[float], seconds: float) -> int:
    """Count what the fullest window of that length holds; it begins with some permit."""
    return max((sum(begin <= when < begin + seconds for when in times) for begin in times), default=0)


@given(STEPS)
def test_no_window_ever_holds_more_than_is_allowed(steps):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(limits_module, "IP_GROUPS", {3: IpGroup(3, Rate(4, 10.0), Rate(6, 10.0))})
        given_out = list(permits(steps))
    assert fullest([when for when, _ in given_out], 10.0) <= 6
    for operation in (CANCEL, WITHOUT_UID_LIMIT, NEIGHBOUR):
        own = [when for when, used_by in given_out if used_by is operation]
        assert fullest(own, 10.0) <= 4
        # First come, first served.
        assert all(first <= second for first, second in pairwise(own))


@given(STEPS)
def test_no_second_ever_holds_more_than_five_cancels(steps):
    own = [when for when, operation in permits(steps) if operation is CANCEL]
    assert fullest(own, 1.0) <= 5


class TestInAClient:
    def test_the_sixth_request_within_a_second_waits(self):
        with scripted_server(SUCCESS) as server, blocking(server.url, limits=Limits()) as bingx:
            begin = time.monotonic()
            for _ in range(6):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert time.monotonic() - begin >= 1.0
            assert len(server.requests) == 6

    def test_a_wait_that_cannot_end_in_time_sends_nothing(self):
        with (
            scripted_server(SUCCESS) as server,
            blocking(server.url, limits=Limits(FakeClock()), timeout=0.5) as bingx,
        ):
            for _ in range(5):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            with pytest.raises(RateLimited, match="not sent"):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert len(server.requests) == 5

    def test_a_client_made_by_with_options_has_no_limits_of_its_own(self):
        with (
            scripted_server(SUCCESS) as server,
            blocking(server.url, limits=Limits(FakeClock()), timeout=0.5) as bingx,
        ):
            for _ in range(5):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            with pytest.raises(RateLimited):
                bingx.with_options(placement="query").cancel_order(SYMBOL, order_id=ORDER_ID)
            with pytest.raises(RateLimited):
                bingx.api.get_httpx_client().post(
                    "/openApi/spot/v1/trade/cancel", json={"symbol": SYMBOL, "orderId": ORDER_ID}
                )
            assert len(server.requests) == 5
