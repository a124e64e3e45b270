"""`bingx-spot sign`: print the canonical string and the signature, for writers of other signers."""

import json
import os

import click

from bingx_spot.credentials import API_SECRET_VARIABLE
from bingx_spot.errors import InvalidInput
from bingx_spot.signing import canonical_string, sign

_EPILOG = """\b
Example, with the secret of the exchange's documentation:
  export BINGX_API_SECRET=mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w
  bingx-spot sign timestamp=1696751141337 symbol=BTC-USDT recvWindow=0

Values are taken as they are, raw; none is URL-decoded or -encoded. The secret comes from
BINGX_API_SECRET alone, never from an argument.
"""


@click.command("sign", epilog=_EPILOG)
@click.argument("parameters", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(parameters: tuple[str, ...], as_json: bool) -> None:
    """Print the canonical string of the parameters and its signature under BINGX_API_SECRET."""
    if not os.environ.get(API_SECRET_VARIABLE):
        raise click.UsageError(f"{API_SECRET_VARIABLE} is not set; it holds the secret to sign with.")
    try:
        canonical = canonical_string(_pairs(parameters))
    except InvalidInput as problem:
        raise click.UsageError(str(problem)) from None
    signature = sign(canonical, os.environ[API_SECRET_VARIABLE])
    if as_json:
        click.echo(json.dumps({"canonicalString": canonical, "signature": signature}, ensure_ascii=False))
    else:
        click.echo(f"canonical string  {canonical}\nsignature         {signature}")


def _pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{parameter!r} is not KEY=VALUE.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice.")
        pairs[name] = value
    return pairs
