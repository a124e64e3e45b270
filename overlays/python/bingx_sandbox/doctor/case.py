"""A case: one refused request, as the doctor looks at it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.doctor.pairs import Pair, in_order, read_any, read_json, read_query
from bingx_sandbox.parameters import Sent
from bingx_sandbox.received import Received


@dataclass(frozen=True)
class Case:
    """Everything that was received of one request, and the secrets that might have signed it.

    Attributes:
        method: The HTTP method.
        path: The path.
        placement: Where the signature stood: `json`, `query` or `form`.
        pairs: The parameters beside it, without it, in the order sent.
        signature: The signature that was sent.
        raw: The text that both stand in.
        elsewhere: The text of the other place: the body for `query`, else the query string.
        key: The API key that the request carried.
        others: Further API keys whose secrets may have been taken for its own.
        earlier: Signatures of earlier requests, which may have been left among the parameters.
    """

    method: str
    path: str
    placement: str
    pairs: tuple[Pair, ...]
    signature: str = field(repr=False)
    raw: str
    elsewhere: str
    key: ApiKey
    others: tuple[ApiKey, ...] = ()
    earlier: tuple[str, ...] = field(default=(), repr=False)

    @property
    def signed_pairs(self) -> tuple[Pair, ...]:
        """Tell the parameters in the order in which they are to be signed."""
        return in_order(self.pairs) if self.placement == "json" else self.pairs

    @property
    def canonical(self) -> bytes:
        """Tell the canonical string, as the bytes that are to be signed."""
        return "&".join(f"{pair.name}={pair.text}" for pair in self.signed_pairs).encode()

    @property
    def elsewhere_pairs(self) -> tuple[Pair, ...]:
        """Tell the parameters of the other place; none if they cannot be read."""
        return tuple(pair for pair in read_any(self.elsewhere) if pair.name != "signature")


def open_case(
    received: Received,
    sent: Sent,
    key: ApiKey,
    others: Iterable[ApiKey] = (),
    earlier: Iterable[str] = (),
) -> Case:
    """Put together what was received; the parameters have been read and found readable before."""
    query, body = _text(received.query), _text(received.body)
    raw, elsewhere = (query, body) if sent.placement == "query" else (body, query)
    pairs = read_json(raw) if sent.placement == "json" else read_query(raw)
    return Case(
        received.method,
        received.path,
        str(sent.placement),
        tuple(
            Pair(pair.name, sent.parameters.get(pair.name, pair.text), pair.written, pair.kind)
            for pair in pairs
            if pair.name != "signature"
        ),
        str(sent.signature),
        raw,
        elsewhere,
        key,
        tuple(others),
        tuple(earlier),
    )


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", errors="replace")
