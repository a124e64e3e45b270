"""The public surface of bingx_spot, written by `make release-surface`."""
class AsyncBingxSpot(BaseClient, AsyncTags):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None: ...
    async def aclose(self) -> None: ...
    api: AuthenticatedClient
    async def cancel_all(self, symbol: str | None = None, *, timeout: float = CANCEL_ALL_TIMEOUT) -> CancelAllResult: ...
    async def cancel_order(self, symbol: str, *, order_id: OrderId | None = None, client_order_id: str | None = None, cancel_restrictions: Restriction | None = None, recv_window: float | None = None, already_canceled_ok: bool = False) -> Order: ...
    def cancel_orders(self, orders: Iterable[CancelItem] | AsyncIterable[CancelItem]) -> AsyncCancelRun: ...
    def dead_mans_switch(self, seconds: int = 60, *, on_warning: OnWarning | None = None) -> AsyncDeadMansSwitch: ...
    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self: ...
    async def query_order(self, symbol: str, *, order_id: OrderId | None = None, client_order_id: str | None = None, recv_window: float | None = None) -> Order: ...
    server: surface.AsyncServer
    async def server_time(self) -> int: ...
    trade: surface.AsyncTrade
    async def warm(self, every: float | None = None) -> None: ...
    def with_options(self, **options: Unpack[Options]) -> Self: ...
class AsyncCancelRun(AsyncIterator[CancelResult]):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, *_: object) -> None: ...
    async def __anext__(self) -> CancelResult: ...
    def __init__(self, run: Run, items: Iterable[object] | AsyncIterable[object], engine: Engine) -> None: ...
    async def aclose(self) -> list[CancelResult]: ...
    locked_for: float
    def stop(self) -> None: ...
class AsyncDeadMansSwitch(_Switch):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, countdown: Countdown, engine: Engine) -> None: ...
    lapsed: bool
    seconds_left: float
    triggers_at: int
class Attempt:
    def __init__(self, at: int, operation: str, host: str, result: str) -> None: ...
    at: int
    host: str
    operation: str
    result: str
class AuthenticationError(RequestRejected):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class BingxError(Exception):
    ...
class BingxSpot(BaseClient, Tags):
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None: ...
    api: AuthenticatedClient
    def cancel_all(self, symbol: str | None = None, *, timeout: float = CANCEL_ALL_TIMEOUT) -> CancelAllResult: ...
    def cancel_order(self, symbol: str, *, order_id: OrderId | None = None, client_order_id: str | None = None, cancel_restrictions: Restriction | None = None, recv_window: float | None = None, already_canceled_ok: bool = False) -> Order: ...
    def cancel_orders(self, orders: Iterable[CancelItem]) -> CancelRun: ...
    def close(self) -> None: ...
    def dead_mans_switch(self, seconds: int = 60, *, on_warning: OnWarning | None = None) -> DeadMansSwitch: ...
    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self: ...
    def query_order(self, symbol: str, *, order_id: OrderId | None = None, client_order_id: str | None = None, recv_window: float | None = None) -> Order: ...
    server: surface.Server
    def server_time(self) -> int: ...
    trade: surface.Trade
    def warm(self, every: float | None = None) -> None: ...
    def with_options(self, **options: Unpack[Options]) -> Self: ...
class BulkRunAborted(BingxError):
    def __init__(self, error: CallError) -> None: ...
    error: object
class CallError(BingxError):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class CancelAllOutcome(StrEnum):
    NOTHING_OPEN = 'nothing_open'
    OPEN = 'open'
    UNKNOWN = 'unknown'
class CancelAllResult:
    def __init__(self, *, symbol: str | None, outcome: CancelAllOutcome, results: tuple[CancelResult, ...], error: CallError | None = None) -> None: ...
    def check(self) -> Self: ...
    error: CallError | None
    nothing_open: bool
    outcome: CancelAllOutcome
    results: tuple[CancelResult, ...]
    still_open: tuple[Order, ...]
    symbol: str | None
