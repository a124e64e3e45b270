# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
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
        endpoint: Limit of each endpoint of the group, or None where none is documented.
        group: Limits of all endpoints of the group together; all of them hold.
    """

    number: int
    endpoint: Rate | None
    group: tuple[Rate, ...]


class Field(NamedTuple):
    """One field of a response, or what each item of a list is.

    Args:
        name: Its name on the wire; of an item, that of its list.
        type: `string`, `decimal` (a number as text), `int64`, `int32`, `double`, `boolean`, `object` or
            `array`.
        required: Whether a success must have it.
        nullable: Whether it may be `null`.
        enum: Whether it is one of listed words; its type is `string` then.
        open_enum: Whether it is an enum in which other words than the listed ones may occur.
        fields: Fields of the object; empty if the contract does not list them.
        items: What each item of the array is, or None.
    """

    name: str
    type: str
    required: bool = False
    nullable: bool = False
    enum: bool = False
    open_enum: bool = False
    fields: tuple["Field", ...] = ()
    items: "Field | None" = None


class Requirement(NamedTuple):
    """Words of which a field holds one.

    Args:
        field: The field.
        words: The words. They are in capitals; compare trimmed and in any letter case.
        parameter: The parameter of the request on which this depends, or None.
        value: Its value for which these words hold, or None.
    """

    field: str
    words: tuple[str, ...]
    parameter: str | None = None
    value: str | None = None


class Items(NamedTuple):
    """What a success says of a list of orders (`items` of `x-bingx-answer`).

    Args:
        name: The list in `data`, or None if `data` is the list.
        repeats: Parameters that each item repeats, if the request has them.
        accounts: Pairs of a parameter that holds ids and the fields of an item that may hold one of them: each id
            that was asked for is in exactly one item of this list or of `failures`.
        failures: The list in `data` of the orders that the request did not change, or None.
        failed: The same pairs for the items of that list.
        requires: Fields of an item, each with the words of which every item of a success holds one.
    """

    name: str | None
    repeats: tuple[str, ...]
    accounts: tuple[tuple[str, tuple[str, ...]], ...]
    failures: str | None
    failed: tuple[tuple[str, tuple[str, ...]], ...]
    requires: tuple[Requirement, ...]


class Parameter(NamedTuple):
    """A parameter of the caller's, a member of an object in one, or an item of a list in one.

    Args:
        name: Its name on the wire; empty for an item.
        python_name: Its name in Python.
        type: `string`, `decimal` (a number as text), `int64`, `int32`, `double`, `boolean` or `object`.
        required: Whether it must be given.
        description: What it means, with its unit.
        enum: Its words, or None.
        open_enum: Whether other words may be sent too.
        pattern: A regular expression for its text, or None.
        length: Fewest and most characters; None for no bound.
        minimum: The least value, or None.
        maximum: The greatest value, or None.
        exclusive: Whether `minimum` and `maximum` themselves are excluded.
        form: What its text holds: `joined` items with commas between, or a `json` array; else None.
        items: What each item of its text is, or None.
        number: Fewest and most items; None for no bound.
        members: Members of the object.
    """

    name: str
    python_name: str
    type: str
    required: bool = False
    description: str = ""
    enum: tuple[str, ...] | None = None
    open_enum: bool = False
    pattern: str | None = None
    length: tuple[int | None, int | None] = (None, None)
    minimum: float | None = None
    maximum: float | None = None
    exclusive: tuple[bool, bool] = (False, False)
    form: str | None = None
    items: "Parameter | None" = None
    number: tuple[int | None, int | None] = (None, None)
    members: tuple["Parameter", ...] = ()


class Settlement(NamedTuple):
    """How to find out what became of a request (`settledBy`).

    Args:
        operation: The operation that shows it, by its `operation_id`.
        parameters: Pairs of a parameter of that operation and the parameter of this one whose value it takes.
        each: The same for a parameter that holds a list: that operation is called once for each of its items.
    """

    operation: str
    parameters: tuple[tuple[str, str], ...]
    each: tuple[tuple[str, str], ...] = ()


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
        summary: What it does, in a few words.
        parameters: Names of the caller's parameters.
        arguments: The same parameters, with their types and bounds.
        injected: Names of the parameters that the signing layer supplies.
        exactly_one_of: Parameters of which exactly one must be given; may be empty.
        permanent_id: The one of them that never names another order later, or None.
        repeats: Parameters that `data` of a success repeats, if the request has them.
        requires: Fields of `data`, each with the words of which a success carries one.
        items: What a success says of a list of orders, or None.
        act: `cancel`, `place`, `set` or `read`, or None.
        repeat: Whether the same request may be sent again: `harmless` (it does nothing more), `same-answer`
            (nor does its answer differ) or `never`.
        advice: What a person can do if the outcome stays unknown, or None.
        settled_by: How to find out what became of a request, or None.
        states: What the words for the order's state mean, in `data` of the settling operation, or of this one
            if it reads; or None.
        timing: How fast the exchange is, or None.
        envelope: Fields of the response beside `data`.
        data: `data` of the response with everything in it, or None if the contract does not say what it holds.
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
    summary: str
    parameters: tuple[str, ...]
    arguments: tuple[Parameter, ...]
    injected: tuple[str, ...]
    exactly_one_of: tuple[str, ...]
    permanent_id: str | None
    repeats: tuple[str, ...]
    requires: tuple[Requirement, ...]
    items: Items | None
    act: str | None
    repeat: str
    advice: str | None
    settled_by: Settlement | None
    states: States | None
    timing: Timing | None
    envelope: tuple[Field, ...]
    data: Field | None


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
        corrected_by: The operation, and the field of its `data`, that says the exchange's time, or None.
    """

    name: str
    value: str
    when: str
    corrected_by: tuple[str, str] | None


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

