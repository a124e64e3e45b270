"""Make the request of one attempt: stamped and signed last, on a copy of the caller's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from types import MappingProxyType
from typing import Literal, NoReturn, cast
from urllib.parse import quote

from bingx_spot._version import __version__
from bingx_spot.core.clock import Clock
from bingx_spot.core.signing import Signer, canonical_of, signed_texts
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import InvalidInput, RequestInfo
from bingx_spot_api.contract import SIGNING, Operation

_MASK = "***"
_SHORTEST_MASKED = 12
_CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


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


@dataclass(frozen=True, slots=True)
class ApiCall:
    """Say what is asked of the exchange, before it is stamped and signed.

    Attributes:
        operation: The endpoint, from the contract.
        parameters: The caller's parameters, wire names and values, nothing injected.
    """

    operation: Operation
    parameters: Mapping[str, object]

    @classmethod
    def of(cls, operation: Operation, parameters: Mapping[str, object]) -> "ApiCall":
        """Make a call, once its parameters name exactly one order where the contract wants that.

        Raises:
            InvalidInput: None or more than one of the ids in `x-bingx-order-reference` is given.
        """
        if not parameters.keys().isdisjoint(operation.injected):
            parameters = {name: parameters[name] for name in parameters if name not in operation.injected}
        given = len(parameters.keys() & operation.exactly_one_of)
        if given != 1 and operation.exactly_one_of:
            names = " or ".join(operation.exactly_one_of)
            raise InvalidInput(names, f"must name the order, and {given} are given", "exactly one")
        return cls(operation, parameters)


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """Hold what all requests for one operation of one host have in common.

    Attributes:
        method: `POST` or `GET`.
        address: Where they go, without a query string.
        placement: Where the parameters stand.
        headers: Names and values, the API key among them.
        masked: The same without the API key.
        signed: Whether they are signed.
    """

    method: str
    address: str
    placement: Placement
    headers: Mapping[str, str] = field(repr=False)
    masked: Mapping[str, str]
    signed: bool


class SignedRequest:
    """Hold one attempt's request, ready for an engine.

    It shows itself masked and cannot be pickled: it holds the API key and a signature.

    Args:
        outline: What it has in common with others.
        url: The whole URL, the query string included.
        content: The body.
        parameters: What was signed.
        secrets: What an answer must not repeat to anybody: the API key and the signature.
    """

    __slots__ = ("_outline", "_parameters", "address", "content", "headers", "method", "secrets", "url")

    def __init__(
        self,
        outline: RequestTemplate,
        url: str,
        content: bytes,
        parameters: Mapping[str, object],
        secrets: tuple[str, ...] = (),
    ) -> None:
        self._outline = outline
        self._parameters = parameters
        self.method = outline.method
        #: The URL without its query string, and so without anything that may not be kept.
        self.address = outline.address
        self.headers = outline.headers
        self.url = url
        self.content = content
        self.secrets = secrets

    @property
    def shown(self) -> RequestInfo:
        """Return the same request without its secrets."""
        outline = self._outline
        more = {"signature": _MASK} if outline.signed else {}
        parameters = MappingProxyType({**self._parameters, **more})
        return RequestInfo(outline.method, outline.address, outline.placement, parameters, outline.masked)

    def __repr__(self) -> str:
        return f"<SignedRequest {self.method} {self.address}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("SignedRequest cannot be pickled or copied: it holds the API key and a signature")


class RequestSigner:
    """Stamp and sign calls for one API key.

    Args:
        credentials: Key and secret.
        clock: Where `timestamp` comes from.
        source_key: The value of `X-SOURCE-KEY`, or None.
    """

    def __init__(
        self,
        credentials: Credentials,
        clock: Clock,
        source_key: str | None = None,
    ) -> None:
        self._credentials = credentials
        self._clock = clock
        self._source_key = source_key
        self._signer = Signer(credentials.api_secret)
        # A key of a few characters, as on a sandbox, is a part of many words: masking it would spoil answers.
        masks_key = len(credentials.api_key) >= _SHORTEST_MASKED
        self._masked_key = (credentials.api_key,) if masks_key else ()
        self._outlines: dict[tuple[str, str, Placement | None], RequestTemplate] = {}

    def stamp(
        self, call: ApiCall, base_url: str, placement: Placement | None = None, timestamp: int | None = None
    ) -> SignedRequest:
        """Return the request that asks for `call`, stamped and signed now.

        Args:
            call: What is asked.
            base_url: The origin to ask.
            placement: Where the parameters go; None for where the contract puts them.
            timestamp: What the clock has just said, in Unix milliseconds; None to have it asked.

        Raises:
            InvalidInput: A value cannot be signed; it names the parameter.
        """
        about = (call.operation.operation_id, base_url, placement)
        outline = self._outlines.get(about)
        if outline is None:
            outline = self._outlines[about] = self._outline(call.operation, base_url, placement)
        parameters = dict(call.parameters)
        signature: str | None = None
        secrets: tuple[str, ...] = ()
        if outline.signed:
            parameters["timestamp"] = self._clock.timestamp() if timestamp is None else timestamp
        texts = signed_texts(parameters)
        if outline.signed:
            signature = self._signer.sign(canonical_of(texts))
            secrets = (*self._masked_key, signature)
        url, content = outline.address, b""
        if outline.placement == "json":
            content = json_body(parameters, signature, texts)
        elif outline.placement == "form":
            content = query_string(parameters, signature, texts).encode()
        else:
            query = query_string(parameters, signature, texts)
            url = f"{url}?{query}" if query else url
        return SignedRequest(outline, url, content, parameters, secrets)

    def _outline(self, operation: Operation, base_url: str, chosen: Placement | None) -> RequestTemplate:
        placement = chosen or cast("Placement", operation.placement)
        if operation.method == "GET":
            # It has no body to put anything into.
            placement = "query"
        headers = self._headers(operation, placement)
        masked = {name: _MASK if name == SIGNING.api_key_header else value for name, value in headers.items()}
        return RequestTemplate(
            operation.method,
            base_url + operation.path,
            placement,
            MappingProxyType(headers),
            MappingProxyType(masked),
            operation.signed,
        )

    def _headers(self, operation: Operation, placement: Placement) -> dict[str, str]:
        # identity: an answer is some hundred bytes, and a compressed one can unfold into gigabytes.
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"bingx-spot/{__version__}",
        }
        if placement in _CONTENT_TYPES:
            headers["Content-Type"] = _CONTENT_TYPES[placement]
        if operation.signed:
            headers[SIGNING.api_key_header] = self._credentials.api_key
        if self._source_key is not None and SIGNING.source_key_header is not None:
            headers[SIGNING.source_key_header] = self._source_key
        return headers
