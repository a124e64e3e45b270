"""`bingx-spot sign`: print the canonical string and the signature, for authors of other signers."""

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

Values are signed as they are; they are neither URL-decoded nor URL-encoded. The secret comes from
BINGX_API_SECRET, or from the key file that BINGX_KEY_FILE names; never from an argument.
"""


@click.command("sign", epilog=_EPILOG)
@click.argument("parameters", nargs=-1, required=True, metavar="KEY=VALUE...")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(parameters: tuple[str, ...], as_json: bool) -> None:
    """Print the canonical string of the parameters and its signature under the API secret."""
    try:
        canonical = canonical_string(_parse_pairs(parameters))
        signature = sign(canonical, _secret())
    except (InvalidInput, CredentialsError) as error:
        raise click.UsageError(str(error)) from None
    if as_json:
        click.echo(json.dumps({"canonicalString": canonical, "signature": signature}, ensure_ascii=False))
    else:
        click.echo(f"canonical string  {canonical}\nsignature         {signature}")


def _secret() -> str:
    # To sign needs the secret only, and no API key.
    if os.environ.get(API_SECRET_VARIABLE):
        return os.environ[API_SECRET_VARIABLE]
    if path := os.environ.get(KEY_FILE_VARIABLE):
        return Credentials.from_file(path).api_secret
    raise click.UsageError(
        f"There is no secret to sign with. Set {API_SECRET_VARIABLE}, or {KEY_FILE_VARIABLE} to the path "
        "of a key file."
    )


def _parse_pairs(parameters: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{parameter!r} is not KEY=VALUE.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice.")
        pairs[name] = value
    return pairs
