"""The conditions under which the exchange handles a request, and the order book as it looks under them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bingx_sandbox.order import Order
from bingx_sandbox.order_book import CLIENT_ORDER_ID_LIFE, OrderBook


@dataclass(frozen=True)
class Conditions:
    """How well the exchange works for one request; a fault sets other values than these.

    Attributes:
        clock_offset: How far its clock is off, in milliseconds.
        read_lag: How old the orders are that it finds, in milliseconds.
        cancel_delay: How long after its response it executes a cancel, in milliseconds, or `NEVER`.
        client_order_id_life: How long it finds an order by its client order id, in milliseconds.
        variant: How it answers where no page says how: the settings of the fault `variant`, some or all.
    """

    clock_offset: int = 0
    read_lag: int = 0
    cancel_delay: int = 0
    client_order_id_life: int = CLIENT_ORDER_ID_LIFE
    variant: Mapping[str, Any] = field(default_factory=dict)


NORMAL = Conditions()
"""The conditions of a request that meets no fault."""


class BookView:
    """The order book as one request sees and changes it.

    Args:
        book: The order book.
        conditions: How old its answers are, and when cancels are executed.
        on_cancel: Called with the id of each order that the request cancels, when it is really cancelled.
    """

    def __init__(self, book: OrderBook, conditions: Conditions, on_cancel: Callable[[int], None]) -> None:
        self._book = book
        self._conditions = conditions
        self._on_cancel = on_cancel

    @property
    def variant(self) -> Mapping[str, Any]:
        """Return how to answer where no page says how."""
        return self._conditions.variant

    def orders(self) -> list[Order]:
        """Return every order that is found, oldest first."""
        found = (self.find(order.order_id) for order in self._book.orders())
        return [order for order in found if order is not None]

    def find(self, order_id: int) -> Order | None:
        """Return an order by its id; None if it is not found."""
        return self._book.find(order_id, self._conditions.read_lag)

    def find_by_client_order_id(self, client_order_id: str) -> Order | None:
        """Return an order by its client order id; None if it is not found, or no longer by this id."""
        conditions = self._conditions
        return self._book.find_by_client_order_id(
            client_order_id, conditions.read_lag, conditions.client_order_id_life
        )

    def cancel(self, order_id: int, restriction: str | None = None) -> Order:
        """Cancel an open order now or later; return it as it is after this call.

        Raises:
            OrderNotFound, OrderNotOpen, OrderRestricted: As for `OrderBook.cancel`.
        """
        delay = self._conditions.cancel_delay
        if delay:
            return self._book.cancel_later(order_id, restriction, delay, self._on_cancel)
        order = self._book.cancel(order_id, restriction)
        self._on_cancel(order_id)
        return order

    def begin_countdown(self, owner: str, delay: int) -> int:
        """Begin a countdown now or later; return when it ends, in Unix milliseconds."""
        book, on_cancel, late = self._book, self._on_cancel, self._conditions.cancel_delay
        if not late:
            return book.begin_countdown(owner, delay, on_cancel)
        return delay + book.act_later(
            late, lambda began: book.begin_countdown(owner, delay, on_cancel, began)
        )

    def close_countdown(self, owner: str) -> None:
        """Close a countdown now or later."""
        if self._conditions.cancel_delay:
            self._book.act_later(self._conditions.cancel_delay, lambda _: self._book.close_countdown(owner))
        else:
            self._book.close_countdown(owner)
