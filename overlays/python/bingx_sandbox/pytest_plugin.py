"""A pytest fixture that runs a sandbox and points the environment at it.

Enable it in `conftest.py`: `pytest_plugins = ["bingx_sandbox.pytest_plugin"]`.
"""

from collections.abc import Iterator

import pytest

from bingx_sandbox.sandbox import Sandbox


@pytest.fixture
def bingx_sandbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """Run a sandbox for one test, with `BINGX_API_KEY`, `BINGX_API_SECRET` and `BINGX_ENV` set to it.

    A bot that reads its settings from there needs no change: `BingxSpot.from_env()` cancels on the sandbox.
    """
    with Sandbox() as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        yield sandbox
