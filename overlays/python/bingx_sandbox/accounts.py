"""Accounts, their API keys, secrets and permissions."""

import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass, field

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import integer

READ = "Read"
"""The permission that a key needs to query an order."""

SPOT_TRADING = "Spot Trading"
"""The permission that a key needs to cancel an order."""

PERMISSIONS = (READ, SPOT_TRADING)

_PRINTABLE = re.compile(r"[!-~]+")
_GENERATED_BYTES = 32
_FIRST_UID = 1_000_000_001
_COUNT = integer(least=1, most=100)
_VISIBLE_CHARACTERS = 4


@dataclass(frozen=True)
class ApiKey:
    """One API key with its secret and permissions; neither key nor secret appears in its `repr`."""

    uid: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    permissions: frozenset[str] = frozenset(PERMISSIONS)


@dataclass(frozen=True)
class Account:
    """One account: its UID, by which the exchange counts requests, and its API keys."""

    uid: str
    keys: tuple[ApiKey, ...]

    def to_dict(self) -> dict[str, object]:
        """Return the account as JSON for the person who started the sandbox, secrets included."""
        keys = [{"apiKey": key.api_key, "apiSecret": key.api_secret} for key in self.keys]
        return {"uid": self.uid, "keys": keys}


def create_accounts(
    count: int = 1,
    keys: int = 1,
    *,
    api_key: str | None = None,
    api_secret: str | None = None,
    permissions: Collection[str] = PERMISSIONS,
) -> list[Account]:
    """Create accounts with API keys.

    Args:
        count: The number of accounts.
        keys: The number of API keys of each account.
        api_key: The first key of the first account; random if not given, as all others are.
        api_secret: Its secret; random if not given.
        permissions: The permissions of each key.

    Raises:
        SandboxError: A number is out of bounds, or the given key or secret is empty or contains characters
            that an HTTP header cannot carry. The error names the field and does not contain its value.
    """
    for name, number in (("accounts", count), ("keys", keys)):
        _COUNT.check(name, number)
    # What is given is of the first key of all.
    key, secret = _checked("apiKey", api_key), _checked("apiSecret", api_secret)
    accounts = []
    for uid in map(str, range(_FIRST_UID, _FIRST_UID + count)):
        created = []
        for _ in range(keys):
            texts = (key or _random_text(), secret or _random_text())
            created.append(ApiKey(uid, *texts, frozenset(permissions)))
            key = secret = None
        accounts.append(Account(uid, tuple(created)))
    return accounts


def mask(api_key: str | None) -> str | None:
    """Shorten an API key to its first characters: enough to recognise it, too few to use it."""
    if api_key is None:
        return None
    return f"{api_key[:_VISIBLE_CHARACTERS]}…" if len(api_key) > 2 * _VISIBLE_CHARACTERS else "…"


def _random_text() -> str:
    return secrets.token_urlsafe(_GENERATED_BYTES)


def _checked(name: str, value: str | None) -> str | None:
    if value is not None and not _PRINTABLE.fullmatch(value):
        raise SandboxError("must be one or more printable ASCII characters without spaces", field=name)
    return value
