"""A sandbox, and a run of many cancels in both colours."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox
from tests.unit.bulk.colours import Runner, run_awaiting, run_blocking


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off", orders=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(params=[run_blocking, run_awaiting], ids=["sync", "async"])
def run_all(request: pytest.FixtureRequest) -> Runner:
    runner: Runner = request.param
    return runner


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Say where a journal goes."""
    return tmp_path / "orders.journal"