SPEC_SHA256 = "23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce"
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
    2: IpGroup(
        number=2, endpoint=Rate(requests=300, seconds=10.0), group=(Rate(requests=2000, seconds=10.0),)
    ),
    3: IpGroup(
        number=3, endpoint=Rate(requests=300, seconds=10.0), group=(Rate(requests=2000, seconds=10.0),)
    ),
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
        Injected(
            name="timestamp",
            value="unix-milliseconds",
            when="each-attempt",
            corrected_by=("serverTime", "serverTime"),
        ),
        Injected(
            name="signature",
            value="digest",
            when="each-attempt",
            corrected_by=None,
        ),
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
        summary="Cancel an order",
        parameters=("symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow"),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                required=True,
                description="Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="orderId",
                python_name="order_id",
                type="int64",
                description="Order id. An int64 of up to 19 digits, past 2^53: a JSON parser that reads numbers as doubles corrupts it.",
                minimum=1,
                maximum=9223372036854775807,
            ),
            Parameter(
                name="clientOrderID",
                python_name="client_order_id",
                type="string",
                description="Customized order id, given by the user when placing the order. Different orders cannot use the same one. Found for 2 hours only.",
                pattern="^[A-Za-z0-9_.-]{1,40}$",
                length=(1, 40),
            ),
            Parameter(
                name="cancelRestrictions",
                python_name="cancel_restrictions",
                type="string",
                description="Cancel the order only if it has this status. NEW: new order, PENDING: order in progress, PARTIALLY_FILLED: partially filled.",
                enum=("NEW", "PENDING", "PARTIALLY_FILLED"),
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit: milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in another.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=("orderId", "clientOrderID"),
        permanent_id="orderId",
        repeats=("symbol", "orderId", "clientOrderID"),
        requires=(Requirement(field="status", words=("CANCELED", "CANCELLED")),),
        items=None,
        act="cancel",
        repeat="harmless",
        advice=None,
        settled_by=Settlement(
            operation="queryOrder",
            parameters=(("symbol", "symbol"), ("orderId", "orderId"), ("clientOrderID", "clientOrderID")),
            each=(),
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
            reads_lag=20.0, takes_effect_within=5.0, visible_within=2.0, client_order_id_found_for=7200.0
        ),
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(name="symbol", type="string", required=True),
                Field(name="orderId", type="int64", required=True),
                Field(name="price", type="decimal"),
                Field(name="origQty", type="decimal"),
                Field(name="executedQty", type="decimal"),
                Field(name="cummulativeQuoteQty", type="decimal"),
                Field(name="status", type="string", required=True, enum=True, open_enum=True),
                Field(name="type", type="string", enum=True, open_enum=True),
                Field(name="side", type="string", enum=True, open_enum=True),
                Field(name="clientOrderID", type="string"),
                Field(name="stopPrice", type="decimal"),
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
        summary="Query an order",
        parameters=("symbol", "orderId", "clientOrderID", "recvWindow"),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                required=True,
                description="Trading pair, as in a cancel.",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="orderId",
                python_name="order_id",
                type="int64",
                description="Order id, an int64 of up to 19 digits, as in a cancel.",
                minimum=1,
                maximum=9223372036854775807,
            ),
            Parameter(
                name="clientOrderID",
                python_name="client_order_id",
                type="string",
                description="Customized order id, given by the user when placing the order. Found for 2 hours only.",
                pattern="^[A-Za-z0-9_.-]{1,40}$",
                length=(1, 40),
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit milliseconds.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=("orderId", "clientOrderID"),
        permanent_id="orderId",
        repeats=("symbol", "orderId", "clientOrderID"),
        requires=(),
        items=None,
        act="read",
        repeat="harmless",
        advice=None,
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
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(name="symbol", type="string", required=True),
                Field(name="orderId", type="int64", required=True),
                Field(name="price", type="decimal"),
                Field(name="origQty", type="decimal"),
                Field(name="executedQty", type="decimal"),
                Field(name="cummulativeQuoteQty", type="decimal"),
                Field(name="status", type="string", required=True, enum=True, open_enum=True),
                Field(name="type", type="string", enum=True, open_enum=True),
                Field(name="side", type="string", enum=True, open_enum=True),
                Field(name="clientOrderID", type="string"),
                Field(name="StopPrice", type="decimal"),
                Field(name="time", type="int64"),
                Field(name="updateTime", type="int64"),
                Field(name="origQuoteOrderQty", type="decimal"),
                Field(name="fee", type="decimal"),
                Field(name="feeAsset", type="string"),
                Field(name="avgPrice", type="decimal"),
            ),
        ),
    )


