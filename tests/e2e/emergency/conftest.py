"""Fixtures of the tests of the emergency brake."""

from collections.abc import Iterator

import pytest

from bingx_spot.emergency import brake
from bingx_spot_api.contract import BY_ID


@pytest.fixture
def _nothing_lags(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let a list of open orders be believed at once, so that no test waits for 20 seconds."""
    monkeypatch.setattr(brake, "_PAUSE", 0.05)
    operation = BY_ID["cancelOrder"]
    timing = operation.timing
    assert timing is not None
    quick = timing._replace(reads_lag=0.05, takes_effect_within=0.0)
    monkeypatch.setattr(brake, "_TIMING", quick)
    object.__setattr__(operation, "timing", quick)
    yield
    object.__setattr__(operation, "timing", timing)
