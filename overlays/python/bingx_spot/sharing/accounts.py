"""Let the clients of one process that use the same API key share what it may do."""

import secrets
from hashlib import blake2b
from threading import Lock
from weakref import WeakValueDictionary

from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.policy.account import Account
from bingx_spot.policy.limits import Address, Limits

_lock = Lock()
# Only as long as a client uses them: what nobody holds is forgotten.
_addresses: WeakValueDictionary[str, Address] = WeakValueDictionary()
_accounts: WeakValueDictionary[tuple[str, bytes], Account] = WeakValueDictionary()
# No key stands in here, nor what could be compared with a list of keys.
_SALT = secrets.token_bytes(32)


def account_of(environment: Environment, credentials: Credentials) -> Account:
    """Return what the process knows of an API key; the same for every client that uses it there.

    Args:
        environment: The exchange. Its base URL counts, however it was named.
        credentials: The key.
    """
    name = (environment.base_url, blake2b(credentials.api_key.encode(), key=_SALT).digest())
    with _lock:
        account = _accounts.get(name)
        if account is None:
            address = _addresses.setdefault(environment.base_url, Address())
            account = _accounts[name] = Account(Limits(address=address))
        return account


def forget() -> None:
    """Forget what is known of every API key: clients that are made from now on begin anew."""
    with _lock:
        _accounts.clear()
        _addresses.clear()
