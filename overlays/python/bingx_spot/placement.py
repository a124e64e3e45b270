"""Write signed parameters where the server looks for them: JSON, query string or form.

The forms are `placements` of `x-bingx-signing` in spec/openapi.yaml; spec/vectors/signing.json has
what each looks like as sent.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Literal
from urllib.parse import quote

from bingx_spot.signing import value_text

#: Where the parameters of a request stand.
Placement = Literal["json", "query", "form"]
PLACEMENTS: tuple[Placement, ...] = ("json", "query", "form")

# Not the one that keeps to ASCII: the body carries UTF-8, as the canonical string that was signed does.
_text_token = encode_basestring


def json_body(parameters: Mapping[str, object], signature: str | None) -> bytes:
    """Return the JSON object as sent: keys sorted, the signature last.

    Number tokens are the very texts that were signed, which `json.dumps` would not keep: it writes
    `5000.0` and `1e-05`.

    Args:
        parameters: Wire names and values, `timestamp` included.
        signature: Lower-case hex; None for an operation that is not signed.

    Raises:
        InvalidInput: A value cannot be sent; it names the parameter.
    """
    members = [f"{_text_token(name)}:{_token(parameters[name], name)}" for name in _names(parameters)]
    if signature is not None:
        members.append(f'"signature":"{signature}"')
    return ("{" + ",".join(members) + "}").encode()


def query_string(parameters: Mapping[str, object], signature: str | None) -> str:
    """Return the query string or form body as sent: keys sorted, the signature last.

    Only values are URL-encoded, and only now, after signing.

    Args:
        parameters: Wire names and values, `timestamp` included.
        signature: Lower-case hex; None for an operation that is not signed.

    Raises:
        InvalidInput: A value cannot be sent; it names the parameter.
    """
    pairs = [f"{name}={quote(value_text(parameters[name], name), safe='')}" for name in _names(parameters)]
    if signature is not None:
        pairs.append(f"signature={signature}")
    return "&".join(pairs)


def _names(parameters: Mapping[str, object]) -> list[str]:
    # A signature among the parameters is an older one; it is neither signed nor sent.
    return sorted(name for name in parameters if name != "signature")


def _token(value: object, name: str) -> str:
    text = value_text(value, name)
    return _text_token(text) if isinstance(value, str) else text
