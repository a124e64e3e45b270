"""Five hundred cancels among faults: no lie, no avoidable unknown, no late call, no leak."""

from tests.chaos.faults import FAULTS
from tests.chaos.run import chaos

CANCELS = 500
LEAST_KINDS = 25


def test_no_cancel_lies():
    run = chaos(CANCELS, seeds=[7])
    assert run.wrongs == []
    assert len(run.tallies) == len(FAULTS) > LEAST_KINDS
    assert sum(sum(tally.counts.values()) for tally in run.tallies.values()) >= CANCELS
    assert all(tally.counts.get("cancelled") for tally in run.tallies.values())
