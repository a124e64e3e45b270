"""Hundreds of cancels among faults: no false report, no avoidable unknown, no late call, no leak."""

import pytest

from tools.chaos.faults import FAULTS
from tools.chaos.run import chaos

pytestmark = pytest.mark.slow

CANCELS = 500
LEAST_KINDS = 25


def test_every_report_is_true() -> None:
    run = chaos(CANCELS, seeds=[7])
    assert run.wrongs == []
    assert len(run.tallies) == len(FAULTS) > LEAST_KINDS
    assert sum(sum(tally.counts.values()) for tally in run.tallies.values()) >= CANCELS
    assert all(tally.counts.get("cancelled") for tally in run.tallies.values())
