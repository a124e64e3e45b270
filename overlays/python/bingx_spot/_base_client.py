"""What the blocking and the async client share: how a client is created, derived, shown and closed."""

from dataclasses import replace
from typing import TYPE_CHECKING, Self, TypedDict, Unpack

from bingx_spot.config import Config, Options, with_environment
from bingx_spot.core.engine import Engine
from bingx_spot.core.request import RequestSigner
from bingx_spot.core.runner import CallContext
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import InvalidInput
from bingx_spot.keepalive import AsyncKeepAlive, KeepAlive
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector
from bingx_spot.redaction import leaving_no_frame
from bingx_spot.shared_limits.options import account_of, rate_limiter_for
from bingx_spot.validation import Restriction

if TYPE_CHECKING:
    from bingx_spot_api import AuthenticatedClient, SupportsRequests, types
    from bingx_spot_api.models import ServerTimeResponse

# These create the connection pool, which a client derived by `with_options` shares.
_POOL_OPTIONS = frozenset({"proxy", "tls", "transport"})
# What is remembered belongs to these.
_STATE_OPTIONS = frozenset({"environment", "placement", "fallback"})

#: How long `cancel_all` may take, in seconds: to cancel, and until the list of open orders can be believed.
CANCEL_ALL_TIMEOUT = 60.0


class QueryOptions(TypedDict, total=False):
    """The optional arguments of `query_order`, which documents them."""

    recv_window: float | None


class CancelOptions(QueryOptions, total=False):
    """The optional arguments of `cancel_order`, which documents them."""

    cancel_restrictions: Restriction | None
    already_canceled_ok: bool


class BaseClient:
    """Base class of the blocking and the async client."""

    # The URLs of `proxy` and `limits` may hold a password.
    @leaving_no_frame
    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None:
        config = Config(**options)
        state = _new_state(credentials, config)
        self._set_up(credentials, config, _engine(config), state, owns_engine=True)

    def _set_up(
        self,
        credentials: Credentials,
        config: Config,
        engine: Engine,
        state: ClientState,
        *,
        owns_engine: bool,
    ) -> None:
        from bingx_spot.middleware import SigningMiddleware

        self._credentials = credentials
        self._config = config
        self._engine = engine
        self._state = state
        self._owns_engine = owns_engine
        self._api: AuthenticatedClient | None = None
        self._context = _context(credentials, config, state)
        self._client: SupportsRequests = SigningMiddleware(self._context, engine)
        self._keepalive: KeepAlive | AsyncKeepAlive | None = None

    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self:
        """Return a client with the credentials of the environment.

        Reads `BINGX_API_KEY` and `BINGX_API_SECRET`, or the files that `BINGX_API_KEY_FILE` and
        `BINGX_API_SECRET_FILE`, or `BINGX_KEY_FILE`, name. An option that is not given is read from its
        variable: `BINGX_ENV`, `BINGX_TIMEOUT`, `BINGX_PLACEMENT`, `BINGX_PROXY`, `BINGX_CA_FILE` (for `tls`),
        `BINGX_RATE` and `BINGX_LIMITS`.

        Args:
            **options: See `Config`.

        Raises:
            CredentialsError: There are no credentials, or others can read the key file.
            InvalidInput: An option is not allowed; it names the option.
        """
        return cls(Credentials.from_env(), **with_environment(options))

    @leaving_no_frame
    def with_options(self, **options: Unpack[Options]) -> Self:
        """Return a client with some options changed, on the same connections and limits.

        The first client stays as it is, and closing it closes the connections of both. The options that
        create the connections (`proxy`, `tls`, `transport`) cannot be changed.

        Args:
            **options: `environment`, `timeout`, `placement`, `fallback`, `source_key`, `clock`, `limits`,
                `rate`.

        Raises:
            InvalidInput: An option is not allowed; it names the option.
        """
        for name in sorted(_POOL_OPTIONS & options.keys()):
            raise InvalidInput(name, "creates the connections, which are shared", "a new client")
        derived = object.__new__(type(self))
        # A subclass may have attributes of its own.
        vars(derived).update(vars(self))
        config = replace(self._config, **options)
        state = _new_state(self._credentials, config) if _STATE_OPTIONS & options.keys() else self._state
        derived._set_up(self._credentials, config, self._engine, state, owns_engine=False)
        return derived

    @property
    def api(self) -> "AuthenticatedClient":
        """Return the generated client, signing through this client's connections and limits."""
        from bingx_spot.httpx_transport import signing_client

        if self._api is None:
            self._api = signing_client(self._context, self._engine, owns_engine=False)
        return self._api

    @staticmethod
    def _load_emergency() -> None:
        """Load what `cancel_all` needs.

        When it is called, no file may be left to be opened, or other versions may have replaced them.
        """
        import bingx_spot.emergency.brake  # noqa: F401

    def _keepalive_client(self, every: float) -> Self:
        """Return a client on the same connections that gives up in time for the next ping."""
        return self.with_options(timeout=min(every, self._config.timeout))

    def __copy__(self) -> Self:
        # Closing a copy that owned the connections would close those of the first client.
        return self.with_options()

    def __repr__(self) -> str:
        # A traceback may print a client whose options were refused, and which has none.
        config = getattr(self, "_config", None)
        named = "" if config is None else f"environment={Environment.parse(config.environment).name!r}"
        return f"{type(self).__name__}({named})"


