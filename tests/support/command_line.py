"""The command line, run within the process of the tests."""

import os
from collections.abc import Mapping

from click.testing import CliRunner, Result

from bingx_sandbox import Sandbox
from bingx_spot.cli import _bingx_spot


def invoke(
    *arguments: object, sandbox: Sandbox | None = None, text: str | None = None, **variables: str
) -> Result:
    """Run `bingx-spot` without a terminal, and return its output and exit code.

    Args:
        *arguments: Its arguments.
        sandbox: The sandbox that it uses, without rate limits of its own, or None.
        text: Its standard input.
        **variables: Further environment variables; none of the user's own are left.
    """
    environment = {**_without_own(), **({} if sandbox is None else keys(sandbox)), **variables}
    runner = CliRunner()
    result = runner.invoke(_bingx_spot, list(map(str, arguments)), input=text, env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def keys(sandbox: Sandbox) -> dict[str, str]:
    """Return the environment variables of a command that uses the sandbox."""
    secrets = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    return {**secrets, "BINGX_ENV": sandbox.url, "BINGX_LIMITS": "off"}


def _without_own() -> Mapping[str, str | None]:
    own = {name: None for name in os.environ if name.startswith("BINGX_")}
    return {**own, "NO_COLOR": None, "FORCE_COLOR": None, "COLUMNS": "80"}
