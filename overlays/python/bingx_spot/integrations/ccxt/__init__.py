"""ccxt's BingX exchange, whose spot cancels go through this package.

Everything else is ccxt's own: arguments, unified orders, swap markets, other requests. The errors of a spot
cancel are ccxt's classes and this package's at once. For asyncio, import the class from
`bingx_spot.integrations.ccxt.async_support`.
"""

from typing import Any

import ccxt

from bingx_spot.client import BingxSpot
from bingx_spot.integrations.ccxt import spot_cancels
from bingx_spot.integrations.ccxt.errors import ccxt_errors

__all__ = ["bingx"]


class bingx(ccxt.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange, with safe spot cancels.

    Args:
        config: As for `ccxt.bingx`. Of it, a spot cancel uses `apiKey`, `secret`, `urls`, `timeout` (for a
            whole cancel, retries and queries included), `httpsProxy` and `cafile`.
    """

    _spot: tuple[spot_cancels.ClientSettings, BingxSpot] | None = None

    def request(
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
            return super().request(path, api, method, params, *more, **named)
        with ccxt_errors():
            client = self._spot_client()
            if path == spot_cancels.CANCEL:
                arguments = spot_cancels.cancel_arguments(params)
                return spot_cancels.order_response(client.cancel_order(**arguments))
            if path == spot_cancels.CANCEL_OPEN_ORDERS:
                result = client.cancel_all(spot_cancels.pair_to_cancel(params))
                return spot_cancels.all_orders_response(result)
            return spot_cancels.orders_response(client.cancel_orders(spot_cancels.cancel_requests(params)))

    def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            self._spot[1].close()
            self._spot = None
        # The blocking class of an older ccxt has no such method.
        close = getattr(super(), "close", None)
        return None if close is None else close(*arguments, **named)

    def _spot_client(self) -> BingxSpot:
        settings = spot_cancels.ClientSettings.of(self)
        if self._spot is None or self._spot[0] != settings:
            credentials, options = settings.arguments()
            # The old client is not closed: another thread may be in a call of it.
            self._spot = settings, BingxSpot(credentials, **options)
        return self._spot[1]
