"""Fixtures of the tests of bulk runs: sync and async, and the files of a run."""

from pathlib import Path

import pytest

from tests.e2e.bulk.runners import Runner, run_async, run_sync


@pytest.fixture(params=[run_sync, run_async], ids=["sync", "async"])
def run_all(request: pytest.FixtureRequest) -> Runner:
    """Return a bulk run, sync and async."""
    runner: Runner = request.param
    return runner


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Return the path of an input."""
    return tmp_path / "orders.csv"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal that does not exist yet."""
    return tmp_path / "orders.journal"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return the path of a journal that does not exist yet."""
    return tmp_path / "orders.journal"
