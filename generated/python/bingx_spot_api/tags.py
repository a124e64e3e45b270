# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""What gives a client the operations of the contract, by tag: `client.trade.query_order(...)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import surface
    from .client import SupportsRequests


class Tags:
    """A client that blocks is one of these."""

    _client: SupportsRequests

    @property
    def server(self) -> surface.Server:
        """Return the operations of `server`."""
        # Imported here: it is as long as the contract, and most programs need none of it.
        from .surface import Server

        return Server(self._client)

    @property
    def trade(self) -> surface.Trade:
        """Return the operations of `trade`."""
        # Imported here: it is as long as the contract, and most programs need none of it.
        from .surface import Trade

        return Trade(self._client)


class AsyncTags:
    """A client that awaits is one of these."""

    _client: SupportsRequests

    @property
    def server(self) -> surface.AsyncServer:
        """Return the operations of `server`."""
        # Imported here: it is as long as the contract, and most programs need none of it.
        from .surface import AsyncServer

        return AsyncServer(self._client)

    @property
    def trade(self) -> surface.AsyncTrade:
        """Return the operations of `trade`."""
        # Imported here: it is as long as the contract, and most programs need none of it.
        from .surface import AsyncTrade

        return AsyncTrade(self._client)