def _openOrders() -> Operation:
    return Operation(
        operation_id="openOrders",
        method="GET",
        path="/openApi/spot/v1/trade/openOrders",
        signed=True,
        permission="Read",
        placement="query",
        uid_limit=Rate(requests=10, seconds=1.0),
        copy_trading_limit=None,
        ip_group=2,
        summary="List the open orders",
        parameters=("symbol", "recvWindow"),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                description="Trading pair, as in a cancel; without it, all pairs.",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit milliseconds.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        requires=(),
        items=Items(name="orders", repeats=("symbol",), accounts=(), failures=None, failed=(), requires=()),
        act="read",
        repeat="harmless",
        advice=None,
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(
                    name="orders",
                    type="array",
                    required=True,
                    nullable=True,
                    items=Field(
                        name="orders",
                        type="object",
                        required=True,
                        fields=(
                            Field(name="symbol", type="string", required=True),
                            Field(name="orderId", type="int64", required=True),
                            Field(name="price", type="decimal"),
                            Field(name="origQty", type="decimal"),
                            Field(name="executedQty", type="decimal"),
                            Field(name="cummulativeQuoteQty", type="decimal"),
                            Field(name="status", type="string", required=True, enum=True, open_enum=True),
                            Field(name="type", type="string", enum=True, open_enum=True),
                            Field(name="side", type="string", enum=True, open_enum=True),
                            Field(name="clientOrderID", type="string"),
                            Field(name="StopPrice", type="decimal"),
                            Field(name="time", type="int64"),
                            Field(name="updateTime", type="int64"),
                            Field(name="origQuoteOrderQty", type="decimal"),
                            Field(name="avgPrice", type="decimal"),
                        ),
                    ),
                ),
            ),
        ),
    )


