"""A command imports only what it needs: anything else would slow every start."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bingx_sandbox import Sandbox

PROGRAM = """
import atexit, sys
atexit.register(lambda: print(*sys.modules, file=sys.stderr))
from bingx_spot.cli import main
main()
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off") as running:
        yield running


def imported(*arguments: str, **variables: str) -> set[str]:
    """Run a command, and return the names of the modules that its process has."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, **variables},
        check=True,
    )
    return set(done.stderr.split())


def commands(modules: set[str]) -> set[str]:
    """Return the command line's own modules among others."""
    return {name.removeprefix("bingx_spot.cli.") for name in modules if name.startswith("bingx_spot.cli.")}


@pytest.mark.parametrize("shown", ["--json", "--table"])
def test_a_cancel_imports_no_other_command_and_no_other_library(sandbox: Sandbox, shown: str) -> None:
    order = sandbox.place_order("BTC-USDT")
    arguments = ["cancel", "BTC-USDT", "--order-id", str(order["orderId"]), "--env", sandbox.url]
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    modules = imported(*arguments, *(["--json"] if shown == "--json" else []), **keys)
    assert {"click", "httptools", "bingx_spot.cli.cancel"} <= modules
    senders = {"httpx", "httpcore", "asyncio", "anyio"}
    foreign = {*senders, "redis", "starlette", "uvicorn", "bingx_sandbox", "yaml"}
    assert modules & foreign == set()
    assert commands(modules) & {"call", "sandbox", "sign", "doctor"} == set()
    assert ("rich" in modules) == (shown == "--table")


def test_signing_imports_nothing_that_sends() -> None:
    modules = imported("sign", "symbol=BTC-USDT", BINGX_API_SECRET="s")
    assert modules & {"httpx", "httpcore", "anyio", "asyncio", "ssl", "httptools", "rich"} == set()


def test_help_imports_no_command() -> None:
    modules = imported("--help")
    assert modules & {"httpx", "httpcore", "anyio", "asyncio", "httptools", "rich"} == set()
    assert commands(modules) == {"interruption"}, "which heeds signals from the first moment on"