class CancelOutcome(StrEnum):
    ALREADY_CANCELED: object
    CANCELLED: object
    FAILED: object
    FILLED: object
    NOT_FOUND: object
    NOT_OPEN: object
    STILL_OPEN: object
    UNAFFECTED: object
    UNKNOWN: object
    is_final: bool
    meaning: str
class CancelRequest:
    def __init__(self, symbol: str, *, order_id: OrderId | None = None, client_order_id: str | None = None, cancel_restrictions: Restriction | None = None, recv_window: float | None = None) -> None: ...
    cancel_restrictions: Restriction | None
    client_order_id: str | None
    @classmethod
    def of(cls, item: object) -> Self: ...
    order_id: OrderId | None
    def parameters(self) -> dict[str, object]: ...
    recv_window: float | None
    symbol: str
class CancelRestriction(StrEnum):
    NEW = 'NEW'
    PARTIALLY_FILLED = 'PARTIALLY_FILLED'
    PENDING = 'PENDING'
class CancelResult:
    def __init__(self, *, position: int, item: object, outcome: CancelOutcome, request: CancelRequest | None = None, order: Order | None = None, error: BingxError | None = None) -> None: ...
    cancelled: bool
    error: BingxError | None
    @classmethod
    def from_error(cls, position: int, request: CancelRequest | None, item: object, error: BingxError) -> Self: ...
    item: object
    order: Order | None
    outcome: CancelOutcome
    position: int
    request: CancelRequest | None
class CancelRun(Iterator[CancelResult]):
    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...
    def __init__(self, run: Run, items: Iterable[object], engine: Engine) -> None: ...
    def __next__(self) -> CancelResult: ...
    def close(self) -> list[CancelResult]: ...
    locked_for: float
    def stop(self) -> None: ...
class Clock:
    def __init__(self, time_ns: Callable[[], int] = time.time_ns, elapsed_ns: Callable[[], int] | None = None) -> None: ...
    def learn(self, server_time: int, own_time: int) -> bool: ...
    offset: int
    def timestamp(self) -> int: ...
class ClockError(RequestRejected):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class Credentials:
    def __init__(self, api_key: str, api_secret: str) -> None: ...
    api_key: str
    api_secret: str
    @classmethod
    def from_env(cls) -> Self: ...
    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> Self: ...
class CredentialsError(BingxError):
    ...
class DeadMansSwitch(_Switch):
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, countdown: Countdown, engine: Engine) -> None: ...
    lapsed: bool
    seconds_left: float
    triggers_at: int
class Environment:
    def __init__(self, name: str, base_url: str, fallback_url: str | None = None) -> None: ...
    base_url: str
    fallback_url: str | None
    has_plain_http: bool
    name: str
    option: str
    @classmethod
    def parse(cls, text: str | Environment) -> Environment: ...
class ErrorDetails:
    def __init__(self, message: str, code: int | str | None = None, http_status: int | None = None, request: RequestInfo | None = None, body: bytes = b'', headers: Mapping[str, str] = (lambda: MappingProxyType({}))(), retry_at: int | None = None, hint: str = '', rule: str = '', lock_seconds: int | None = None, attempts: tuple[Attempt, ...] = (), summary: str = '', order_id: int | None = None) -> None: ...
    attempts: tuple[Attempt, ...]
    body: bytes
    code: int | str | None
    headers: Mapping[str, str]
    hint: str
    http_status: int | None
    lock_seconds: int | None
    message: str
    @classmethod
    def of(cls, response: Response, message: str, **more: Any) -> ErrorDetails: ...
    order_id: int | None
    request: RequestInfo | None
    retry_at: int | None
    rule: str
    summary: str
class InvalidInput(BingxError, ValueError):
    def __init__(self, field: str, reason: str, allowed: str) -> None: ...
    allowed: object
    field: object
    reason: object
