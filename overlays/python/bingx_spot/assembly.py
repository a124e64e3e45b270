"""Put together what a client works with, as its settings say."""

import os

from bingx_spot.credentials import Credentials
from bingx_spot.engines import Engine
from bingx_spot.environments import Environment
from bingx_spot.errors import InvalidInput
from bingx_spot.parts import Parts
from bingx_spot.policy.hosts import Hosts
from bingx_spot.policy.memory import Memory
from bingx_spot.policy.placing import Placing
from bingx_spot.request import Stamper
from bingx_spot.settings import Options, Settings
from bingx_spot.sharing.accounts import account_of
from bingx_spot.sharing.choice import LIMITS_VARIABLE, permits_of

#: The environment variable that names the environment where `from_env` is not told it.
ENVIRONMENT_VARIABLE = "BINGX_ENV"


def with_environment(options: Options) -> Options:
    """Return the options with what `BINGX_ENV` and `BINGX_LIMITS` say, where they say nothing themselves."""
    named, limits = os.environ.get(ENVIRONMENT_VARIABLE), os.environ.get(LIMITS_VARIABLE)
    if named:
        options = {"environment": named, **options}
    return {"limits": limits, **options} if limits else options


def engine_of(settings: Settings) -> Engine:
    """Return the engine that the settings ask for."""
    # Imported here, and not before: an HTTP library takes longer than all of this package.
    if settings.transport is not None:
        from bingx_spot.engines.httpx_engine import HttpxEngine  # noqa: PLC0415

        return HttpxEngine(settings.transport)
    from bingx_spot.engines.choice import default_engine, fast_engine  # noqa: PLC0415

    return fast_engine() if settings.engine == "fast" else default_engine(settings.proxy, settings.tls)


def memory_of(credentials: Credentials, settings: Settings) -> Memory:
    """Return a memory for the environment of the settings; only what the API key may do is known already.

    Raises:
        InvalidInput: The credentials are none.
    """
    if not isinstance(credentials, Credentials):
        raise InvalidInput("credentials", "are of another type", "Credentials(api_key, api_secret)")
    environment = Environment.parse(settings.environment)
    fixed = None if settings.placement == "auto" else settings.placement
    account = account_of(environment, credentials)
    hosts = Hosts(environment, use_fallback=settings.fallback)
    return Memory(hosts, Placing(fixed), account.blocks, account.equal_errors, account=account)


def parts_of(credentials: Credentials, settings: Settings, memory: Memory) -> Parts:
    """Return what calls are made with.

    Raises:
        InvalidInput: The limits cannot be shared in the way that the settings say.
    """
    environment = Environment.parse(settings.environment)
    return Parts(
        environment=environment,
        stamper=Stamper(credentials, settings.clock, settings.source_key),
        clock=settings.clock,
        limits=permits_of(settings.limits, memory.account, environment, credentials),
        memory=memory,
        timeout=settings.timeout,
    )