def _historyOrders() -> Operation:
    return Operation(
        operation_id="historyOrders",
        method="GET",
        path="/openApi/spot/v1/trade/historyOrders",
        signed=True,
        permission="Read",
        placement="query",
        uid_limit=Rate(requests=10, seconds=1.0),
        copy_trading_limit=None,
        ip_group=2,
        summary="List past orders",
        parameters=(
            "symbol",
            "orderId",
            "startTime",
            "endTime",
            "pageIndex",
            "pageSize",
            "status",
            "type",
            "recvWindow",
        ),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                description="Trading pair, as in a cancel; without it, all pairs.",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="orderId",
                python_name="order_id",
                type="int64",
                description="From this order id on, an int64; without it the latest.",
                minimum=1,
            ),
            Parameter(
                name="startTime",
                python_name="start_time",
                type="int64",
                description="Not before this time. Unix time in milliseconds. An int64.",
                minimum=1000000000000,
                maximum=9999999999999,
            ),
            Parameter(
                name="endTime",
                python_name="end_time",
                type="int64",
                description="Not after this time. Unix time in milliseconds. An int64.",
                minimum=1000000000000,
                maximum=9999999999999,
            ),
            Parameter(
                name="pageIndex",
                python_name="page_index",
                type="int64",
                description="Which page, from 1. An int64.",
                minimum=1,
                maximum=10000,
            ),
            Parameter(
                name="pageSize",
                python_name="page_size",
                type="int64",
                description="Orders on a page, by default 100. An int64.",
                minimum=1,
                maximum=100,
            ),
            Parameter(
                name="status",
                python_name="status",
                type="string",
                description="Only orders in this state.",
                enum=("FILLED", "CANCELED", "FAILED"),
            ),
            Parameter(
                name="type",
                python_name="type_",
                type="string",
                description="Only orders of this type.",
                enum=(
                    "MARKET",
                    "LIMIT",
                    "TAKE_STOP_LIMIT",
                    "TAKE_STOP_MARKET",
                    "TRIGGER_LIMIT",
                    "TRIGGER_MARKET",
                ),
                open_enum=True,
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit milliseconds.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        requires=(),
        items=Items(name="orders", repeats=("symbol",), accounts=(), failures=None, failed=(), requires=()),
        act="read",
        repeat="harmless",
        advice=None,
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(
                    name="orders",
                    type="array",
                    required=True,
                    nullable=True,
                    items=Field(
                        name="orders",
                        type="object",
                        required=True,
                        fields=(
                            Field(name="symbol", type="string", required=True),
                            Field(name="orderId", type="int64", required=True),
                            Field(name="price", type="decimal"),
                            Field(name="origQty", type="decimal"),
                            Field(name="executedQty", type="decimal"),
                            Field(name="cummulativeQuoteQty", type="decimal"),
                            Field(name="status", type="string", required=True, enum=True, open_enum=True),
                            Field(name="type", type="string", enum=True, open_enum=True),
                            Field(name="side", type="string", enum=True, open_enum=True),
                            Field(name="clientOrderID", type="string"),
                            Field(name="StopPrice", type="decimal"),
                            Field(name="time", type="int64"),
                            Field(name="updateTime", type="int64"),
                            Field(name="origQuoteOrderQty", type="decimal"),
                            Field(name="avgPrice", type="decimal"),
                        ),
                    ),
                ),
            ),
        ),
    )


def _cancelOpenOrders() -> Operation:
    return Operation(
        operation_id="cancelOpenOrders",
        method="POST",
        path="/openApi/spot/v1/trade/cancelOpenOrders",
        signed=True,
        permission="Spot Trading",
        placement="json",
        uid_limit=Rate(requests=2, seconds=1.0),
        copy_trading_limit=Rate(requests=1, seconds=1.0),
        ip_group=3,
        summary="Cancel all open orders",
        parameters=("symbol", "recvWindow"),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                description="Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit: milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in another.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        requires=(),
        items=Items(
            name="orders",
            repeats=("symbol",),
            accounts=(),
            failures=None,
            failed=(),
            requires=(
                Requirement(
                    field="status", words=("CANCELED", "CANCELLED", "FILLED", "FAILED", "EXPIRED", "REJECTED")
                ),
            ),
        ),
        act="cancel",
        repeat="never",
        advice="Wait fifteen seconds, then see in openOrders what is open; sending this again would cancel newer orders too.",
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(
                    name="orders",
                    type="array",
                    nullable=True,
                    items=Field(
                        name="orders",
                        type="object",
                        required=True,
                        fields=(
                            Field(name="symbol", type="string", required=True),
                            Field(name="orderId", type="int64", required=True),
                            Field(name="price", type="decimal"),
                            Field(name="origQty", type="decimal"),
                            Field(name="executedQty", type="decimal"),
                            Field(name="cummulativeQuoteQty", type="decimal"),
                            Field(name="status", type="string", required=True, enum=True, open_enum=True),
                            Field(name="type", type="string", enum=True, open_enum=True),
                            Field(name="side", type="string", enum=True, open_enum=True),
                            Field(name="clientOrderID", type="string"),
                            Field(name="stopPrice", type="decimal"),
                            Field(name="transactTime", type="int64"),
                        ),
                    ),
                ),
            ),
        ),
    )


