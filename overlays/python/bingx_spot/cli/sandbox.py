"""`bingx-spot sandbox`: run the local stand-in for the exchange."""

import click

_EPILOG = """\b
Examples:
  bingx-spot sandbox                     on port 8642, where --env sandbox looks
  bingx-spot sandbox --port 0            on a free port
  bingx-spot sandbox --orders 100

Its first line of standard output is one JSON object with url, apiKey and apiSecret; kept in a file
that only you can read, it is a key file. End it with Ctrl-C.
"""


@click.command("sandbox", epilog=_EPILOG)
@click.option("--host", default="127.0.0.1", show_default=True, help="A loopback address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8642, show_default=True, help="0 picks a free one."
)
@click.option("--api-key", help="The API key to accept; made up if not given.")
@click.option("--api-secret", help="Its secret; made up if not given.")
@click.option(
    "--orders", type=click.IntRange(0, 1_000_000), default=3, show_default=True, help="Orders to begin with."
)
def command(host: str, port: int, api_key: str | None, api_secret: str | None, orders: int) -> None:
    """Run the sandbox, a local stand-in for the exchange, until Ctrl-C.

    It verifies keys and signatures as the exchange does, holds orders and cancels them. Point your
    own bot at its URL.
    """
    try:
        from bingx_sandbox import SandboxError, serve
    except ModuleNotFoundError as missing:
        text = f"The sandbox needs {missing.name}. Install it with: pip install 'bingx-spot[sandbox]'"
        raise click.ClickException(text) from None
    try:
        serve(host, port, api_key=api_key, api_secret=api_secret, orders=orders)
    except SandboxError as problem:
        raise click.ClickException(str(problem)) from None
