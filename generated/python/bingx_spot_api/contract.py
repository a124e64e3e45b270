# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 a4f5088ec0d74124464b7a8bc1a93c4166ef44c40f53320023f576b5dbe9e35c,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""The contract as frozen data: limits, signing rule, servers, and the parameters and responses of each operation.

This module imports nothing beyond the standard library.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")


class Rate(NamedTuple):
    """A rate limit: a number of requests in a number of seconds.

    Args:
        requests: Number of requests.
        seconds: Length of the window, in seconds.
    """

    requests: int
    seconds: float


class IpGroup(NamedTuple):
    """Limits of requests from one IP address (`x-bingx-ip-groups`).

    Args:
        number: Number of the group, as endpoint pages name it.
        endpoint: Limit of each endpoint of the group.
        group: Limit of all endpoints of the group together.
    """

    number: int
    endpoint: Rate
    group: Rate


class Field(NamedTuple):
    """One field of a response.

    Args:
        name: Its name on the wire.
        type: `string`, `decimal` (a number as text), `int64`, `int32`, `double`, `boolean`, `object` or
            `array`.
        required: Whether a success must have it.
        nullable: Whether it may be `null`.
        enum: Whether it is one of listed words; its type is `string` then.
        open_enum: Whether it is an enum in which other words than the listed ones may occur.
        fields: Fields of the object, or of each object of the array; empty if the contract does not list them.
    """

    name: str
    type: str
    required: bool
    nullable: bool
    enum: bool
    open_enum: bool
    fields: tuple["Field", ...] = ()


class Settlement(NamedTuple):
    """How to find out what became of a request (`settledBy`).

    Args:
        operation: The operation that shows it, by its `operation_id`.
        parameters: Pairs of a parameter of that operation and the parameter of this one whose value it takes.
    """

    operation: str
    parameters: tuple[tuple[str, str], ...]


class States(NamedTuple):
    """What the words for an order's state mean. They are in capitals; compare trimmed and in any letter case.

    Args:
        field: The field of `data` that holds the word.
        canceled: Words for cancelled; final.
        filled: Words for completely executed; final.
        failed: Words for an order that ended in another way; final.
        open: Words for an order that is open; it may change.
        executed: The fields that hold how much is executed, and of how much, or None. An order that is
            cancelled with everything executed is a contradiction.
    """

    field: str
    canceled: tuple[str, ...]
    filled: tuple[str, ...]
    failed: tuple[str, ...]
    open: tuple[str, ...]
    executed: tuple[str, str] | None


class Timing(NamedTuple):
    """How fast the exchange is, in seconds. The contract has a source and a confidence for each number.

    Args:
        reads_lag: How old the state in a query's answer may be.
        takes_effect_within: How long after its timestamp plus recvWindow a request may still take effect.
        visible_within: How long after it was placed an order may not be found yet.
        client_order_id_found_for: How long after it was placed an order is found by its client order id.
    """

    reads_lag: float
    takes_effect_within: float
    visible_within: float
    client_order_id_found_for: float


