"""Accounts: those that the sandbox knows, each with its API keys, their secrets and permissions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import Whole

SPOT_TRADING = "Spot Trading"
"""The permission that a key needs to cancel an order."""

_PRINTABLE = re.compile(r"[!-~]+")
_MADE_UP_BYTES = 32
_FIRST_UID = 1_000_000_001
_COUNT = Whole(1, 1, 100)
_SHOWN_CHARACTERS = 4


@dataclass(frozen=True)
class ApiKey:
    """One API key: whose it is, its secret and what it may do; neither key nor secret shows in its `repr`."""

    uid: str
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    permissions: frozenset[str] = frozenset({SPOT_TRADING})


@dataclass(frozen=True)
class Account:
    """One account: its UID, by which the exchange counts requests, and its API keys."""

    uid: str
    keys: tuple[ApiKey, ...]

    def announced(self) -> dict[str, object]:
        """Write it for whoever started the sandbox, its made-up secrets included."""
        keys = [{"apiKey": key.api_key, "apiSecret": key.api_secret} for key in self.keys]
        return {"uid": self.uid, "keys": keys}


class Accounts:
    """Finds the account that an API key belongs to."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._keys = {key.api_key: key for account in accounts for key in account.keys}

    @property
    def keys(self) -> tuple[ApiKey, ...]:
        """List every key."""
        return tuple(self._keys.values())

    def find(self, api_key: str | None) -> ApiKey | None:
        """Find an API key with its account's UID; None for one that is unknown or missing."""
        return None if api_key is None else self._keys.get(api_key)


def open_accounts(
    count: int = 1,
    keys: int = 1,
    *,
    api_key: str | None = None,
    api_secret: str | None = None,
    permissions: Collection[str] = (SPOT_TRADING,),
) -> list[Account]:
    """Make so many accounts with so many API keys each.

    Args:
        count: How many accounts.
        keys: How many API keys each of them has.
        api_key: The first key of the first account; made up, as all others are, if not given.
        api_secret: Its secret; made up if not given.
        permissions: What each key may do.

    Raises:
        SandboxError: A number is out of its bounds, or a given key or secret is empty or holds what no
            HTTP header carries; the error names it and does not tell its value.
    """
    for name, number in (("accounts", count), ("keys", keys)):
        if not _COUNT.allows(number):
            raise SandboxError(_COUNT.rule, field=name)
    made = [
        ApiKey(uid, _make_up(), _make_up(), frozenset(permissions))
        for uid in _uids(count)
        for _ in range(keys)
    ]
    made[0] = replace(
        made[0],
        api_key=_checked("apiKey", api_key) or made[0].api_key,
        api_secret=_checked("apiSecret", api_secret) or made[0].api_secret,
    )
    return [Account(uid, tuple(key for key in made if key.uid == uid)) for uid in _uids(count)]


def mask(api_key: str | None) -> str | None:
    """Shorten an API key to what tells two of them apart and lets nobody in."""
    if api_key is None:
        return None
    return f"{api_key[:_SHOWN_CHARACTERS]}…" if len(api_key) > 2 * _SHOWN_CHARACTERS else "…"


def _uids(count: int) -> list[str]:
    return [str(_FIRST_UID + number) for number in range(count)]


def _make_up() -> str:
    return secrets.token_urlsafe(_MADE_UP_BYTES)


def _checked(name: str, value: str | None) -> str | None:
    if value is not None and not _PRINTABLE.fullmatch(value):
        raise SandboxError("must be one or more printable ASCII characters without spaces", field=name)
    return value
