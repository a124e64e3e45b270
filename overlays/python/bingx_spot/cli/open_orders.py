"""The orders that are open, for commands that act on them."""

import json
from typing import Any

from bingx_spot.client import BingxSpot
from bingx_spot_api.api import trade
from bingx_spot_api.types import UNSET


def open_orders(bingx: BingxSpot, symbol: str | None) -> list[dict[str, Any]]:
    """Return the open orders of a pair, or of all pairs, as the exchange states them.

    Raises:
        InvalidInput: The pair is not allowed; nothing was sent.
        CallError: They could not be learnt; the subclass says why.
    """
    response = trade.open_orders.sync_detailed(client=bingx.api, symbol=symbol or UNSET)
    return json.loads(response.content)["data"]["orders"] or []
