"""What the blocking and the awaiting facade share: how a client is made, derived and shown."""

import os
from copy import copy
from dataclasses import replace
from typing import Self, Unpack

# In annotations, for what it imports when it is asked for it, as in client.py.
import bingx_spot_api
from bingx_spot.config import Config, Options
from bingx_spot.core.context import CallContext
from bingx_spot.core.request import RequestSigner
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import InvalidInput
from bingx_spot.keepalive import AsyncKeepAlive, KeepAlive
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector
from bingx_spot.shared_limits.options import LIMITS_VARIABLE, account_of, permits_of
from bingx_spot.transport import Engine

# These make the connection pool, which a client derived by `with_options` shares.
_POOL_SETTINGS = frozenset({"proxy", "tls", "transport"})


# What is remembered belongs to these.
_MEMORY_SETTINGS = frozenset({"environment", "placement", "fallback"})


class BaseClient:
    """What both colours share: how a client is made, derived and shown."""

    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None:
        settings = Config(**options)
        memory = memory_of(credentials, settings)
        self._assemble(credentials, settings, engine_of(settings), memory, owns_engine=True)

    def _assemble(
        self,
        credentials: Credentials,
        settings: Config,
        engine: Engine,
        memory: ClientState,
        *,
        owns_engine: bool,
    ) -> None:
        # Imported here: with it comes all that a call needs, and who makes no client makes no call.
        from bingx_spot.middleware import Direct  # noqa: PLC0415

        self._credentials = credentials
        self._settings = settings
        self._engine = engine
        self._memory = memory
        self._owns_engine = owns_engine
        self._api: bingx_spot_api.AuthenticatedClient | None = None
        self._parts = parts_of(credentials, settings, memory)
        self._client = Direct(self._parts, engine).client()
        self._warmth: KeepAlive | AsyncKeepAlive | None = None

    @classmethod
    def from_env(cls, **options: Unpack[Options]) -> Self:
        """Make a client with the credentials of the environment.

        Reads `BINGX_API_KEY` and `BINGX_API_SECRET`, or the key file that `BINGX_KEY_FILE` names, and
        `BINGX_ENV` (`live`, `vst`, `sandbox` or a base URL) where `environment` is not given, and
        `BINGX_LIMITS` (how limits are shared) where `limits` is not.

        Args:
            **options: As for the class.

        Raises:
            CredentialsError: There are no credentials, or the key file can be read by others.
            InvalidInput: An option is not allowed; it names the option.
        """
        return cls(Credentials.from_env(), **with_environment(options))

    def with_options(self, **options: Unpack[Options]) -> Self:
        """Return a client with some options changed, on the same connections and limits.

        The first client stays as it is, and closing it closes the connections of both. What makes
        the connections (`proxy`, `tls`, `transport`) cannot be changed.

        Args:
            **options: `environment`, `timeout`, `placement`, `fallback`, `source_key`, `clock`, `limits`.

        Raises:
            InvalidInput: An option is not allowed; it names the option.
        """
        for name in sorted(_POOL_SETTINGS & options.keys()):
            raise InvalidInput(name, "makes the connections, which are shared", "a new client")
        derived = copy(self)
        settings = replace(self._settings, **options)
        memory = memory_of(self._credentials, settings) if _MEMORY_SETTINGS & options.keys() else self._memory
        derived._assemble(self._credentials, settings, self._engine, memory, owns_engine=False)  # noqa: SLF001
        return derived

    @property
    def api(self) -> "bingx_spot_api.AuthenticatedClient":
        """Return the generated client, signing through this one's connections and limits."""
        # Imported here: httpx takes longer than all of this package, whose own calls do without it.
        from bingx_spot.httpx_transport import signing_client  # noqa: PLC0415

        if self._api is None:
            self._api = signing_client(self._parts, self._engine, owns_engine=False)
        return self._api

    def _asking(self, every: float) -> Self:
        """Return a client on the same connections that gives up in time for the next question."""
        return self.with_options(timeout=min(every, self._settings.timeout))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(environment={Environment.parse(self._settings.environment).name!r})"


#: The environment variable that names the environment where `from_env` is not told it.
ENVIRONMENT_VARIABLE = "BINGX_ENV"


def with_environment(options: Options) -> Options:
    """Return the options with what `BINGX_ENV` and `BINGX_LIMITS` say, where they say nothing themselves."""
    named, limits = os.environ.get(ENVIRONMENT_VARIABLE), os.environ.get(LIMITS_VARIABLE)
    if named:
        options = {"environment": named, **options}
    return {"limits": limits, **options} if limits else options


def engine_of(settings: Config) -> Engine:
    """Return the engine that the settings ask for."""
    # Imported here, and not before: an HTTP library takes longer than all of this package.
    if settings.transport is not None:
        from bingx_spot.transport.httpx_backend import HttpxEngine  # noqa: PLC0415

        return HttpxEngine(settings.transport)
    from bingx_spot.transport.engine import NetworkEngine  # noqa: PLC0415

    return NetworkEngine(settings.proxy, settings.tls)


def memory_of(credentials: Credentials, settings: Config) -> ClientState:
    """Return a memory for the environment of the settings; only what the API key may do is known already.

    Raises:
        InvalidInput: The credentials are none.
    """
    if not isinstance(credentials, Credentials):
        raise InvalidInput("credentials", "are of another type", "Credentials(api_key, api_secret)")
    environment = Environment.parse(settings.environment)
    fixed = None if settings.placement == "auto" else settings.placement
    account = account_of(environment, credentials)
    hosts = HostSelector(environment, use_fallback=settings.fallback)
    return ClientState(hosts, PlacementSelector(fixed), account.blocks, account.equal_errors, account=account)


def parts_of(credentials: Credentials, settings: Config, memory: ClientState) -> CallContext:
    """Return what calls are made with.

    Raises:
        InvalidInput: The limits cannot be shared in the way that the settings say.
    """
    environment = Environment.parse(settings.environment)
    return CallContext(
        environment=environment,
        stamper=RequestSigner(credentials, settings.clock, settings.source_key),
        clock=settings.clock,
        limits=permits_of(settings.limits, memory.account, environment, credentials),
        memory=memory,
        timeout=settings.timeout,
    )


def generated_client(
    credentials: Credentials | None = None, **options: Unpack[Options]
) -> "bingx_spot_api.AuthenticatedClient":
    """Return a client of the generated package, `bingx_spot_api`, whose httpx clients sign.

    Pass it to the generated functions, `sync` and `asyncio` alike; it stamps, signs and limits their
    requests and lets only believed successes through to their parsers. It is a context manager.

    Args:
        credentials: API key and secret; None for those of the environment.
        **options: As for `BingxSpot`.

    Raises:
        CredentialsError: There are no credentials.
        InvalidInput: An option is not allowed; it names the option.
    """
    # Imported here: httpx takes longer than all of this package, whose own calls do without it.
    from bingx_spot.httpx_transport import signing_client  # noqa: PLC0415

    if credentials is None:
        credentials, options = Credentials.from_env(), with_environment(options)
    settings = Config(**options)
    parts = parts_of(credentials, settings, memory_of(credentials, settings))
    return signing_client(parts, engine_of(settings), owns_engine=True)
