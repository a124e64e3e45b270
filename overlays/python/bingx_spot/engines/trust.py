"""Whom connections trust where nothing else is said."""

import ssl
from functools import cache

import certifi


@cache
def public_authorities() -> ssl.SSLContext:
    """Return a context that trusts the public certificate authorities, as httpx has them.

    Loading them takes 20 ms, so all clients share it.
    """
    return ssl.create_default_context(cafile=certifi.where())
