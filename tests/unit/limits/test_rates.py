"""Rates: what the option `rate` allows, and which limit it leads to."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import InvalidInput
from bingx_spot.limits.rates import (
    check_rate,
    per_process_rate,
    rate_after_lockout,
    rate_limit,
    slower,
)
from bingx_spot_api.contract import BY_ID, Rate
from tests.unit.limits.queueing import Caller, Simulation, fullest_window

CANCEL, QUERY, TIME = BY_ID["cancelOrder"], BY_ID["queryOrder"], BY_ID["serverTime"]
FIVE = Rate(5, 1.0)


class TestOption:
    @pytest.mark.parametrize("rate", [None, "copy-trading", 1, 0.5, 5, 2.5, 5.0])
    def test_allowed(self, rate: Any) -> None:
        check_rate(rate)

    @pytest.mark.parametrize("rate", [0, -1, 5.1, float("nan"), float("inf"), "fast", "", True, [1], b"1"])
    def test_anything_else_is_rejected(self, rate: Any) -> None:
        with pytest.raises(InvalidInput, match=r"^rate is .*; allowed: copy-trading, or .* at most 5"):
            check_rate(rate)


class TestRateLimit:
    @pytest.mark.parametrize(
        ("rate", "limit"),
        [
            (None, FIVE),
            ("copy-trading", Rate(1, 1.0)),
            (5, FIVE),
            (2, Rate(2, 1.0)),
            (2.5, Rate(1, 0.4)),
            (0.5, Rate(1, 2.0)),
        ],
    )
    def test_of_a_cancel(self, rate: Any, limit: Rate) -> None:
        assert rate_limit(CANCEL, rate) == limit

    @pytest.mark.parametrize("rate", [None, "copy-trading", 0.5])
    def test_of_other_operations_is_the_documented_one(self, rate: Any) -> None:
        assert rate_limit(QUERY, rate) == QUERY.uid_limit
        assert rate_limit(TIME, rate) is None

    @given(st.floats(0.2, 5))
    def test_never_exceeds_the_documented_limit(self, rate: float) -> None:
        limit = rate_limit(CANCEL, rate)
        simulation = Simulation(replace(CANCEL, uid_limit=limit, ip_group=None))
        callers = [Caller(0) for _ in range(12)]
        simulation.run(callers)
        times = sorted(caller.granted for caller in callers if caller.granted is not None)
        # A microsecond shorter: the sums of the simulation are rounded.
        assert fullest_window(times, 1.0 - 1e-6) <= 5
        assert times[-1] - times[0] >= (len(times) - 5) / rate - 1e-6


class TestAfterLockout:
    def test_a_cancel_continues_at_the_copy_trading_limit(self) -> None:
        assert rate_after_lockout(CANCEL, FIVE) == Rate(1, 1.0)
        assert rate_after_lockout(CANCEL, Rate(2, 1.0)) == Rate(1, 1.0)

    def test_then_at_half_the_rate_down_to_one_in_ten_seconds(self) -> None:
        rates = [Rate(1, 1.0)]
        while len(rates) < 6:
            rates.append(rate_after_lockout(CANCEL, rates[-1]))
        assert rates == [Rate(1, 1.0), Rate(1, 2.0), Rate(1, 4.0), Rate(1, 8.0), Rate(1, 8.0), Rate(1, 8.0)]

    def test_other_operations_continue_at_half_the_rate(self) -> None:
        assert rate_after_lockout(QUERY, Rate(10, 1.0)) == Rate(5, 1.0)
        assert rate_after_lockout(QUERY, FIVE) == Rate(2, 1.0)


def test_of_two_equal_rates_the_one_with_the_smaller_burst_is_slower() -> None:
    assert slower(FIVE, Rate(1, 0.2)) == slower(Rate(1, 0.2), FIVE) == Rate(1, 0.2)
    assert slower(FIVE, Rate(9, 2.0)) == Rate(9, 2.0)


class TestPerProcessRate:
    @pytest.mark.parametrize(
        ("processes", "rate"),
        [(0, FIVE), (1, FIVE), (2, Rate(2, 1.0)), (4, Rate(1, 1.0)), (5, Rate(1, 1.0))],
    )
    def test_together_they_keep_the_limit(self, processes: int, rate: Rate) -> None:
        assert per_process_rate(FIVE, processes) == rate
        assert rate.requests * processes <= 5

    def test_more_processes_than_permits_have_longer_windows(self) -> None:
        assert per_process_rate(FIVE, 10) == Rate(1, 2.0)
