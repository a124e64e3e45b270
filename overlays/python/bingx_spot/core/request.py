"""Build the request of one attempt: timestamp and signature last, on a copy of the caller's parameters.

The placements are those of `x-bingx-signing` in spec/openapi.yaml; spec/vectors/signing.json has what each
looks like as sent.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import NamedTuple, NoReturn, cast
from urllib.parse import quote

from bingx_spot._version import __version__
from bingx_spot.core.signing import Signer, canonical_of, signed_texts
from bingx_spot.credentials import Credentials
from bingx_spot.environments import PLACEMENTS, Placement
from bingx_spot.error_details import RequestInfo
from bingx_spot.redaction import leaving_no_frame
from bingx_spot_api.contract import SIGNING, Operation

_REDACTED = "***"
_CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


def json_body(parameters: Mapping[str, object], texts: Mapping[str, str], signature: str | None) -> bytes:
    """Return the JSON object as sent: keys sorted, the signature last.

    `texts` are the `signed_texts` of the parameters, and the tokens of numbers: `json.dumps` would write
    `5000.0` and `1e-05`. `signature` is lower-case hex, or None for an operation that is not signed.
    """
    # Not the `encode_basestring` that escapes to ASCII: the body is UTF-8, as the signed canonical string is.
    members = [
        f"{encode_basestring(name)}:{encode_basestring(text) if isinstance(parameters[name], str) else text}"
        for name, text in texts.items()
    ]
    if signature is not None:
        members.append(f'"signature":"{signature}"')
    return ("{" + ",".join(members) + "}").encode()


def query_string(texts: Mapping[str, str], signature: str | None) -> str:
    """Return the query string or form body as sent: keys sorted, the signature last.

    Only values are URL-encoded, and only after signing. Arguments are those of `json_body`.
    """
    pairs = [f"{name}={quote(text, safe='')}" for name, text in texts.items()]
    if signature is not None:
        pairs.append(f"signature={signature}")
    return "&".join(pairs)


class ApiCall(NamedTuple):
    """A call of one operation, before it is stamped and signed."""

    operation: Operation
    parameters: Mapping[str, object]  # the caller's, wire names and values; nothing injected

    @classmethod
    def of(cls, operation: Operation, parameters: Mapping[str, object]) -> "ApiCall":
        """Return a call, without parameters that are injected."""
        kept = {name: value for name, value in parameters.items() if name not in operation.injected}
        return cls(operation, kept)


@dataclass(slots=True, repr=False, eq=False)
class SignedRequest:
    """The request of one attempt, ready to send.

    Its `repr` has no secrets, and it cannot be pickled: it holds the API key and a signature.
    """

    method: str
    address: str  # the URL without its query string, and so without secrets
    url: str
    placement: Placement
    headers: Mapping[str, str]  # with the API key, where it is signed
    content: bytes
    parameters: Mapping[str, object]  # as signed
    secrets: tuple[str, ...]  # what must be redacted from a response: the API key and the signature

    @property
    def info(self) -> RequestInfo:
        """Return the request without its secrets."""
        parameters, headers = dict(self.parameters), dict(self.headers)
        if self.secrets:
            parameters["signature"] = headers[SIGNING.api_key_header] = _REDACTED
        shown = MappingProxyType(parameters), MappingProxyType(headers)
        return RequestInfo(self.method, self.address, self.placement, *shown)

    def __repr__(self) -> str:
        return f"<SignedRequest {self.method} {self.address}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("SignedRequest cannot be pickled or copied: it holds the API key and a signature")


class RequestSigner:
    """Stamp and sign the requests of one API key; `source_key` is the value of `X-SOURCE-KEY`, or None."""

    def __init__(self, credentials: Credentials, source_key: str | None = None) -> None:
        self._api_key = credentials.api_key
        self._signer = Signer(credentials.api_secret)
        self._headers = {
            (placement, signed): MappingProxyType(self._headers_of(placement, source_key, signed=signed))
            for placement in PLACEMENTS
            for signed in (True, False)
        }

    @leaving_no_frame
    def sign_request(
        self, call: ApiCall, base_url: str, timestamp: int, placement: Placement | None = None
    ) -> SignedRequest:
        """Return the request of a call, stamped and signed.

        `base_url` is the host's origin, `timestamp` the exchange's time in Unix milliseconds. Without
        `placement` the contract's is used. `InvalidInput` names a parameter that cannot be signed.
        """
        operation, parameters = call.operation, dict(call.parameters)
        if "timestamp" in operation.injected:
            parameters["timestamp"] = timestamp
        texts = signed_texts(parameters)
        signature = self._signer.sign(canonical_of(texts)) if operation.signed else None
        secrets = () if signature is None else (self._api_key, signature)
        # A GET has no body.
        chosen = "query" if operation.method == "GET" else placement or cast("Placement", operation.placement)
        address = url = base_url + operation.path
        content = b""
        if chosen == "json":
            content = json_body(parameters, texts, signature)
        elif chosen == "form":
            content = query_string(texts, signature).encode()
        elif query := query_string(texts, signature):
            url = f"{address}?{query}"
        headers = self._headers[chosen, operation.signed]
        return SignedRequest(operation.method, address, url, chosen, headers, content, parameters, secrets)

    def _headers_of(self, placement: Placement, source_key: str | None, *, signed: bool) -> dict[str, str]:
        # identity: a response has some hundred bytes, and a compressed one can unfold into gigabytes.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"bingx-spot/{__version__}",
        }
        if placement in _CONTENT_TYPES:
            headers["Content-Type"] = _CONTENT_TYPES[placement]
        if source_key is not None and SIGNING.source_key_header is not None:
            headers[SIGNING.source_key_header] = source_key
        if signed:
            headers[SIGNING.api_key_header] = self._api_key
        return headers
