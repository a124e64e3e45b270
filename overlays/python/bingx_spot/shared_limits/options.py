"""Make a rate limiter of the option `limits`."""

import atexit
import hmac
import os
import re
from collections.abc import Callable
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary, WeakValueDictionary

from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment, environment_name
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import fork_lock
from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.rate_limiter import IpLimits, LocalRateLimiter, RateLimiter, Unlimited
from bingx_spot.limits.rates import RateOption

if TYPE_CHECKING:
    from bingx_spot.shared_limits.store import Store
    from bingx_spot.shared_limits.store_thread import SharedLimits


#: The value that switches limits off.
OFF = "off"


@runtime_checkable
class RedisClient(Protocol):
    """A client object of redis-py: sync or asyncio; for one server, a cluster or behind Sentinels."""

    def evalsha(self, sha: str, numkeys: int, /, *keys_and_args: Any) -> Any:
        """Run a script that the server knows."""


#: What the option may be.
LimitsOption = RateLimiter | RedisClient | str | os.PathLike[str] | None
_SERVER = re.compile(r"(rediss?|unix)://")
_ALLOWED = (
    "off; redis://, rediss:// or unix:// as redis-py reads it (Valkey too); a client object of redis-py; "
    "file:///PATH or the path of a file; or an object with reserve(operation, bulk)"
)


def check_limits(limits: Any) -> None:
    """Raise `InvalidInput` where the option is not allowed, without its text: a URL may hold a password."""
    if limits is None or limits == OFF or isinstance(limits, RateLimiter | RedisClient):
        return
    if not isinstance(limits, str | os.PathLike):
        raise InvalidInput("limits", f"is of type {type(limits).__name__}", _ALLOWED)
    if _path_of(limits) is None and not _SERVER.match(os.fspath(limits)):
        raise InvalidInput("limits", "is not one of the allowed values", _ALLOWED)


def rate_limiter_for(
    limits: LimitsOption,
    account: AccountState,
    environment: Environment,
    credentials: Credentials,
    rate: RateOption = None,
) -> RateLimiter:
    """Return the rate limiter of a client with these options, which are checked.

    `InvalidInput` says that the store cannot be used, or that another client with this key uses another one.
    """
    if limits == OFF:
        return Unlimited()
    if isinstance(limits, RateLimiter):
        return limits
    account.limits.use_rate(rate)
    if limits is None:
        return account.limits
    path = _path_of(limits)
    place = limits if path is None else path
    with fork_lock:
        from bingx_spot.shared_limits.store_thread import SharedLimits

        if account not in _shared:
            shared = SharedLimits(account, open_store(limits), _limit_names(environment, credentials))
            _shared[account] = place, shared
        elif _shared[account][0] != place:
            # Neither is repeated: a URL may hold a password.
            reason = "is another store than a client with the same API key uses"
            raise InvalidInput("limits", reason, "the same URL, path or client object in all of a process")
    return account.limits


def open_store(limits: "RedisClient | str | os.PathLike[str]") -> "Store":
    """Return the store that the option stands for; `InvalidInput` says that redis-py cannot use it."""
    path = _path_of(limits)
    if path is None:
        from bingx_spot.shared_limits.redis_store import RedisStore

        return RedisStore(limits)
    from bingx_spot.shared_limits.file_store import FileStore

    return FileStore(path)


def _path_of(limits: RedisClient | str | os.PathLike[str]) -> Path | None:
    """Return the path of a file, absolute: a program may change its folder later; None for a server."""
    if isinstance(limits, os.PathLike):
        path = Path(os.fsdecode(limits))
    elif not isinstance(limits, str):
        return None
    elif limits.startswith("file://"):
        parts = urlsplit(limits)
        return Path(unquote(parts.path)) if parts.path and parts.netloc in ("", "localhost") else None
    else:
        path = Path(os.path.expanduser(limits))  # noqa: PTH111 - Path's raises where there is no such user
        # Only what is certainly a path: a misspelt URL must not become a file.
        if not path.is_absolute() and not limits.startswith(("./", "../")):
            return None
    try:
        return path.absolute()
    except OSError:
        raise InvalidInput("limits", "is relative to a folder that is gone", _ALLOWED) from None


def _limit_names(environment: Environment, credentials: Credentials) -> Callable[[str], str]:
    # A reader of the store learns no key from a name, and cannot guess one: keys are random.
    message = f"bingx-spot limits of {_exchange(environment)}".encode()
    digest = hmac.new(credentials.api_key.encode(), message, sha256).hexdigest()[:32]
    # Braces keep the limits of one key together in a cluster.
    return lambda operation_id: f"bingx-spot:{{{digest}}}:{operation_id}"


def _exchange(environment: Environment) -> str:
    """Return the primary host of the exchange: an account has one limit at all its hosts."""
    return Environment.parse(environment_name(environment.base_url.removesuffix(":443"))).base_url


# Weak, so that an account is forgotten with its last client.
_ip_limits: WeakValueDictionary[str, IpLimits] = WeakValueDictionary()
_accounts: WeakValueDictionary[tuple[str, bytes], AccountState] = WeakValueDictionary()
_shared: "WeakKeyDictionary[AccountState, tuple[Any, SharedLimits]]" = WeakKeyDictionary()
# With a random salt, so that the names hold no key, nor anything to compare with a list of keys.
_SALT = os.urandom(32)


def account_of(environment: Environment, credentials: Credentials) -> AccountState:
    """Return the state of an API key, which all clients of the process share that use it on this exchange."""
    exchange = _exchange(environment)
    name = (exchange, blake2b(credentials.api_key.encode(), key=_SALT).digest())
    with fork_lock:
        account = _accounts.get(name)
        if account is None:
            ip_limits, lockouts = _ip_limits.setdefault(exchange, IpLimits()), Lockouts()
            limiter = LocalRateLimiter(ip_limits=ip_limits, lockouts=lockouts)
            account = _accounts[name] = AccountState(limiter, lockouts)
        return account


def forget() -> None:
    """Forget the state of every API key: clients that are created from now on start afresh."""
    with fork_lock:
        _accounts.clear()
        _ip_limits.clear()


@atexit.register
def _flush() -> None:
    for _, shared in list(_shared.values()):
        shared.flush()