def _cancelOrders() -> Operation:
    return Operation(
        operation_id="cancelOrders",
        method="POST",
        path="/openApi/spot/v1/trade/cancelOrders",
        signed=True,
        permission="Spot Trading",
        placement="json",
        uid_limit=Rate(requests=2, seconds=1.0),
        copy_trading_limit=Rate(requests=1, seconds=1.0),
        ip_group=3,
        summary="Cancel several orders of one pair",
        parameters=("symbol", "orderIds", "clientOrderIDs", "process", "recvWindow"),
        arguments=(
            Parameter(
                name="symbol",
                python_name="symbol",
                type="string",
                required=True,
                description="Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).",
                pattern="^[^\\sa-z&=?/-]+-[^\\sa-z&=?/-]+$",
            ),
            Parameter(
                name="orderIds",
                python_name="order_ids",
                type="string",
                description="Order ids with commas between, each an int64. No greatest number is documented for spot; ten is that of the futures market.",
                form="joined",
                items=Parameter(
                    name="", python_name="", type="int64", minimum=1, maximum=9223372036854775807
                ),
                number=(1, 10),
            ),
            Parameter(
                name="clientOrderIDs",
                python_name="client_order_ids",
                type="string",
                description="Customized order ids with commas between. An order is found by its own for 2 hours only.",
                form="joined",
                items=Parameter(name="", python_name="", type="string", pattern="^[A-Za-z0-9_.-]{1,40}$"),
                number=(1, 10),
            ),
            Parameter(
                name="process",
                python_name="process",
                type="int32",
                description="0, the default, cancels all or none. 1 cancels those that are open.",
                minimum=0,
                maximum=1,
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit: milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in another.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=("orderIds", "clientOrderIDs"),
        permanent_id="orderIds",
        repeats=(),
        requires=(),
        items=Items(
            name="orders",
            repeats=("symbol",),
            accounts=(("orderIds", ("orderId",)), ("clientOrderIDs", ("clientOrderID",))),
            failures="fails",
            failed=(("orderIds", ("orderId",)), ("clientOrderIDs", ("clientOrderID", "orderId"))),
            requires=(Requirement(field="status", words=("CANCELED", "CANCELLED")),),
        ),
        act="cancel",
        repeat="harmless",
        advice=None,
        settled_by=Settlement(
            operation="queryOrder",
            parameters=(("symbol", "symbol"),),
            each=(("orderId", "orderIds"), ("clientOrderID", "clientOrderIDs")),
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
            reads_lag=20.0, takes_effect_within=5.0, visible_within=2.0, client_order_id_found_for=7200.0
        ),
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(
                    name="orders",
                    type="array",
                    nullable=True,
                    items=Field(
                        name="orders",
                        type="object",
                        required=True,
                        fields=(
                            Field(name="symbol", type="string", required=True),
                            Field(name="orderId", type="int64", required=True),
                            Field(name="price", type="decimal"),
                            Field(name="origQty", type="decimal"),
                            Field(name="executedQty", type="decimal"),
                            Field(name="cummulativeQuoteQty", type="decimal"),
                            Field(name="status", type="string", required=True, enum=True, open_enum=True),
                            Field(name="type", type="string", enum=True, open_enum=True),
                            Field(name="side", type="string", enum=True, open_enum=True),
                            Field(name="clientOrderID", type="string"),
                            Field(name="stopPrice", type="decimal"),
                            Field(name="transactTime", type="int64"),
                        ),
                    ),
                ),
                Field(
                    name="fails",
                    type="array",
                    nullable=True,
                    items=Field(
                        name="fails",
                        type="object",
                        required=True,
                        fields=(
                            Field(name="orderId", type="string"),
                            Field(name="clientOrderID", type="string"),
                            Field(name="error", type="string"),
                        ),
                    ),
                ),
            ),
        ),
    )


