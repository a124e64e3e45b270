"""Let the clients of one process that use the same API key share what it may do."""

import atexit
import os
from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary, WeakSet, WeakValueDictionary

from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.errors import InvalidInput
from bingx_spot.forks import whole
from bingx_spot.policy.account import Account
from bingx_spot.policy.address import Address
from bingx_spot.policy.limits import Limits

if TYPE_CHECKING:
    from bingx_spot.sharing.shared_limits import SharedLimits
    from bingx_spot.sharing.store import Store

# Only as long as a client uses them: what nobody holds is forgotten.
_addresses: WeakValueDictionary[str, Address] = WeakValueDictionary()
_accounts: WeakValueDictionary[tuple[str, bytes], Account] = WeakValueDictionary()
_stores: WeakKeyDictionary[Account, str] = WeakKeyDictionary()
_shared: "WeakSet[SharedLimits]" = WeakSet()
# No key stands in here, nor what could be compared with a list of keys.
_SALT = os.urandom(32)


def account_of(environment: Environment, credentials: Credentials) -> Account:
    """Return what the process knows of an API key; the same for every client that uses it there.

    Args:
        environment: The exchange. Its base URL counts, however it was named.
        credentials: The key.
    """
    name = (environment.base_url, blake2b(credentials.api_key.encode(), key=_SALT).digest())
    with whole:
        account = _accounts.get(name)
        if account is None:
            address = _addresses.setdefault(environment.base_url, Address())
            account = _accounts[name] = Account(Limits(address=address))
        return account


def share_through(
    account: Account, where: str, make_store: "Callable[[], Store]", name_of: Callable[[str], str]
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
    with whole:
        # Imported here: most processes share with nobody.
        from bingx_spot.sharing.shared_limits import SharedLimits  # noqa: PLC0415

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
    with whole:
        _accounts.clear()
        _addresses.clear()


def _flush() -> None:
    for shared in list(_shared):
        shared.flush()


atexit.register(_flush)
