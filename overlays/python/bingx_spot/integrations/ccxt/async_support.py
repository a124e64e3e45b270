"""ccxt's BingX exchange for asyncio, whose spot cancels go through this package."""

from collections.abc import AsyncIterator
from typing import Any

from ccxt import async_support

from bingx_spot.async_client import AsyncBingxSpot
from bingx_spot.integrations.ccxt.errors import ccxt_errors
from bingx_spot.integrations.ccxt.spot_cancels import SpotClient, spot_cancel

__all__ = ["bingx"]


class bingx(SpotClient, async_support.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange for asyncio, with safe spot cancels.

    Args:
        config: As for `bingx_spot.integrations.ccxt.bingx`.
    """

    _client_class = AsyncBingxSpot

    async def request(
        self,
        path: str,
        api: Any = "public",
        method: str = "GET",
        params: Any = None,
        *more: Any,
        **named: Any,
    ) -> Any:
        """Send a request: a spot cancel through this package, anything else as ccxt does."""
        params = {} if params is None else params
        if (cancel := spot_cancel(path, api, method)) is None:
            return await super().request(path, api, method, params, *more, **named)
        with ccxt_errors():
            result = getattr(self._spot_client(), cancel.method)(**cancel.arguments(params))
            if isinstance(result, AsyncIterator):
                return cancel.response([each async for each in result])
            return cancel.response(await result)

    async def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            await self._spot[1].aclose()
            self._spot = None
        return await super().close(*arguments, **named)
