"""The public surface of bingx_spot, written by `make release-surface`."""
class Answer:
    def __init__(self, http_status: int, headers: Mapping[str, str], body: bytes) -> None: ...
    body: bytes
    def data(self) -> dict[str, Any]: ...
    def envelope(self) -> Mapping[str, Any]: ...
    def evidence(self, message: str, **more: Any) -> Evidence: ...
    headers: Mapping[str, str]
    http_status: int
    def without(self, secrets: tuple[str, ...]) -> Answer: ...
class AsyncBingxSpot(Facade):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None: ...
    async def aclose(self) -> None: ...
    api: AuthenticatedClient
    async def cancel_order(self, symbol: str, *, order_id: int | str | None = None, client_order_id: str | None = None, cancel_restrictions: CancelRestriction | str | None = None, recv_window: float | None = None) -> Order: ...
    def cancel_orders(self, orders: Iterable[object] | AsyncIterable[object]) -> AsyncCancelRun: ...
    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self: ...
    async def query_order(self, symbol: str, *, order_id: int | str | None = None, client_order_id: str | None = None, recv_window: float | None = None) -> Order: ...
    async def server_time(self) -> int: ...
    async def warm(self, every: float | None = None) -> None: ...
    def with_options(self, **options: Unpack[Options]) -> Self: ...
class AsyncCancelRun(AsyncIterator[CancelResult]):
    async def __aenter__(self) -> Self: ...
    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    async def __anext__(self) -> CancelResult: ...
    def __init__(self, run: Run, items: Iterable[object] | AsyncIterable[object], engine: Engine) -> None: ...
    async def aclose(self) -> list[CancelResult]: ...
    locked_for: float
    def stop(self) -> None: ...
class Attempt:
    def __init__(self, at: int, operation: str, host: str, result: str) -> None: ...
    at: int
    host: str
    operation: str
    result: str
class AuthenticationError(Refused):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class BingxError(Exception):
    ...
class BingxSpot(Facade):
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None: ...
    api: AuthenticatedClient
    def cancel_order(self, symbol: str, *, order_id: int | str | None = None, client_order_id: str | None = None, cancel_restrictions: CancelRestriction | str | None = None, recv_window: float | None = None) -> Order: ...
    def cancel_orders(self, orders: Iterable[object]) -> CancelRun: ...
    def close(self) -> None: ...
    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self: ...
    def query_order(self, symbol: str, *, order_id: int | str | None = None, client_order_id: str | None = None, recv_window: float | None = None) -> Order: ...
    def server_time(self) -> int: ...
    def warm(self, every: float | None = None) -> None: ...
    def with_options(self, **options: Unpack[Options]) -> Self: ...
class CallError(BingxError):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class CancelOutcome(StrEnum):
    CANCELLED = 'cancelled'
    INVALID = 'invalid'
    NOT_OPEN = 'not open'
    REFUSED = 'refused'
    UNKNOWN = 'unknown'
    UNTOUCHED = 'untouched'
class CancelRequest:
    def __init__(self, symbol: str, *, order_id: int | str | None = None, client_order_id: str | None = None, cancel_restrictions: CancelRestriction | str | None = None, recv_window: float | None = None) -> None: ...
    cancel_restrictions: CancelRestriction | str | None
    client_order_id: str | None
    @classmethod
    def of(cls, item: object) -> Self: ...
    order_id: int | str | None
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
    def failed(cls, position: int, request: CancelRequest, item: object, error: CallError) -> Self: ...
    @classmethod
    def invalid(cls, position: int, item: object, problem: InvalidInput) -> Self: ...
    item: object
    order: Order | None
    outcome: CancelOutcome
    position: int
    request: CancelRequest | None
class CancelRun(Iterator[CancelResult]):
    def __enter__(self) -> Self: ...
    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None: ...
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
class ClockError(Refused):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
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
class Environment:
    def __init__(self, name: str, base_url: str, fallback_url: str | None = None) -> None: ...
    base_url: str
    fallback_url: str | None
    name: str
    @classmethod
    def parse(cls, text: str | Environment) -> Environment: ...
