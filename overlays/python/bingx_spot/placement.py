"""Write signed parameters where the server looks for them: JSON, query string or form.

The forms are `placements` of `x-bingx-signing` in spec/openapi.yaml; spec/vectors/signing.json has
what each looks like as sent.
"""

from collections.abc import Mapping
from json.encoder import encode_basestring
from typing import Literal
from urllib.parse import quote

from bingx_spot.signing import signed_texts

#: Where the parameters of a request stand.
Placement = Literal["json", "query", "form"]
PLACEMENTS: tuple[Placement, ...] = ("json", "query", "form")

# Not the one that keeps to ASCII: the body carries UTF-8, as the canonical string that was signed does.
_text_token = encode_basestring


def json_body(
    parameters: Mapping[str, object], signature: str | None, texts: Mapping[str, str] | None = None
) -> bytes:
    """Return the JSON object as sent: keys sorted, the signature last.

    Number tokens are the very texts that were signed, which `json.dumps` would not keep: it writes
    `5000.0` and `1e-05`.

    Args:
        parameters: Wire names and values, `timestamp` included.
        signature: Lower-case hex; None for an operation that is not signed.
        texts: The `signed_texts` of the parameters, where they are made already.

    Raises:
        InvalidInput: A value cannot be sent; it names the parameter.
    """
    members = [
        f"{_text_token(name)}:{_text_token(text) if isinstance(parameters[name], str) else text}"
        for name, text in (signed_texts(parameters) if texts is None else texts).items()
    ]
    if signature is not None:
        members.append(f'"signature":"{signature}"')
    return ("{" + ",".join(members) + "}").encode()


def query_string(
    parameters: Mapping[str, object], signature: str | None, texts: Mapping[str, str] | None = None
) -> str:
    """Return the query string or form body as sent: keys sorted, the signature last.

    Only values are URL-encoded, and only now, after signing.

    Args:
        parameters: Wire names and values, `timestamp` included.
        signature: Lower-case hex; None for an operation that is not signed.
        texts: The `signed_texts` of the parameters, where they are made already.

    Raises:
        InvalidInput: A value cannot be sent; it names the parameter.
    """
    texts = signed_texts(parameters) if texts is None else texts
    pairs = [f"{name}={quote(text, safe='')}" for name, text in texts.items()]
    if signature is not None:
        pairs.append(f"signature={signature}")
    return "&".join(pairs)
