"""Accounts: the API keys that the sandbox knows, each with its secret and its permissions."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from bingx_sandbox.errors import SandboxError

SPOT_TRADING = "Spot Trading"
"""The permission that a key needs to cancel an order."""

_PRINTABLE = re.compile(r"[!-~]+")
_MADE_UP_BYTES = 32
_SHOWN_CHARACTERS = 4


@dataclass(frozen=True)
class Account:
    """One API key, its secret and what it may do; neither key nor secret shows in its `repr`."""

    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    permissions: frozenset[str] = frozenset({SPOT_TRADING})


class Accounts:
    """Finds the account that an API key belongs to."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._accounts = {account.api_key: account for account in accounts}

    def find(self, api_key: str | None) -> Account | None:
        """Find the account of an API key; None for a key that is unknown or missing."""
        return None if api_key is None else self._accounts.get(api_key)


def open_account(
    api_key: str | None = None,
    api_secret: str | None = None,
    permissions: Collection[str] = (SPOT_TRADING,),
) -> Account:
    """Make an account; a key or secret that is not given is made up.

    Raises:
        SandboxError: A given key or secret is empty or holds what no HTTP header carries; the error
            names it and does not tell its value.
    """
    return Account(
        api_key=_given_or_made_up("apiKey", api_key),
        api_secret=_given_or_made_up("apiSecret", api_secret),
        permissions=frozenset(permissions),
    )


def mask(api_key: str | None) -> str | None:
    """Shorten an API key to what tells two of them apart and lets nobody in."""
    if api_key is None:
        return None
    return f"{api_key[:_SHOWN_CHARACTERS]}…" if len(api_key) > 2 * _SHOWN_CHARACTERS else "…"


def _given_or_made_up(name: str, value: str | None) -> str:
    if value is None:
        return secrets.token_urlsafe(_MADE_UP_BYTES)
    if not _PRINTABLE.fullmatch(value):
        raise SandboxError("must be one or more printable ASCII characters without spaces", field=name)
    return value
