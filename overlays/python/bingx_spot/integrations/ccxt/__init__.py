"""ccxt's BingX exchange, whose spot cancels go through this package.

Everything else is ccxt's own: arguments, unified orders, swap markets, other requests. The errors of a spot
cancel are ccxt's classes and this package's at once. For asyncio, import the class from
`bingx_spot.integrations.ccxt.async_support`.
"""

from collections.abc import Mapping
from typing import Any

try:
    import ccxt
except ModuleNotFoundError as missing:
    if missing.name != "ccxt":
        raise
    raise ModuleNotFoundError("ccxt is missing: pip install 'bingx-spot[ccxt]'", name="ccxt") from None

from bingx_spot.client import BingxSpot
from bingx_spot.integrations.ccxt.errors import ccxt_errors
from bingx_spot.integrations.ccxt.spot_cancels import SpotCancel, SpotExchange

__all__ = ["bingx"]


class bingx(SpotExchange, ccxt.bingx):  # noqa: N801 - ccxt's name, so that one import changes
    """ccxt's exchange, with safe spot cancels.

    Args:
        config: As for `ccxt.bingx`. Of it, a spot cancel uses `apiKey`, `secret`, `urls`, `timeout` (for a
            whole cancel, retries and queries included), `httpsProxy` and `cafile`.
    """

    _client_class = BingxSpot

    def _cancel(self, cancel: SpotCancel, params: Mapping[str, Any]) -> Any:
        with ccxt_errors():
            return cancel.response(self._call(cancel, params))

    def close(self, *arguments: Any, **named: Any) -> Any:
        """Close the connections."""
        if self._spot is not None:
            self._spot[1].close()
            self._spot = None
        # The blocking class of an older ccxt has no such method.
        close = getattr(super(), "close", None)
        return None if close is None else close(*arguments, **named)