class NotExecuted(CallError):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class NotSent(NotExecuted):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class Order:
    def __init__(self, *, symbol: str, order_id: int, client_order_id: str | None, status: OrderStatus, type: OrderType | None, side: OrderSide | None, price: Decimal | None, stop_price: Decimal | None, orig_qty: Decimal | None, executed_qty: Decimal | None, cummulative_quote_qty: Decimal | None, time: int | None = None, update_time: int | None = None, orig_quote_order_qty: Decimal | None = None, fee: Decimal | None = None, fee_asset: str | None = None, avg_price: Decimal | None = None, response: Response) -> None: ...
    avg_price: Decimal | None
    client_order_id: str | None
    cummulative_quote_qty: Decimal | None
    executed_qty: Decimal | None
    fee: Decimal | None
    fee_asset: str | None
    @classmethod
    def from_data(cls, data: Mapping[str, Any], response: Response) -> Self: ...
    order_id: int
    orig_qty: Decimal | None
    orig_quote_order_qty: Decimal | None
    price: Decimal | None
    raw: Mapping[str, object]
    response: Response
    side: OrderSide | None
    status: OrderStatus
    stop_price: Decimal | None
    symbol: str
    time: int | None
    type: OrderType | None
    update_time: int | None
class OrderAlreadyCanceled(OrderNotOpen):
    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class OrderFailed(OrderNotOpen):
    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class OrderFilled(OrderNotOpen):
    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class OrderNotFound(RequestRejected):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class OrderNotOpen(RequestRejected):
    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class OrderSide(StrEnum):
    BUY = 'BUY'
    SELL = 'SELL'
class OrderStatus(StrEnum):
    CANCELED = 'CANCELED'
    FAILED = 'FAILED'
    FILLED = 'FILLED'
    NEW = 'NEW'
    PARTIALLY_FILLED = 'PARTIALLY_FILLED'
    PENDING = 'PENDING'
class OrderType(StrEnum):
    LIMIT = 'LIMIT'
    MARKET = 'MARKET'
    TAKE_STOP_LIMIT = 'TAKE_STOP_LIMIT'
    TAKE_STOP_MARKET = 'TAKE_STOP_MARKET'
    TRIGGER_LIMIT = 'TRIGGER_LIMIT'
    TRIGGER_MARKET = 'TRIGGER_MARKET'
class OutcomeUnknown(CallError):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class PermissionDenied(RequestRejected):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class RateLimited(RequestRejected):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    retry_at: int | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class RequestInfo:
    def __init__(self, method: str, url: str, placement: str, parameters: Mapping[str, object], headers: Mapping[str, str]) -> None: ...
    headers: Mapping[str, str]
    method: str
    parameters: Mapping[str, object]
    placement: str
    url: str
class RequestRejected(NotExecuted):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class Response:
    def __init__(self, http_status: int, headers: Mapping[str, str], body: bytes, parsed: Mapping[str, Any] | None = None) -> None: ...
    body: bytes
    def data(self) -> dict[str, Any]: ...
    headers: Mapping[str, str]
    http_status: int
    def json(self) -> Mapping[str, Any]: ...
    parsed: Mapping[str, Any] | None
class StillOpen(NotExecuted):
    def __init__(self, details: ErrorDetails, order: Order) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
class SwitchWarning:
    def __init__(self, seconds_left: float, triggers_at: int, error: BingxError) -> None: ...
    error: BingxError
    seconds_left: float
    triggers_at: int
class UnknownErrorCode(OutcomeUnknown):
    def __init__(self, details: ErrorDetails) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    details: object
    hint: str
    http_status: int | None
    message: str
    request: RequestInfo | None
    def with_details(self, details: ErrorDetails) -> Self: ...
def canonical_string(parameters: Mapping[str, object]) -> str: ...
def generated_client(credentials: Credentials | None = None, **options: Unpack[Options]) -> AuthenticatedClient: ...
def sign(canonical: str, secret: str) -> str: ...
class Options(TypedDict):
    clock: Clock
    environment: Literal['live', 'vst', 'sandbox'] | str | Environment
    fallback: bool
    insecure_tls: bool
    limits: LimitsOption
    placement: Placement | Literal['auto']
    proxy: str | None
    rate: RateOption
    source_key: str | None
    timeout: float
    tls: ssl.SSLContext | None
    transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None
