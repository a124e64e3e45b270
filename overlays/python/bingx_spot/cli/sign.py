"""`bingx-spot sign`: print the canonical string and the signature, for writers of other signers."""

import json
import os

import click

from bingx_spot.core.signing import canonical_string, sign
from bingx_spot.credentials import API_SECRET_VARIABLE, KEY_FILE_VARIABLE, Credentials
from bingx_spot.exceptions import CredentialsError, InvalidInput

_EPILOG = """\b
Example, with the secret of the exchange's documentation:
  export BINGX_API_SECRET=mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w
  bingx-spot sign timestamp=1696751141337 symbol=BTC-USDT recvWindow=0

Values are taken as they are, raw; none is URL-decoded or -encoded. The secret comes from
BINGX_API_SECRET, or from the key file that BINGX_KEY_FILE names; never from an argument.
"""


@click.command("sign", epilog=_EPILOG)
@click.argument("parameters", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(parameters: tuple[str, ...], as_json: bool) -> None:
    """Print the canonical string of the parameters and its signature under the API secret."""
    try:
        canonical = canonical_string(_pairs(parameters))
        signature = sign(canonical, _secret())
    except (InvalidInput, CredentialsError) as problem:
        raise click.UsageError(str(problem)) from None
    if as_json:
        click.echo(json.dumps({"canonicalString": canonical, "signature": signature}, ensure_ascii=False))
    else:
        click.echo(f"canonical string  {canonical}\nsignature         {signature}")


def _secret() -> str:
    # The secret alone will do here; a key is not asked for.
    if os.environ.get(API_SECRET_VARIABLE):
        return os.environ[API_SECRET_VARIABLE]
    if path := os.environ.get(KEY_FILE_VARIABLE):
        return Credentials.from_file(path).api_secret
    raise click.UsageError(
        f"{API_SECRET_VARIABLE} is not set; it holds the secret to sign with. "
        f"{KEY_FILE_VARIABLE}, the path of a key file, will do as well."
    )


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