@leaving_no_frame
def generated_client(
    credentials: Credentials | None = None, **options: Unpack[Options]
) -> "AuthenticatedClient":
    """Return a client of the generated package, `bingx_spot_api`, whose httpx clients sign.

    Pass it to the generated functions, `sync` and `asyncio` alike. Their requests are stamped, signed and
    limited, and only verified successes reach their parsers. It is a context manager.

    Args:
        credentials: API key and secret; None for those of the environment.
        **options: See `Config`.

    Raises:
        CredentialsError: There are no credentials.
        InvalidInput: An option is not allowed; it names the option.
    """
    from bingx_spot.httpx_transport import signing_client

    if credentials is None:
        credentials, options = Credentials.from_env(), with_environment(options)
    config = Config(**options)
    context = _context(credentials, config, _new_state(credentials, config))
    return signing_client(context, _engine(config), owns_engine=True)


def _engine(config: Config) -> Engine:
    if config.transport is not None:
        from bingx_spot.transport.httpx_backend import HttpxEngine

        return HttpxEngine(config.transport)
    from bingx_spot.transport.engine import NetworkEngine

    return NetworkEngine(config.proxy, config.tls)


def _new_state(credentials: Credentials, config: Config) -> ClientState:
    """Return the state of a client that has made no call; only that of the API key may exist already."""
    if not isinstance(credentials, Credentials):
        raise InvalidInput("credentials", "are of another type", "Credentials(api_key, api_secret)")
    environment = Environment.parse(config.environment)
    account = account_of(environment, credentials)
    return ClientState(
        HostSelector(environment, use_fallback=config.fallback),
        PlacementSelector(None if config.placement == "auto" else config.placement),
        account.lockouts,
        account.repeated_errors,
        account=account,
    )


def _context(credentials: Credentials, config: Config, state: ClientState) -> CallContext:
    """Return what the calls of a client have in common."""
    environment = Environment.parse(config.environment)
    return CallContext(
        environment=environment,
        signer=RequestSigner(credentials, config.source_key),
        clock=config.clock,
        limits=rate_limiter_for(config.limits, state.account, environment, credentials, config.rate),
        state=state,
        timeout=config.timeout,
    )


def time_in(response: "types.Response[ServerTimeResponse]") -> int:
    """Return the exchange's time in what a generated function returns of a validated response."""
    # Validation lets no success through without it; this is for the type checker.
    assert response.parsed
    assert response.parsed.data
    return response.parsed.data.server_time
