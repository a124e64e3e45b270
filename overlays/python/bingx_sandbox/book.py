"""The book: the orders that the sandbox holds, and the only place where one changes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from bingx_sandbox.clock import Clock
from bingx_sandbox.errors import OrderNotFound, OrderNotOpen, OrderRestricted, SandboxError, naming_place
from bingx_sandbox.order import STATUSES, NewOrder, Order

CLIENT_ORDER_ID_LIFE = 2 * 60 * 60 * 1000
"""How long an order is found by its client order id, in milliseconds: the endpoint's page says two hours."""

# Order ids have 19 digits, which is past 2^53. They are odd, so that none of them is a double by
# accident: a client that reads numbers as doubles is always found out.
_LOWEST_ORDER_ID = 10**18 + 1
_ORDER_IDS_PER_MILLISECOND = 1_000_000


class Book:
    """Holds orders, and changes each of them in one step however many threads ask.

    Args:
        clock: Tells the time; order ids and the life of client order ids follow it.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._orders: dict[int, Order] = {}
        self._order_ids: dict[str, int] = {}
        self._last_order_id = _LOWEST_ORDER_ID
        self._revision = 0
        self._counts: Counter[str] = Counter()
        # Every order's id, the one last that was changed last.
        self._by_change: dict[int, None] = {}

    def place(self, new: NewOrder) -> Order:
        """Add an order under a new id, larger than every id so far.

        Raises:
            SandboxError: Another order has its client order id already.
        """
        with self._lock:
            self._check_client_order_id(new, ())
            return self._add(new, self._next_order_id())

    def place_all(self, news: Sequence[NewOrder]) -> list[Order]:
        """Add orders under new ids; all of them or, on an error, none.

        Raises:
            SandboxError: An order has another's client order id; the error names its place, such as `[3]`.
        """
        with self._lock:
            own: set[str | None] = set()
            for place, new in enumerate(news):
                with naming_place(f"[{place}]"):
                    self._check_client_order_id(new, own)
                own.add(new.client_order_id)
            return [self._add(new, self._next_order_id()) for new in news]

    def replace_all(self, orders: Iterable[tuple[int, NewOrder]]) -> None:
        """Forget every order and hold these instead, under the ids given with them."""
        with self._lock:
            for held in (self._orders, self._order_ids, self._counts, self._by_change):
                held.clear()
            self._revision += 1
            for order_id, new in orders:
                self._add(new, order_id)

    @property
    def revision(self) -> int:
        """Tell a number that grows with each change, so that who has seen it need not look again."""
        return self._revision

    def orders(self) -> list[Order]:
        """List every order, oldest first."""
        with self._lock:
            return list(self._orders.values())

    def counts(self) -> dict[str, int]:
        """Count the orders of each status, those that there are none of included."""
        with self._lock:
            return {status: self._counts[status] for status in STATUSES}

    def last_changed(self, count: int) -> list[Order]:
        """List so many orders that were changed last, in the order in which they were placed."""
        with self._lock:
            ids = sorted(islice(reversed(self._by_change), count))
            return [self._orders[order_id] for order_id in ids]

    def find(self, order_id: int) -> Order | None:
        """Find an order by its id."""
        with self._lock:
            return self._orders.get(order_id)

    def find_by_client_order_id(self, client_order_id: str) -> Order | None:
        """Find an order by its client order id, within two hours of its creation."""
        with self._lock:
            order_id = self._order_ids.get(client_order_id)
            order = None if order_id is None else self._orders[order_id]
        expired = order is not None and self._clock() - order.time > CLIENT_ORDER_ID_LIFE
        return None if expired else order

    def cancel(self, order_id: int, restriction: str | None = None) -> Order:
        """Cancel an open order, keeping what was executed.

        Args:
            order_id: The order's id.
            restriction: The one status in which the order may be cancelled; None allows each open status.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            OrderRestricted: It is open in another status than the restriction allows.
        """
        with self._lock:
            order = self._open_order(order_id)
            if restriction is not None and order.status != restriction:
                raise OrderRestricted(f"the order's status is {order.status}, not {restriction}")
            return self._change(order, status="CANCELED", executed_qty=order.executed_qty)

    def fill(self, order_id: int, quantity: Decimal | None = None) -> Order:
        """Execute an open order at its own price.

        Args:
            order_id: The order's id.
            quantity: How much to execute; None executes all that is left.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            SandboxError: The quantity is more than what is left.
        """
        with self._lock:
            order = self._open_order(order_id)
            remaining = order.placed.orig_qty - order.executed_qty
            quantity = remaining if quantity is None else quantity
            if not 0 < quantity <= remaining:
                raise SandboxError(
                    f"must be above 0 and at most {remaining}, which is left", field="quantity"
                )
            status = "FILLED" if quantity == remaining else "PARTIALLY_FILLED"
            return self._change(order, status=status, executed_qty=order.executed_qty + quantity)

    def _check_client_order_id(self, new: NewOrder, others: Collection[str | None]) -> None:
        client_order_id = new.client_order_id
        if client_order_id is not None and (client_order_id in self._order_ids or client_order_id in others):
            raise SandboxError("is in use by another order", field="clientOrderID")

    def _next_order_id(self) -> int:
        return max(self._last_order_id + 2, self._clock() * _ORDER_IDS_PER_MILLISECOND + 1)

    def _add(self, new: NewOrder, order_id: int) -> Order:
        now = self._clock()
        order = Order(order_id, new, new.executed_qty, new.status, time=now, update_time=now)
        self._keep(order)
        self._last_order_id = max(self._last_order_id, order_id)
        if new.client_order_id is not None:
            self._order_ids[new.client_order_id] = order_id
        return order

    def _open_order(self, order_id: int) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise OrderNotFound(f"there is no order {order_id}")
        if not order.is_open:
            raise OrderNotOpen(f"order {order_id} is {order.status}")
        return order

    def _change(self, order: Order, *, status: str, executed_qty: Decimal) -> Order:
        changed = replace(order, status=status, executed_qty=executed_qty, update_time=self._clock())
        self._counts[order.status] -= 1
        self._keep(changed)
        return changed

    def _keep(self, order: Order) -> None:
        self._orders[order.order_id] = order
        self._counts[order.status] += 1
        self._by_change.pop(order.order_id, None)
        self._by_change[order.order_id] = None
        self._revision += 1
