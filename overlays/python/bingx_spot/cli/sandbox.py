"""`bingx-spot sandbox`: run the local stand-in for the exchange."""

import sys
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

_OPTIONS = {
    "host": "--host",
    "port": "--port",
    "apiKey": "--api-key",
    "apiSecret": "--api-secret",
    "orders": "--orders",
    "clockOffset": "--clock-offset",
    "accounts": "--accounts",
    "keys": "--keys",
    "limits": "--limits",
    "lockSeconds": "--lock-seconds",
}

_EPILOG = """\b
Examples:
  bingx-spot sandbox -- python my_bot.py
  bingx-spot sandbox -- bash            a shell in which all goes to it
  bingx-spot sandbox                    on port 8642, for --env sandbox
  bingx-spot sandbox --port 0           on a free port
  bingx-spot sandbox --orders 100
  bingx-spot sandbox --placement query  JSON and form are not understood
  bingx-spot sandbox --clock-offset 3600000
  bingx-spot sandbox --limits off       as many requests as you like
  bingx-spot sandbox --accounts 2 --keys 3
  bingx-spot sandbox --fault '{"fault": "html", "status": 520}'

With a COMMAND it runs that, with BINGX_API_KEY, BINGX_API_SECRET and BINGX_ENV pointing at a sandbox
on a free port, which ends when the command ends, and gives its exit code.

It begins with the orders BTC-USDT 1735964079647111281, ETH-USDT 1735964079648111285 (client order
id seeded-2) and MØTH-USDT 1735964079649111289.

Its first line of standard output is one JSON object with url, apiKey and apiSecret (the first
account's first key) and accounts (all of them, each with uid and keys); kept in a file that only you
can read, it is a key file. End it with Ctrl-C.

Open its URL in a browser to see orders and requests, and what was wrong with a signature.

It enforces the exchange's limits: 5 cancels and 10 queries a second for each account, 300 requests
to an endpoint and 2000 to a group of them in 10 seconds from each IP address. Who goes past one is
locked out for five minutes, who goes on past HTTP 429 is banned (418), and 20 equal errors within
480 seconds lock the endpoint.

A fault is a rule: which fault, for which requests (operation, orderId), how often (times, skip,
probability, seed), and what it is told. The first rule that applies to a request acts.
"""


@click.command("sandbox", epilog=_EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 picks a free one."
)
@click.option("--api-key", help="The API key to accept; made up if not given.")
@click.option("--api-secret", help="Its secret; made up if not given.")
@click.option("--orders", type=int, default=3, show_default=True, help="Orders to begin with.")
@click.option(
    "--placement",
    "placements",
    type=click.Choice(["json", "query", "form"]),
    multiple=True,
    default=("json", "query", "form"),
    help="Understand parameters there alone; may be given again. All three if not given.",
)
@click.option(
    "--clock-offset",
    type=int,
    default=0,
    metavar="MS",
    help="Let its clock be off by so many milliseconds; negative is behind.",
)
@click.option("--accounts", type=int, default=1, show_default=True, help="How many accounts (UIDs).")
@click.option("--keys", type=int, default=1, show_default=True, help="API keys that each account has.")
@click.option(
    "--limits",
    default="documented",
    show_default=True,
    metavar="HOW",
    help="documented, off, or a factor such as 10 or x10: ten times as many requests.",
)
@click.option(
    "--lock-seconds",
    type=float,
    help="How long each lock-out lasts. Without it 300, and 480 after equal errors.",
)
@click.option(
    "--copy-trading",
    is_flag=True,
    help="The accounts are copy-trading leaders, who may cancel once a second.",
)
@click.option("--fault", "rules", multiple=True, metavar="JSON", help="A fault; may be given again.")
@click.option(
    "--faults",
    "rules_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a JSON list of faults, which come after each --fault.",
)
@click.argument("within", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_context
def command(
    context: click.Context,
    /,
    host: str,
    port: int,
    clock_offset: int,
    rules: tuple[str, ...],
    rules_file: Path | None,
    within: tuple[str, ...],
    **settings: Any,
) -> None:
    """Run the sandbox, a local stand-in for the exchange, until Ctrl-C or around a command.

    It verifies keys and signatures as the exchange does, holds orders and cancels them. Point your
    own bot at its URL. Told to, it misbehaves as networks and exchanges do.
    """
    try:
        import bingx_sandbox
    except ModuleNotFoundError as missing:
        text = f"The sandbox needs {missing.name}. Install it with: pip install 'bingx-spot[sandbox]'"
        raise click.ClickException(text) from None
    try:
        settings["faults"] = [
            rule for text in _texts(rules, rules_file) for rule in bingx_sandbox.load_rules(text)
        ]
        if within:
            _refuse_an_address(context)
            clock = bingx_sandbox.offset_clock(clock_offset)
            sandbox = bingx_sandbox.Sandbox(clock=clock, **settings)
            sys.exit(bingx_sandbox.run_command(sandbox, within))
        bingx_sandbox.serve(host, port, clock_offset=clock_offset, **settings)
    except bingx_sandbox.SandboxError as problem:
        raise _told(problem.field, problem.reason) from None


def _texts(rules: tuple[str, ...], file: Path | None) -> list[str | bytes]:
    try:
        return [*rules, *([file.read_bytes()] if file else [])]
    except OSError as problem:
        raise click.UsageError(f"--faults cannot be read: {problem.strerror}.") from None


def _refuse_an_address(context: click.Context) -> None:
    for name in ("host", "port"):
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            text = f"--{name} cannot go with a command, which finds its sandbox through BINGX_ENV."
            raise click.UsageError(text)


def _told(field: str | None, reason: str) -> click.ClickException:
    """Return a problem in the words of the options."""
    if field is None:
        return click.ClickException(reason)
    return click.UsageError(f"{_OPTIONS.get(field, field)} {reason}.")
