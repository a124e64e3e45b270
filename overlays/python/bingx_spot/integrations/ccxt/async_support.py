"""ccxt's BingX exchange for asyncio, whose spot cancels go through this package."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from ccxt import async_support

from bingx_spot.async_client import AsyncBingxSpot
from bingx_spot.integrations.ccxt.errors import ccxt_errors
from bingx_spot.integrations.ccxt.spot_cancels import SpotCancel, SpotExchange

__all__ = ["bingx"]


class bingx(SpotExchange, async_support.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange for asyncio, with safe spot cancels.

    Args:
        config: As for `bingx_spot.integrations.ccxt.bingx`.
    """

    _client_class = AsyncBingxSpot

    async def _cancel(self, cancel: SpotCancel, params: Mapping[str, Any]) -> Any:
        with ccxt_errors():
            result = self._call(cancel, params)
            if isinstance(result, AsyncIterator):
                return cancel.response([each async for each in result])
            return cancel.response(await result)

    async def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            await self._spot[1].aclose()
            self._spot = None
        return await super().close(*arguments, **named)
