"""Make of the option `limits` what gives out the permits."""

import atexit
import hmac
import os
import re
from collections.abc import Callable
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import fork_lock
from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.rate_limiter import IpLimits, LocalRateLimiter, RateLimiter, Unlimited

if TYPE_CHECKING:
    from bingx_spot.shared_limits.protocol import Store
    from bingx_spot.shared_limits.store_thread import SharedLimits


#: The environment variable that says how limits are shared where `from_env` is not told it.
LIMITS_VARIABLE = "BINGX_LIMITS"
#: What the option may be.
Choice = RateLimiter | str | os.PathLike[str] | None
#: What switches limits off.
OFF = "off"
# Valkey speaks the protocol of Redis.
_SERVER = re.compile(r"((redis|valkey)s?(\+sentinel)?|unix)://")
_ALLOWED = (
    "off; redis://HOST:PORT/DB, rediss://, valkey://, valkeys://, unix:///PATH or "
    "redis+sentinel://HOST:PORT/MASTER; file:///PATH or the path of a file; or an object with "
    "reserve(operation, bulk)"
)


def check_limits(choice: Choice) -> None:
    """Check the option `limits`.

    Raises:
        InvalidInput: It is none of what is allowed. It is not repeated: a URL may hold a password.
    """
    if choice is None or choice == OFF or hasattr(choice, "reserve"):
        return
    if not isinstance(choice, str | os.PathLike):
        raise InvalidInput("limits", "is of another type", _ALLOWED)
    if _path(choice) is not None:
        return
    if not _SERVER.match(os.fspath(choice)):
        raise InvalidInput("limits", "is none of what it may be", _ALLOWED)
    # Imported here: most processes share with nobody.
    from bingx_spot.shared_limits.redis_url import ServerUrl  # noqa: PLC0415

    ServerUrl.parse(os.fspath(choice))


def permits_of(
    choice: Choice, account: AccountState, environment: Environment, credentials: Credentials
) -> RateLimiter:
    """Return what gives out the permits.

    Args:
        choice: The option `limits`, checked.
        account: The API key's, which all clients of the process share.
        environment: The exchange.
        credentials: The key.

    Raises:
        InvalidInput: The store will not do, or another client with this key shares through another one.
    """
    if choice == OFF:
        return Unlimited()
    if isinstance(choice, str | os.PathLike):
        share_through(account, _where(choice), lambda: store_of(choice), _names(environment, credentials))
    elif choice is not None:
        return choice
    return account.limits


def _names(environment: Environment, credentials: Credentials) -> Callable[[str], str]:
    # Whoever reads the store's names learns no key from them, nor can anybody guess one: keys are random.
    message = f"bingx-spot limits of {environment.base_url}".encode()
    digest = hmac.new(credentials.api_key.encode(), message, sha256).hexdigest()[:32]
    # Braces keep the limits of one key together in a cluster.
    return lambda operation_id: f"bingx-spot:{{{digest}}}:{operation_id}"


def _where(choice: str | os.PathLike[str]) -> str:
    path = _path(choice)
    return os.fspath(choice) if path is None else str(path.absolute())


def store_of(choice: str | os.PathLike[str]) -> "Store":
    """Return the store that a URL or a path names.

    Args:
        choice: The option `limits`, checked.

    Raises:
        InvalidInput: The URL will not do, or redis-py is not installed.
    """
    path = _path(choice)
    if path is None:
        # Imported here: most processes share with nobody.
        from bingx_spot.shared_limits.redis_store import RedisStore  # noqa: PLC0415

        return RedisStore(os.fspath(choice))
    from bingx_spot.shared_limits.file_store import FileStore  # noqa: PLC0415

    return FileStore(path)


def _path(choice: str | os.PathLike[str]) -> Path | None:
    """Return the path that is meant, or None where it is none."""
    if isinstance(choice, os.PathLike):
        return Path(choice)
    if choice.startswith("file://"):
        parts = urlsplit(choice)
        return Path(unquote(parts.path)) if parts.path and parts.netloc in ("", "localhost") else None
    # Only what can be nothing else: a URL that is written wrongly must not become a file.
    path = Path(choice).expanduser()
    return path if path.is_absolute() or choice.startswith(("./", "../")) else None


# Only as long as a client uses them: what nobody holds is forgotten.
_addresses: WeakValueDictionary[str, IpLimits] = WeakValueDictionary()
_accounts: WeakValueDictionary[tuple[str, bytes], AccountState] = WeakValueDictionary()
_stores: WeakKeyDictionary[AccountState, str] = WeakKeyDictionary()
_shared: "WeakSet[SharedLimits]" = WeakSet()
# No key stands in here, nor what could be compared with a list of keys.
_SALT = os.urandom(32)


def account_of(environment: Environment, credentials: Credentials) -> AccountState:
    """Return what the process knows of an API key; the same for every client that uses it there.

    Args:
        environment: The exchange. Its base URL counts, however it was named.
        credentials: The key.
    """
    name = (environment.base_url, blake2b(credentials.api_key.encode(), key=_SALT).digest())
    with fork_lock:
        account = _accounts.get(name)
        if account is None:
            address = _addresses.setdefault(environment.base_url, IpLimits())
            account = _accounts[name] = AccountState(LocalRateLimiter(address=address))
        return account


def share_through(
    account: AccountState, where: str, make_store: "Callable[[], Store]", name_of: Callable[[str], str]
) -> None:
    """Let the account's permits come from a store, unless they do already.

    Args:
        account: The API key's.
        where: What tells the store from others.
        make_store: Makes it.
        name_of: Gives an endpoint's limit its name in the store.

    Raises:
        InvalidInput: They come from another one, or the store cannot be made.
    """
    with fork_lock:
        # Imported here: most processes share with nobody.
        from bingx_spot.shared_limits.store_thread import SharedLimits  # noqa: PLC0415

        known = _stores.get(account)
        if known is None:
            _shared.add(SharedLimits(account, make_store(), name_of))
            _stores[account] = where
        elif known != where:
            # Neither is repeated: a URL may hold a password.
            reason = "names another store than a client with the same API key does"
            raise InvalidInput("limits", reason, "one and the same in all of a process")


def forget() -> None:
    """Forget what is known of every API key: clients that are made from now on begin anew."""
    with fork_lock:
        _accounts.clear()
        _addresses.clear()


def _flush() -> None:
    for shared in list(_shared):
        shared.flush()


atexit.register(_flush)
