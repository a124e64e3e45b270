"""ccxt's BingX exchange for asyncio, whose spot cancels go through this package."""

from typing import Any

from ccxt import async_support

from bingx_spot.async_client import AsyncBingxSpot
from bingx_spot.integrations.ccxt import spot_cancels
from bingx_spot.integrations.ccxt.errors import ccxt_errors

__all__ = ["bingx"]


class bingx(async_support.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange for asyncio, with safe spot cancels.

    Args:
        config: As for `bingx_spot.integrations.ccxt.bingx`.
    """

    _spot: tuple[spot_cancels.ClientSettings, AsyncBingxSpot] | None = None

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
        if not spot_cancels.is_spot_cancel(path, api, method):
            return await super().request(path, api, method, params, *more, **named)
        with ccxt_errors():
            client = self._spot_client()
            if path == spot_cancels.CANCEL:
                arguments = spot_cancels.cancel_arguments(params)
                return spot_cancels.order_response(await client.cancel_order(**arguments))
            if path == spot_cancels.CANCEL_OPEN_ORDERS:
                result = await client.cancel_all(spot_cancels.pair_to_cancel(params))
                return spot_cancels.all_orders_response(result)
            run = client.cancel_orders(spot_cancels.cancel_requests(params))
            return spot_cancels.orders_response([result async for result in run])

    async def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            await self._spot[1].aclose()
            self._spot = None
        return await super().close(*arguments, **named)

    def _spot_client(self) -> AsyncBingxSpot:
        settings = spot_cancels.ClientSettings.of(self)
        if self._spot is None or self._spot[0] != settings:
            credentials, options = settings.arguments()
            # The old client is not closed: another task may be in a call of it.
            self._spot = settings, AsyncBingxSpot(credentials, **options)
        return self._spot[1]
