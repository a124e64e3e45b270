"""Checks of the exchange: its time, the placement of parameters, rate limits."""

import time

import pytest

from bingx_sandbox import Sandbox
from bingx_spot.doctor import Status

DAY = 86_400_000
FAR = 4_000_000_000_000


def now() -> int:
    return time.time_ns() // 1_000_000


class TestPlacement:
    def test_json_is_not_read(self, found_on):
        with Sandbox(placements=["query"]) as sandbox:
            found = found_on(sandbox)
        assert found["key accepted"].status is Status.PASS
        assert found["placement"].status is Status.WARN
        assert "--placement query, or set BINGX_PLACEMENT" in found["placement"].fix

    def test_no_placement_is_read(self, sandbox, found_on):
        text = "signature is missing"
        sandbox.faults([{"fault": "error", "code": 100412, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox)
        assert found["placement"].status is Status.FAIL
        assert found["may cancel"].status is Status.SKIP


class TestClock:
    @pytest.mark.parametrize(
        ("offset", "status"),
        [(0, Status.PASS), (3_600_000, Status.WARN), (-3_600_000, Status.WARN), (2 * DAY, Status.FAIL)],
    )
    def test_offset(self, offset, status, found_on):
        with Sandbox(clock=lambda: now() + offset) as sandbox:
            found = found_on(sandbox)
        assert found["clock"].status is status
        if status is Status.WARN:
            # The SDK corrects it, as the result says.
            assert "NTP" in found["clock"].fix
            assert found["clock"].found.startswith("this machine is 1 h ")
            assert found["key accepted"].status is Status.PASS

    def test_an_exchange_that_sends_only_html(self, sandbox, found_on):
        sandbox.faults([{"fault": "html", "status": 403, "operation": "time"}])
        assert found_on(sandbox)["clock"].status is Status.FAIL


class TestLimits:
    def test_locked_out(self, sandbox, found_on):
        text = f"code:100410:The endpoint trigger frequency limit rule will be unblocked after {FAR}"
        sandbox.faults([{"fault": "error", "code": 100410, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox)
        assert found["limits"].status is Status.FAIL
        assert "locked out until" in found["limits"].found

    def test_the_firewall(self, sandbox, found_on):
        sandbox.faults([{"fault": "html", "status": 403, "operation": "cancel"}])
        found = found_on(sandbox)
        assert found["may cancel"].status is Status.FAIL
        assert found["limits"].status is Status.FAIL
