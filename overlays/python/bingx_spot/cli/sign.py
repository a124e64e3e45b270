"""`bingx-spot sign`: print the canonical string and the signature, for authors of other signers."""

import sys
import time
from collections.abc import Mapping

import click

from bingx_spot.cli.output import json_option, key_values, print_json, print_line, usage_errors
from bingx_spot.core.signing import canonical_string, sign
from bingx_spot.credentials import secret_from_env

_EPILOG = """\b
Example, with the secret of the exchange's documentation:
  export BINGX_API_SECRET=mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w
  bingx-spot sign timestamp=1696751141337 symbol=BTC-USDT recvWindow=0
  bingx-spot sign timestamp=1696751141337 symbol=BTC-USDT --compare MINE
  bingx-spot sign --body '{"symbol": "BTC-USDT"}' --compare MINE

Values are signed as they are; they are neither URL-decoded nor URL-encoded. The secret comes from
BINGX_API_SECRET, or from the key file that BINGX_KEY_FILE names; never from an argument.

\b
Exit codes:
  0  signed; with --compare: the signature is right
  1  with --compare: the signature is wrong
  2  wrong usage
"""
# Within ten years of now: a timestamp in seconds.
_NEAR_NOW = 10 * 365 * 86_400


@click.command("sign", epilog=_EPILOG)
@click.argument("parameters", nargs=-1, metavar="KEY=VALUE...")
@click.option(
    "--compare", "signature", metavar="SIGNATURE", help="Find out what is wrong with this signature."
)
@click.option("--body", metavar="TEXT", help="With --compare: the body as sent, in place of KEY=VALUE.")
@json_option
@usage_errors()
def command(parameters: tuple[str, ...], signature: str | None, body: str | None, as_json: bool) -> None:
    """Print the canonical string of the parameters and its signature under the API secret."""
    if bool(parameters) == bool(body) or (body and signature is None):
        raise click.UsageError("Give KEY=VALUE parameters, or --body together with --compare.")
    pairs, secret = key_values(parameters), secret_from_env()
    if signature is not None:
        sys.exit(_compare(pairs, body or "", signature, secret, as_json=as_json))
    canonical = canonical_string(pairs)
    _point_out_seconds(pairs.get("timestamp", ""))
    signature = sign(canonical, secret)
    if as_json:
        print_json({"canonicalString": canonical, "signature": signature})
    else:
        print_line(f"canonical string  {canonical}")
        print_line(f"signature         {signature}")


def _compare(pairs: dict[str, str], body: str, signature: str, secret: str, *, as_json: bool) -> int:
    """Print what is wrong with a signature, and return the exit code."""
    try:
        from bingx_sandbox import SandboxError
        from bingx_sandbox.doctor import compare_signature
    except ModuleNotFoundError as missing:
        text = f"--compare needs {missing.name}. Install it with: pip install 'bingx-spot[sandbox]'"
        raise click.ClickException(text) from None
    try:
        diagnosis = compare_signature(pairs, body, signature, secret)
    except SandboxError as error:
        raise click.UsageError(f"{error}.") from None
    except UnicodeEncodeError:
        raise click.UsageError("Parameters, body and secret must be UTF-8 text.") from None
    if as_json:
        found: Mapping[str, object] = {} if diagnosis is None else diagnosis.to_dict()
        print_json({"matches": diagnosis is None, **found})
    elif diagnosis is None:
        print_line("The signature is right.")
    else:
        print_line(f"The signature is wrong. {diagnosis.words}")
        if diagnosis.signed_text is not None:
            print_line(f"signed text  {diagnosis.signed_text}")
    return 0 if diagnosis is None else 1


def _point_out_seconds(timestamp: str) -> None:
    seconds = float(timestamp) if timestamp.isascii() and timestamp.isdigit() else 0.0
    if abs(seconds - time.time()) < _NEAR_NOW:
        text = f"timestamp {timestamp} is in seconds; the exchange takes milliseconds: {timestamp}000"
        print_line(f"Warning: {text}.", err=True)