class Evidence:
    def __init__(self, message: str, code: int | str | None = None, http_status: int | None = None, request: SentRequest | None = None, body: bytes = b'', headers: Mapping[str, str] = (lambda: MappingProxyType({}))(), retry_at: int | None = None, hint: str = '', rule: str = '', lock_seconds: int | None = None, attempts: tuple[Attempt, ...] = ()) -> None: ...
    attempts: tuple[Attempt, ...]
    body: bytes
    code: int | str | None
    headers: Mapping[str, str]
    hint: str
    http_status: int | None
    lock_seconds: int | None
    message: str
    request: SentRequest | None
    retry_at: int | None
    rule: str
class InvalidInput(BingxError, ValueError):
    def __init__(self, field: str, reason: str, allowed: str) -> None: ...
    allowed: object
    field: object
    reason: object
class NotExecuted(CallError):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class NotSent(NotExecuted):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class Order:
    def __init__(self, *, symbol: str, order_id: int, client_order_id: str | None, status: OrderStatus, type: OrderType | None, side: OrderSide | None, price: Decimal | None, stop_price: Decimal | None, orig_qty: Decimal | None, executed_qty: Decimal | None, cummulative_quote_qty: Decimal | None, time: int | None = None, update_time: int | None = None, orig_quote_order_qty: Decimal | None = None, fee: Decimal | None = None, fee_asset: str | None = None, avg_price: Decimal | None = None, answer: Answer) -> None: ...
    answer: Answer
    avg_price: Decimal | None
    client_order_id: str | None
    cummulative_quote_qty: Decimal | None
    executed_qty: Decimal | None
    fee: Decimal | None
    fee_asset: str | None
    @classmethod
    def from_data(cls, data: Mapping[str, object], answer: Answer) -> Self: ...
    @classmethod
    def from_model(cls, model: CancelledOrder | QueriedOrder, answer: Answer) -> Self: ...
    order_id: int
    orig_qty: Decimal | None
    orig_quote_order_qty: Decimal | None
    price: Decimal | None
    raw: Mapping[str, object]
    side: OrderSide | None
    status: OrderStatus
    stop_price: Decimal | None
    symbol: str
    time: int | None
    type: OrderType | None
    update_time: int | None
class OrderNotOpen(Refused):
    def __init__(self, evidence: Evidence, order: Order | None = None) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
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
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class PermissionDenied(Refused):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class RateLimited(Refused):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    retry_at: int | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class Refused(NotExecuted):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class RunStopped(BingxError):
    def __init__(self, error: CallError) -> None: ...
    error: object
class SentRequest:
    def __init__(self, method: str, url: str, placement: str, parameters: Mapping[str, object], headers: Mapping[str, str]) -> None: ...
    headers: Mapping[str, str]
    method: str
    parameters: Mapping[str, object]
    placement: str
    url: str
class StillOpen(NotExecuted):
    def __init__(self, evidence: Evidence, order: Order) -> None: ...
    args: object
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    order: object
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
class UnknownCode(OutcomeUnknown):
    def __init__(self, evidence: Evidence) -> None: ...
    attempts: tuple[Attempt, ...]
    code: int | str | None
    evidence: object
    hint: str
    http_status: int | None
    message: str
    request: SentRequest | None
    def with_evidence(self, evidence: Evidence) -> Self: ...
def canonical_string(parameters: Mapping[str, object]) -> str: ...
def generated_client(credentials: Credentials | None = None, **options: Unpack[Options]) -> AuthenticatedClient: ...
def sign(canonical: str, secret: str) -> str: ...
class Options(TypedDict):
    clock: Clock
    engine: Literal['default', 'fast']
    environment: str | Environment
    fallback: bool
    limits: Choice
    placement: Placement | Literal['auto']
    proxy: str | None
    source_key: str | None
    timeout: float
    tls: ssl.SSLContext | None
    transport: Transport | None
