"""Counters of cancel requests for each order and of rejections by each limit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypedDict

from bingx_sandbox.limits import LIMIT_NAMES, LimitName
from bingx_sandbox.order import Order


class Executed(TypedDict):
    """The state of one order and the cancel requests for it.

    `cancelledBy` is the number of the request that cancelled the order; None if no request did.
    """

    status: str
    cancelRequests: int
    cancelledBy: int | None


class Counters:
    """Counts since the last reset; the request log forgets old requests, the counters do not."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Set every counter to zero."""
        self._rejected: Counter[LimitName] = Counter()
        self._cancel_requests: Counter[int] = Counter()
        self._cancelled_by: dict[int, int] = {}

    def add_cancel_request(self, order_id: int) -> None:
        """Count a cancel request for an order, whatever its result."""
        self._cancel_requests[order_id] += 1

    def set_cancelled_by(self, order_id: int, number: int) -> None:
        """Record the number of the request that cancelled an order."""
        self._cancelled_by[order_id] = number

    def add_rejection(self, limit: LimitName) -> None:
        """Count a request that a limit rejected."""
        self._rejected[limit] += 1

    def rejections(self) -> dict[str, int]:
        """Return how many requests each limit has rejected, zeros included."""
        return {limit: self._rejected[limit] for limit in LIMIT_NAMES}

    def executed(self, orders: Iterable[Order]) -> dict[str, Executed]:
        """Return the state of each order by its id; the ids are strings, as JSON keys are."""
        return {
            str(order.order_id): Executed(
                status=order.status,
                cancelRequests=self._cancel_requests[order.order_id],
                cancelledBy=self._cancelled_by.get(order.order_id),
            )
            for order in orders
        }
