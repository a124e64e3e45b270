"""The tally: of each order the cancel requests and which cancelled it; of each limit the refusals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypedDict

from bingx_sandbox.admission import LIMIT_NAMES, LimitName
from bingx_sandbox.order import Order


class Executed(TypedDict):
    """What became of one order.

    `cancelledBy` is the number of the request that cancelled it, None if no request did.
    """

    status: str
    cancelRequests: int
    cancelledBy: int | None


class Tally:
    """Counts for ever, unlike the journal, which keeps the last requests alone; a few bytes an order."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._refused: Counter[LimitName] = Counter()
        self._cancel_requests: Counter[int] = Counter()
        self._cancelled_by: dict[int, int] = {}

    def note_cancel_request(self, order_id: int) -> None:
        """Count a cancel request that came in for an order, whatever becomes of it."""
        self._cancel_requests[order_id] += 1

    def note_cancelled(self, order_id: int, number: int) -> None:
        """Keep which request cancelled an order."""
        self._cancelled_by[order_id] = number

    def note_refused(self, limit: LimitName) -> None:
        """Count a request that a limit refused."""
        self._refused[limit] += 1

    def refused(self) -> dict[str, int]:
        """Tell how many requests each limit has refused, those that have refused none included."""
        return {limit: self._refused[limit] for limit in LIMIT_NAMES}

    def executed(self, orders: Iterable[Order]) -> dict[str, Executed]:
        """Tell what became of orders, by order id; the ids are texts, as keys of JSON are."""
        return {
            str(order.order_id): Executed(
                status=order.status,
                cancelRequests=self._cancel_requests[order.order_id],
                cancelledBy=self._cancelled_by.get(order.order_id),
            )
            for order in orders
        }