def _cancelAllAfter() -> Operation:
    return Operation(
        operation_id="cancelAllAfter",
        method="POST",
        path="/openApi/spot/v1/trade/cancelAllAfter",
        signed=True,
        permission="Spot Trading",
        placement="json",
        uid_limit=Rate(requests=1, seconds=1.0),
        copy_trading_limit=None,
        ip_group=2,
        summary="Set or close the dead man's switch",
        parameters=("type", "timeOut", "recvWindow"),
        arguments=(
            Parameter(
                name="type",
                python_name="type_",
                type="string",
                required=True,
                description="ACTIVATE starts the countdown, or restarts it. CLOSE ends it.",
                enum=("ACTIVATE", "CLOSE"),
            ),
            Parameter(
                name="timeOut",
                python_name="time_out",
                type="int32",
                required=True,
                description="How long the countdown is. Unit seconds. CLOSE takes no notice of it.",
                minimum=10,
                maximum=120,
            ),
            Parameter(
                name="recvWindow",
                python_name="recv_window",
                type="double",
                description="How long after `timestamp` the request stays valid. Unit: milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in another.",
                minimum=0,
                maximum=60000,
                exclusive=(True, False),
            ),
        ),
        injected=("timestamp", "signature"),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        requires=(
            Requirement(field="status", words=("ACTIVATED",), parameter="type", value="ACTIVATE"),
            Requirement(field="status", words=("CLOSED",), parameter="type", value="CLOSE"),
        ),
        items=None,
        act="set",
        repeat="same-answer",
        advice="Send it again; nothing but a believed answer tells whether the switch is on.",
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data",
            type="object",
            fields=(
                Field(name="triggerTime", type="int64"),
                Field(name="status", type="string", required=True, enum=True, open_enum=True),
                Field(name="note", type="string"),
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
        summary="Get the exchange's time",
        parameters=(),
        arguments=(),
        injected=(),
        exactly_one_of=(),
        permanent_id=None,
        repeats=(),
        requires=(),
        items=None,
        act="read",
        repeat="harmless",
        advice=None,
        settled_by=None,
        states=None,
        timing=None,
        envelope=(
            Field(name="code", type="int64", required=True),
            Field(name="msg", type="string"),
            Field(name="debugMsg", type="string"),
            Field(name="timestamp", type="int64"),
            Field(name="success", type="boolean"),
        ),
        data=Field(
            name="data", type="object", fields=(Field(name="serverTime", type="int64", required=True),)
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
        ("GET", "/openApi/spot/v1/trade/openOrders"): _openOrders,
        ("GET", "/openApi/spot/v1/trade/historyOrders"): _historyOrders,
        ("POST", "/openApi/spot/v1/trade/cancelOpenOrders"): _cancelOpenOrders,
        ("POST", "/openApi/spot/v1/trade/cancelOrders"): _cancelOrders,
        ("POST", "/openApi/spot/v1/trade/cancelAllAfter"): _cancelAllAfter,
        ("GET", "/openApi/swap/v2/server/time"): _serverTime,
    }
)
"""Every operation, by method (upper case) and path."""

BY_ID: Mapping[str, Operation] = _Operations(
    {
        "cancelOrder": _cancelOrder,
        "queryOrder": _queryOrder,
        "openOrders": _openOrders,
        "historyOrders": _historyOrders,
        "cancelOpenOrders": _cancelOpenOrders,
        "cancelOrders": _cancelOrders,
        "cancelAllAfter": _cancelAllAfter,
        "serverTime": _serverTime,
    }
)
"""Every operation, by `operationId`."""
