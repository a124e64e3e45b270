"""Make the request of one attempt: stamped and signed last, on a copy of the caller's parameters."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn, cast

from bingx_spot._version import __version__
from bingx_spot.clock import Clock
from bingx_spot.credentials import Credentials
from bingx_spot.errors import InvalidInput
from bingx_spot.evidence import SentRequest
from bingx_spot.placement import Placement, json_body, query_string
from bingx_spot.signing import canonical_string, sign
from bingx_spot_api.contract import SIGNING, Operation

_MASK = "***"
_SHORTEST_MASKED = 12
_CONTENT_TYPES = {"json": "application/json", "form": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class Call:
    """Say what is asked of the exchange, before it is stamped and signed.

    Attributes:
        operation: The endpoint, from the contract.
        parameters: The caller's parameters, wire names and values, nothing injected.
    """

    operation: Operation
    parameters: Mapping[str, object]

    @classmethod
    def of(cls, operation: Operation, parameters: Mapping[str, object]) -> "Call":
        """Make a call, once its parameters name exactly one order where the contract wants that.

        Raises:
            InvalidInput: None or more than one of the ids in `x-bingx-order-reference` is given.
        """
        own = {name: value for name, value in parameters.items() if name not in operation.injected}
        given = [name for name in operation.exactly_one_of if name in own]
        if operation.exactly_one_of and len(given) != 1:
            names = " or ".join(operation.exactly_one_of)
            raise InvalidInput(names, f"must name the order, and {len(given)} are given", "exactly one")
        return cls(operation, own)


class SignedRequest:
    """Hold one attempt's request, ready for an engine.

    It shows itself masked and cannot be pickled: it holds the API key and a signature.

    Args:
        method: `POST` or `GET`.
        url: The whole URL, the query string included.
        headers: Names and values, the API key among them.
        content: The body.
        shown: The same request without its secrets.
        secrets: What an answer must not repeat to anybody: the API key and the signature.
    """

    __slots__ = ("content", "headers", "method", "secrets", "shown", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes,
        shown: SentRequest,
        secrets: tuple[str, ...] = (),
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.content = content
        self.shown = shown
        self.secrets = secrets

    def __repr__(self) -> str:
        return f"<SignedRequest {self.method} {self.shown.url}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("SignedRequest cannot be pickled or copied: it holds the API key and a signature")


class Stamper:
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
        self._headers: dict[tuple[str, Placement], tuple[Mapping[str, str], Mapping[str, str]]] = {}

    def stamp(self, call: Call, base_url: str, placement: Placement | None = None) -> SignedRequest:
        """Return the request that asks for `call`, stamped and signed now.

        Args:
            call: What is asked.
            base_url: The origin to ask.
            placement: Where the parameters go; None for where the contract puts them.

        Raises:
            InvalidInput: A value cannot be signed; it names the parameter.
        """
        operation = call.operation
        placement = _placement(operation, placement)
        parameters = dict(call.parameters)
        signature = None
        if operation.signed:
            parameters["timestamp"] = self._clock.timestamp()
            signature = sign(canonical_string(parameters), self._credentials.api_secret)
        url, content = _placed(base_url + operation.path, placement, parameters, signature)
        headers, masked = self._headers_of(operation, placement)
        shown = _shown(operation, base_url, placement, parameters, masked)
        secrets = _to_mask(self._credentials.api_key, signature) if signature else ()
        return SignedRequest(operation.method, url, headers, content, shown, secrets)

    def _headers_of(
        self, operation: Operation, placement: Placement
    ) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """Return the headers as they are sent, and as they are shown; they are the same for every call."""
        made = self._headers.get((operation.operation_id, placement))
        if made is None:
            headers = self._made_headers(operation, placement)
            masked = {
                name: _MASK if name == SIGNING.api_key_header else value for name, value in headers.items()
            }
            made = MappingProxyType(headers), MappingProxyType(masked)
            self._headers[operation.operation_id, placement] = made
        return made

    def _made_headers(self, operation: Operation, placement: Placement) -> dict[str, str]:
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


def _placement(operation: Operation, chosen: Placement | None) -> Placement:
    # A GET has no body to put anything into.
    if operation.method == "GET":
        return "query"
    return chosen or cast("Placement", operation.placement)


def _placed(
    url: str, placement: Placement, parameters: Mapping[str, object], signature: str | None
) -> tuple[str, bytes]:
    if placement == "json":
        return url, json_body(parameters, signature)
    text = query_string(parameters, signature)
    if placement == "form":
        return url, text.encode()
    return (f"{url}?{text}" if text else url), b""


def _to_mask(api_key: str, signature: str) -> tuple[str, ...]:
    # A key of a few characters, as on a sandbox, is a part of many words: masking it would spoil answers.
    return (api_key, signature) if len(api_key) >= _SHORTEST_MASKED else (signature,)


def _shown(
    operation: Operation,
    base_url: str,
    placement: Placement,
    parameters: Mapping[str, object],
    masked: Mapping[str, str],
) -> SentRequest:
    signed = {**parameters, "signature": _MASK} if operation.signed else dict(parameters)
    return SentRequest(
        operation.method,
        base_url + operation.path,
        placement,
        MappingProxyType(signed),
        masked,
    )