# Not a named tuple like the others: each call reads many attributes of it, which is slower with a tuple.
@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.

    Args:
        operation_id: Its name in the contract.
        method: HTTP method, upper case.
        path: Its path, from the root of a server.
        signed: Whether requests are signed.
        permission: The permission that the API key needs, in the exchange's words.
        placement: Where the contract puts the parameters: a name in `SIGNING.placements`.
        uid_limit: Limit per UID, or None.
        copy_trading_limit: Limit per UID of copy-trading leaders, or None if it is the same.
        ip_group: Number of its group in `IP_GROUPS`, or None.
        parameters: Names of the caller's parameters.
        injected: Names of the parameters that the signing layer supplies.
        exactly_one_of: Parameters of which exactly one must be given; may be empty.
        permanent_id: The one of them that never names another order later, or None.
        repeats: Parameters that `data` of a success repeats, if the request has them.
        confirmed_by: Fields of `data`, each with the words of which a success carries one. They are in
            capitals; compare trimmed and in any letter case.
        act: `cancel`, `place` or `read`, or None.
        repeat: Whether the same request may be sent again: `harmless` (it does nothing more), `same-answer`
            (nor does its answer differ) or `never`.
        settled_by: How to find out what became of a request, or None.
        states: What the words for the order's state mean, in `data` of the settling operation, or of this one
            if it reads; or None.
        timing: How fast the exchange is, or None.
        envelope: Fields of the response beside `data`.
        data: Fields of `data`, or None if the contract has no object there.
    """

    operation_id: str
    method: str
    path: str
    signed: bool
    permission: str | None
    placement: str
    uid_limit: Rate | None
    copy_trading_limit: Rate | None
    ip_group: int | None
    parameters: tuple[str, ...]
    injected: tuple[str, ...]
    exactly_one_of: tuple[str, ...]
    permanent_id: str | None
    repeats: tuple[str, ...]
    confirmed_by: tuple[tuple[str, tuple[str, ...]], ...]
    act: str | None
    repeat: str
    settled_by: Settlement | None
    states: States | None
    timing: Timing | None
    envelope: tuple[Field, ...]
    data: tuple[Field, ...] | None


class Server(NamedTuple):
    """A server (`x-bingx-environment`).

    Args:
        url: Its base URL.
        environment: `live`, `vst` or `sandbox`.
        role: `primary`, or `fallback` for network failures alone.
    """

    url: str
    environment: str
    role: str


class Injected(NamedTuple):
    """A parameter that the signing layer supplies.

    Args:
        name: Its name on the wire.
        value: `unix-milliseconds`, or `digest` for the signature itself.
        when: `each-attempt`.
    """

    name: str
    value: str
    when: str


class Placement(NamedTuple):
    """A part of the request in which parameters may be sent.

    Args:
        name: `json`, `query` or `form`.
        location: `body` or `query`.
        content_type: Content type of the body, or None.
        order: Order in which parameters are sent.
        signature: `member` of the JSON object, or `appended` as a further pair.
        signature_position: The position of the signature among the parameters.
        url_encode: What is URL-encoded, and when, or None.
        whitespace: Whitespace between the tokens of a JSON body.
        non_ascii: How characters beyond ASCII are written in a JSON body.
        verified_order: Order of the parameters in which the server verifies.
    """

    name: str
    location: str
    content_type: str | None
    order: str
    signature: str
    signature_position: str
    url_encode: str | None
    whitespace: str | None
    non_ascii: str | None
    verified_order: str


class Signing(NamedTuple):
    """How a request is signed (`x-bingx-signing`). spec/schemas/signing.schema.json explains each word.

    Args:
        scheme: Name of the security scheme.
        algorithm: The keyed digest.
        output: How the digest is written.
        encoding: Encoding of text to bytes.
        exclude: Parameters that are not part of the canonical string.
        order: Order of the keys in the canonical string.
        pair: How one parameter is written.
        join: The text between two pairs.
        raw_values: Which values are not URL-encoded.
        forbidden_in_keys: Characters in a parameter's name that refuse the request.
        forbidden_in_values: Characters in the text of a value that refuse it.
        refused_values: Kinds of value that cannot be signed.
        whole_float: How a double without a fraction is written.
        negative_zero: The text of minus zero.
        fraction: How a double with a fraction is written.
        exponent: Whether exponent notation occurs.
        boolean_text: The texts of false and true.
        inject: The parameters that the signing layer supplies.
        unreserved: Characters that URL encoding does not change.
        other_bytes: How URL encoding writes all other bytes.
        placements: Where parameters may be sent.
        api_key_header: The header that carries the API key.
        source_key_header: The header of an optional source tag.
    """

    scheme: str
    algorithm: str
    output: str
    encoding: str
    exclude: tuple[str, ...]
    order: str
    pair: str
    join: str
    raw_values: str
    forbidden_in_keys: str
    forbidden_in_values: str
    refused_values: tuple[str, ...]
    whole_float: str
    negative_zero: str
    fraction: str
    exponent: str
    boolean_text: tuple[str, str]
    inject: tuple[Injected, ...]
    unreserved: str
    other_bytes: str
    placements: tuple[Placement, ...]
    api_key_header: str
    source_key_header: str | None


SPEC_VERSION = "2.0.0"
"""`info.version` of the contract."""

SPEC_SHA256 = "a4f5088ec0d74124464b7a8bc1a93c4166ef44c40f53320023f576b5dbe9e35c"
"""Digest of spec/openapi.yaml."""

SERVERS = (
    Server(
        url="https://open-api.bingx.com",
        environment="live",
        role="primary",
    ),
    Server(
        url="https://open-api.bingx.pro",
        environment="live",
        role="fallback",
    ),
    Server(
        url="https://open-api-vst.bingx.com",
        environment="vst",
        role="primary",
    ),
    Server(
        url="https://open-api-vst.bingx.pro",
        environment="vst",
        role="fallback",
    ),
    Server(
        url="http://127.0.0.1:8642",
        environment="sandbox",
        role="primary",
    ),
)
"""The servers, in the order of the contract."""

IP_GROUPS: Mapping[int, IpGroup] = {
    2: IpGroup(number=2, endpoint=Rate(requests=300, seconds=10.0), group=Rate(requests=2000, seconds=10.0)),
    3: IpGroup(number=3, endpoint=Rate(requests=300, seconds=10.0), group=Rate(requests=2000, seconds=10.0)),
}
"""Limits per IP address, by number of the group."""

SIGNING = Signing(
    scheme="bingxSignature",
    algorithm="HMAC-SHA256",
    output="hex-lower",
    encoding="UTF-8",
    exclude=("signature",),
    order="ascending-ascii",
    pair="{key}={value}",
    join="&",
    raw_values="all",
    forbidden_in_keys="&=?#\r\n",
    forbidden_in_values="&=?\r\n",
    refused_values=("null", "object", "array", "not-a-number", "infinity", "lone-surrogate"),
    whole_float="integer",
    negative_zero="0",
    fraction="shortest-round-trip",
    exponent="never",
    boolean_text=("false", "true"),
    inject=(
        Injected(name="timestamp", value="unix-milliseconds", when="each-attempt"),
        Injected(name="signature", value="digest", when="each-attempt"),
    ),
    unreserved="ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~",
    other_bytes="percent-upper-hex",
    placements=(
        Placement(
            name="json",
            location="body",
            content_type="application/json",
            order="ascending-ascii",
            signature="member",
            signature_position="last",
            url_encode=None,
            whitespace="none",
            non_ascii="literal",
            verified_order="sorted",
        ),
        Placement(
            name="query",
            location="query",
            content_type=None,
            order="ascending-ascii",
            signature="appended",
            signature_position="last",
            url_encode="values-after-signing",
            whitespace=None,
            non_ascii=None,
            verified_order="as-sent",
        ),
        Placement(
            name="form",
            location="body",
            content_type="application/x-www-form-urlencoded",
            order="ascending-ascii",
            signature="appended",
            signature_position="last",
            url_encode="values-after-signing",
            whitespace=None,
            non_ascii=None,
            verified_order="as-sent",
        ),
    ),
    api_key_header="X-BX-APIKEY",
    source_key_header="X-SOURCE-KEY",
)
"""The signing rule."""


def _cancelOrder() -> Operation:
    return Operation(
        operation_id="cancelOrder",
        method="POST",
        path="/openApi/spot/v1/trade/cancel",
        signed=True,
        permission="Spot Trading",
        placement="json",
        uid_limit=Rate(requests=5, seconds=1.0),
        copy_trading_limit=Rate(requests=1, seconds=1.0),
        ip_group=3,
        parameters=("symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow"),
        injected=("timestamp", "signature"),
        exactly_one_of=("orderId", "clientOrderID"),
        permanent_id="orderId",
        repeats=("symbol", "orderId", "clientOrderID"),
        confirmed_by=(("status", ("CANCELED", "CANCELLED")),),
        act="cancel",
        repeat="harmless",
        settled_by=Settlement(
            operation="queryOrder",
            parameters=(("symbol", "symbol"), ("orderId", "orderId"), ("clientOrderID", "clientOrderID")),
        ),
        states=States(
            field="status",
            canceled=("CANCELED", "CANCELLED"),
            filled=("FILLED",),
            failed=("FAILED", "EXPIRED", "REJECTED"),
            open=("NEW", "PENDING", "PARTIALLY_FILLED"),
            executed=("executedQty", "origQty"),
        ),
        timing=Timing(
            reads_lag=20.0,
            takes_effect_within=5.0,
            visible_within=2.0,
            client_order_id_found_for=7200.0,
        ),
        envelope=(
            Field(
                name="code",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="msg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="debugMsg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="timestamp",
                type="int64",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="success",
                type="boolean",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
        data=(
            Field(
                name="symbol",
                type="string",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="orderId",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="price",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="origQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="executedQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="cummulativeQuoteQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="status",
                type="string",
                required=True,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="type",
                type="string",
                required=False,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="side",
                type="string",
                required=False,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="clientOrderID",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="stopPrice",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
    )


def _queryOrder() -> Operation:
    return Operation(
        operation_id="queryOrder",
        method="GET",
        path="/openApi/spot/v1/trade/query",
        signed=True,
        permission="Read",
        placement="query",
        uid_limit=Rate(requests=10, seconds=1.0),
        copy_trading_limit=None,
        ip_group=2,
        parameters=("symbol", "orderId", "clientOrderID", "recvWindow"),
        injected=("timestamp", "signature"),
        exactly_one_of=("orderId", "clientOrderID"),
        permanent_id="orderId",
        repeats=("symbol", "orderId", "clientOrderID"),
        confirmed_by=(),
        act="read",
        repeat="harmless",
        settled_by=None,
        states=States(
            field="status",
            canceled=("CANCELED", "CANCELLED"),
            filled=("FILLED",),
            failed=("FAILED", "EXPIRED", "REJECTED"),
            open=("NEW", "PENDING", "PARTIALLY_FILLED"),
            executed=("executedQty", "origQty"),
        ),
        timing=None,
        envelope=(
            Field(
                name="code",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="msg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="debugMsg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="timestamp",
                type="int64",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="success",
                type="boolean",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
        data=(
            Field(
                name="symbol",
                type="string",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="orderId",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="price",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="origQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="executedQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="cummulativeQuoteQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="status",
                type="string",
                required=True,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="type",
                type="string",
                required=False,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="side",
                type="string",
                required=False,
                nullable=False,
                enum=True,
                open_enum=True,
            ),
            Field(
                name="clientOrderID",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="StopPrice",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="time",
                type="int64",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="updateTime",
                type="int64",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="origQuoteOrderQty",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="fee",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="feeAsset",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="avgPrice",
                type="decimal",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
    )


def _serverTime() -> Operation:
    return Operation(
        operation_id="serverTime",
        method="GET",
        path="/openApi/swap/v2/server/time",
        signed=False,
        permission=None,
        placement="query",
        uid_limit=None,
        copy_trading_limit=None,
        ip_group=None,
        parameters=(),
        injected=(),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        confirmed_by=(),
        act="read",
        repeat="harmless",
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(
                name="code",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="msg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="debugMsg",
                type="string",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="timestamp",
                type="int64",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
            Field(
                name="success",
                type="boolean",
                required=False,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
        data=(
            Field(
                name="serverTime",
                type="int64",
                required=True,
                nullable=False,
                enum=False,
                open_enum=False,
            ),
        ),
    )


class _Operations(Mapping[Key, Operation]):
    """Operations that are created when they are first used, so that the import of a large contract is fast."""

    def __init__(self, factories: Mapping[Key, Callable[[], Operation]]) -> None:
        self._factories = factories
        self._operations: dict[Key, Operation] = {}

    def __getitem__(self, key: Key) -> Operation:
        operation = self._operations.get(key)
        if operation is None:
            operation = self._operations.setdefault(key, self._factories[key]())
        return operation

    def __iter__(self) -> Iterator[Key]:
        return iter(self._factories)

    def __len__(self) -> int:
        return len(self._factories)


OPERATIONS: Mapping[tuple[str, str], Operation] = _Operations(
    {
        ("POST", "/openApi/spot/v1/trade/cancel"): _cancelOrder,
        ("GET", "/openApi/spot/v1/trade/query"): _queryOrder,
        ("GET", "/openApi/swap/v2/server/time"): _serverTime,
    }
)
"""Every operation, by method (upper case) and path."""

BY_ID: Mapping[str, Operation] = _Operations(
    {
        "cancelOrder": _cancelOrder,
        "queryOrder": _queryOrder,
        "serverTime": _serverTime,
    }
)
"""Every operation, by `operationId`."""
