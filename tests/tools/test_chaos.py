"""Hundreds of cancels among faults: no false report, no avoidable unknown, no late call, no leak."""

import pytest

from tools.chaos.faults import FAULTS
from tools.chaos.run import chaos

pytestmark = pytest.mark.slow

CANCELS = {"default": 500, "fast": 340}
LEAST_KINDS = 25


@pytest.mark.parametrize("engine", CANCELS)
def test_every_report_is_true(engine: str) -> None:
    run = chaos(CANCELS[engine], seeds=[7], engines=(engine,))
    assert run.wrongs == []
    assert len(run.tallies) == len(FAULTS) > LEAST_KINDS
    assert sum(sum(tally.counts.values()) for tally in run.tallies.values()) >= CANCELS[engine]
    assert all(tally.counts.get("cancelled") for tally in run.tallies.values())
