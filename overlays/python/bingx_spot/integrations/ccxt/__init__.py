"""ccxt's BingX exchange, whose spot cancels go through this package.

Everything else is ccxt's own: arguments, unified orders, swap markets, other requests. The errors of a spot
cancel are ccxt's classes and this package's at once. For asyncio, import the class from
`bingx_spot.integrations.ccxt.async_support`.
"""

from typing import Any

import ccxt

from bingx_spot.client import BingxSpot
from bingx_spot.integrations.ccxt.errors import ccxt_errors
from bingx_spot.integrations.ccxt.spot_cancels import SpotClient, spot_cancel

__all__ = ["bingx"]


class bingx(SpotClient, ccxt.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange, with safe spot cancels.

    Args:
        config: As for `ccxt.bingx`. Of it, a spot cancel uses `apiKey`, `secret`, `urls`, `timeout` (for a
            whole cancel, retries and queries included), `httpsProxy` and `cafile`.
    """

    _client_class = BingxSpot

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
        if (cancel := spot_cancel(path, api, method)) is None:
            return super().request(path, api, method, params, *more, **named)
        with ccxt_errors():
            call = getattr(self._spot_client(), cancel.method)
            return cancel.response(call(**cancel.arguments(params)))

    def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            self._spot[1].close()
            self._spot = None
        # The blocking class of an older ccxt has no such method.
        close = getattr(super(), "close", None)
        return None if close is None else close(*arguments, **named)
