"""Fixtures of the tests of doctor: an environment without variables of the user's own."""

import os
from collections.abc import Callable, Iterator

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import Environment
from bingx_spot.config import Options
from bingx_spot.doctor import CheckResult
from bingx_spot.doctor.checks import run_checks

FoundOn = Callable[..., dict[str, CheckResult]]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("BINGX_", "SSL_CERT_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """Return a sandbox with the documented limits."""
    with Sandbox() as running:
        yield running


@pytest.fixture
def found_on(monkeypatch: pytest.MonkeyPatch, _visible_at_once: None) -> FoundOn:
    """Return a function that runs all checks with a sandbox's keys, and returns the results by name."""

    def found(sandbox: Sandbox, **changed: str) -> dict[str, CheckResult]:
        keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret, **changed}
        for name, value in keys.items():
            monkeypatch.setenv(name, value)
        return found_at(sandbox.url)

    return found


def found_at(url: str | Environment, *, probe: bool = True) -> dict[str, CheckResult]:
    """Run all checks, and return the results by name."""
    options: Options = {"environment": url}
    return {result.check: result for result in run_checks(options, lambda: probe)}
