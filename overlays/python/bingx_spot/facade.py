"""What the blocking and the awaiting facade share: how a client is made, derived and shown."""

from copy import copy
from dataclasses import replace
from typing import Self, Unpack

# In annotations, for what it imports when it is asked for it, as in client.py.
import bingx_spot_api
from bingx_spot.assembly import engine_of, memory_of, parts_of, with_environment
from bingx_spot.credentials import Credentials
from bingx_spot.engines import Engine
from bingx_spot.environments import Environment
from bingx_spot.errors import InvalidInput
from bingx_spot.policy.memory import Memory
from bingx_spot.settings import Options, Settings
from bingx_spot.warmth import AsyncWarmth, Warmth

# These make the connection pool, which a client derived by `with_options` shares.
_POOL_SETTINGS = frozenset({"proxy", "tls", "transport", "engine"})


# What is remembered belongs to these.
_MEMORY_SETTINGS = frozenset({"environment", "placement", "fallback"})


class Facade:
    """What both colours share: how a client is made, derived and shown."""

    def __init__(self, credentials: Credentials, **options: Unpack[Options]) -> None:
        settings = Settings(**options)
        memory = memory_of(credentials, settings)
        self._assemble(credentials, settings, engine_of(settings), memory, owns_engine=True)

    def _assemble(
        self,
        credentials: Credentials,
        settings: Settings,
        engine: Engine,
        memory: Memory,
        *,
        owns_engine: bool,
    ) -> None:
        # Imported here: with it comes all that a call needs, and who makes no client makes no call.
        from bingx_spot.direct import Direct  # noqa: PLC0415

        self._credentials = credentials
        self._settings = settings
        self._engine = engine
        self._memory = memory
        self._owns_engine = owns_engine
        self._api: bingx_spot_api.AuthenticatedClient | None = None
        self._parts = parts_of(credentials, settings, memory)
        self._client = Direct(self._parts, engine).client()
        self._warmth: Warmth | AsyncWarmth | None = None

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
        the connections (`proxy`, `tls`, `transport`, `engine`) cannot be changed.

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
        from bingx_spot.transport import signing_client  # noqa: PLC0415

        if self._api is None:
            self._api = signing_client(self._parts, self._engine, owns_engine=False)
        return self._api

    def _asking(self, every: float) -> Self:
        """Return a client on the same connections that gives up in time for the next question."""
        return self.with_options(timeout=min(every, self._settings.timeout))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(environment={Environment.parse(self._settings.environment).name!r})"
