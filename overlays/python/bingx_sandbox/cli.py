"""The command line of the sandbox: `bingx-spot sandbox`, and `bingx-sandbox.pyz` of the spec kit."""

import json
import re
import sys
from importlib.resources import files
from typing import Any, BinaryIO

import click
from click.core import ParameterSource

from bingx_sandbox.command import run_command, serve
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.faults import load_rules
from bingx_sandbox.sandbox import Sandbox
from bingx_sandbox.settings import offset_clock

_EPILOG = """\b
Examples:
  bingx-spot sandbox -- python my_bot.py
  bingx-spot sandbox -- bash            a shell that uses it
  bingx-spot sandbox                    on port 8642, for --env sandbox
  bingx-spot sandbox --port 0           on a free port
  bingx-spot sandbox --orders 100
  bingx-spot sandbox --placement query  JSON and form are not understood
  bingx-spot sandbox --clock-offset 3600000
  bingx-spot sandbox --limits off       no rate limits
  bingx-spot sandbox --accounts 2 --keys 3
  bingx-spot sandbox --fault '{"fault": "html", "status": 520}'

With a COMMAND it runs that, with BINGX_API_KEY, BINGX_API_SECRET and BINGX_ENV set for a sandbox on
a free port. The sandbox ends with the command, and exits with its code.

An endpoint of the contract for which it has no behaviour of its own always answers with the
contract's example.

It starts with the orders BTC-USDT 1735964079647111281, ETH-USDT 1735964079648111285 (client order
id seeded-2) and MØTH-USDT 1735964079649111289.

Where standard output is no terminal, or with --json, its first line is one JSON object with url,
apiKey and apiSecret (the first account's first key) and accounts (all of them, each with uid and
keys). In a file that only you can read, this line is a key file. Ctrl-C ends the sandbox.

Open its URL in a browser to see orders, requests, and what is wrong with a signature.

It enforces the exchange's limits: 5 cancels and 10 queries a second for each account, 300 requests
to an endpoint and 2000 to a group of them in 10 seconds from each IP address. A client that exceeds
one is locked out for five minutes; one that goes on after HTTP 429 is banned (418); 20 equal errors
within 480 seconds lock the endpoint.

A fault is a rule: which fault, for which requests (operation, orderId), how often (times, skip,
probability, seed), and its own parameters. The first rule that matches a request applies.
"""
# More than any list of faults, and less than what /dev/zero gives.
_LONGEST_FILE = 1_048_576


@click.command("sandbox", epilog=_EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 picks a free one."
)
@click.option("--api-key", help="The API key to accept; random by default.")
@click.option("--api-secret", help="Its secret; random by default.")
@click.option("--orders", type=int, default=3, show_default=True, help="Number of orders at the start.")
@click.option(
    "--placement",
    "placements",
    type=click.Choice(["json", "query", "form"]),
    multiple=True,
    default=("json", "query", "form"),
    help="Accept parameters there only; may be repeated. All three by default.",
)
@click.option(
    "--clock-offset",
    type=int,
    default=0,
    metavar="MS",
    help="Offset of its clock, in milliseconds; negative is behind.",
)
@click.option("--accounts", type=int, default=1, show_default=True, help="How many accounts (UIDs).")
@click.option("--keys", type=int, default=1, show_default=True, help="API keys of each account.")
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
    help="How long each lock-out lasts; by default 300, and 480 after equal errors.",
)
@click.option(
    "--copy-trading",
    is_flag=True,
    help="The accounts are copy-trading leaders, who may cancel once a second.",
)
@click.option("--fault", "rules", multiple=True, metavar="JSON", help="A fault; may be repeated.")
@click.option(
    "--faults",
    "rules_file",
    type=click.File("rb"),
    help="A file with a JSON list of faults, which follow those of --fault.",
)
@click.option(
    "--lenient",
    is_flag=True,
    help="Accept both ids of an order, and numbers as text in JSON. The exchange may.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.argument("child", nargs=-1, type=click.UNPROCESSED, metavar="[-- COMMAND...]")
@click.pass_context
def command(
    context: click.Context,
    /,
    host: str,
    port: int,
    clock_offset: int,
    rules: tuple[str, ...],
    rules_file: BinaryIO | None,
    as_json: bool,
    child: tuple[str, ...],
    **settings: Any,
) -> None:
    """Run the sandbox, a local stand-in for the exchange, until Ctrl-C or around a command.

    It verifies keys and signatures as the exchange does, holds orders and cancels them. Point your
    own bot at its URL. With --fault it fails as networks and exchanges do.
    """
    try:
        texts: list[str | bytes] = [*rules, *([rules_file.read(_LONGEST_FILE + 1)] if rules_file else [])]
        if texts and len(texts[-1]) > _LONGEST_FILE:
            raise click.UsageError(f"--faults has more than {_LONGEST_FILE:,} bytes.")
        settings["faults"] = [rule for text in texts for rule in load_rules(text)]
        sandbox = Sandbox(clock=offset_clock(clock_offset), stubs=_examples(), **settings)
        if child:
            for name in ("host", "port"):
                if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
                    text = f"--{name} cannot be used with a command, which finds the sandbox by BINGX_ENV."
                    raise click.UsageError(text)
            sys.exit(run_command(sandbox, child))
        serve(sandbox, host, port, for_people=not as_json and sys.stdout.isatty())
    except SandboxError as error:
        if error.field is None:
            raise click.ClickException(error.reason) from None
        options = {parameter.name: parameter.opts[0] for parameter in context.command.params}
        name = re.sub("(?=[A-Z])", "_", error.field).lower()
        raise click.UsageError(f"{options.get(name, error.field)} {error.reason}.") from None


def _examples() -> list[dict[str, Any]]:
    """Return the stub endpoints: an example of each operation of the contract, where the file of them is."""
    try:
        return list(json.loads(files("bingx_spot_api").joinpath("stubs.json").read_bytes())["stubs"])
    except (ModuleNotFoundError, FileNotFoundError):
        return []
