"""The order book: the orders of the sandbox, their history, and the only code that changes them."""

import heapq
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count, islice

from bingx_sandbox.errors import OrderNotFound, OrderNotOpen, OrderRestricted, SandboxError, error_location
from bingx_sandbox.order import STATUSES, NewOrder, Order
from bingx_sandbox.settings import Clock

CLIENT_ORDER_ID_LIFE = 2 * 60 * 60 * 1000
"""How long an order is found by its client order id, in milliseconds: two hours, says the endpoint's page."""

NEVER = -1
"""The delay of a cancel that is accepted and never executed."""

# Order ids have 19 digits, more than 2^53. They are odd, so that no double can hold one by chance: a client
# that reads numbers as doubles is always found out.
_LOWEST_ORDER_ID = 10**18 + 1
_ORDER_IDS_PER_MILLISECOND = 1_000_000

OnCancel = Callable[[int], None]
"""A function that is called with the id of an order when the order is really cancelled."""

Action = Callable[[int], object]
"""What is done when its time has come; it is given that time, in Unix milliseconds."""


class OrderBook:
    """Holds orders; each change is atomic, whatever the number of threads.

    Order ids and the life of client order ids follow the clock, and delayed actions are executed as soon as
    it is past their time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.RLock()
        self._orders: dict[int, Order] = {}
        self._history: dict[int, list[Order]] = {}
        self._client_order_ids: dict[str, list[int]] = {}
        # A heap; the numbers keep actions of one time in their order.
        self._delayed: list[tuple[int, int, Action]] = []
        self._delayed_numbers = count()
        # By the account that has begun it, the number of the countdown that is on, and when it ends.
        self._countdowns: dict[str, tuple[int, int]] = {}
        self._last_order_id = _LOWEST_ORDER_ID
        self._counts: Counter[str] = Counter()
        # The ids of all orders, the most recently changed one last.
        self._by_change: dict[int, None] = {}

    def place(self, new: NewOrder) -> Order:
        """Add an order under a new id, larger than every id so far.

        Raises:
            SandboxError: Its client order id is in use.
        """
        with self._up_to_date():
            self._check_client_order_id(new)
            return self._add(new, self._next_order_id())

    def place_all(self, new_orders: Sequence[NewOrder]) -> list[Order]:
        """Add orders under new ids; all of them or, after an error, none.

        Raises:
            SandboxError: A client order id is in use; the error names the order's index, such as `[3]`.
        """
        with self._up_to_date():
            own: set[str] = set()
            for index, new in enumerate(new_orders):
                with error_location(f"[{index}]"):
                    if new.client_order_id in own:
                        raise SandboxError("is in use by another order", field="clientOrderID")
                    self._check_client_order_id(new)
                own |= {new.client_order_id} if new.client_order_id else set()
            return [self._add(new, self._next_order_id()) for new in new_orders]

    def replace_all(self, orders: Iterable[tuple[int, NewOrder]]) -> None:
        """Remove every order, delayed action and countdown, and add these orders under the given ids."""
        with self._lock:
            for held in (self._orders, self._history, self._client_order_ids, self._counts, self._by_change):
                held.clear()
            self._delayed.clear()
            self._countdowns.clear()
            for order_id, new in orders:
                self._add(new, order_id)

    def execute_due(self) -> None:
        """Execute the delayed actions whose time has come."""
        with self._lock:
            while self._delayed and self._delayed[0][0] <= self._clock():
                due, _, act = heapq.heappop(self._delayed)
                act(due)

    @contextmanager
    def _up_to_date(self) -> Iterator[None]:
        """Hold the lock, after the execution of what is due."""
        with self._lock:
            self.execute_due()
            yield

    def act_later(self, delay: int, act: Action, since: int | None = None) -> int:
        """Execute an action after a delay in milliseconds, or `NEVER`; return when, in Unix milliseconds.

        The delay counts from now, or from the time `since`.
        """
        with self._lock:
            due = (self._clock() if since is None else since) + max(delay, 0)
            if delay != NEVER:
                heapq.heappush(self._delayed, (due, next(self._delayed_numbers), act))
            return due

    def orders(self) -> list[Order]:
        """Return every order, oldest first."""
        with self._up_to_date():
            return list(self._orders.values())

    def counts(self) -> dict[str, int]:
        """Return how many orders have each status, zeros included."""
        with self._up_to_date():
            return {status: self._counts[status] for status in STATUSES}

    def last_changed(self, most: int) -> list[Order]:
        """Return the most recently changed orders, in the order in which they were placed."""
        with self._up_to_date():
            ids = sorted(islice(reversed(self._by_change), most))
            return [self._orders[order_id] for order_id in ids]

    def find(self, order_id: int, lag: int = 0) -> Order | None:
        """Return an order by its id, as it was `lag` milliseconds ago; None if it is younger."""
        with self._up_to_date():
            order = self._orders.get(order_id)
            if order is None or lag == 0:
                return order
            time = self._clock() - lag
            versions = [*self._history.get(order_id, ()), order]
            return next((version for version in reversed(versions) if version.update_time <= time), None)

    def find_by_client_order_id(
        self, client_order_id: str, lag: int = 0, life: int = CLIENT_ORDER_ID_LIFE
    ) -> Order | None:
        """Return the latest order with a client order id, with `lag` as for `find`.

        An order is found by this id for `life` milliseconds after its creation.
        """
        with self._lock:
            for order_id in reversed(self._client_order_ids.get(client_order_id, ())):
                order = self.find(order_id, lag)
                if order is not None and self._clock() - order.time <= life:
                    return order
        return None

    def cancel(self, order_id: int, restriction: str | None = None) -> Order:
        """Cancel an open order; what was executed of it stays executed.

        With a restriction, a status, the order is cancelled in that status only.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            OrderRestricted: It is open in another status than the restriction allows.
        """
        with self._up_to_date():
            order = self._cancellable(order_id, restriction)
            return self._change(order, "CANCELED", order.executed_qty, self._clock())

    def cancel_later(self, order_id: int, restriction: str | None, delay: int, on_cancel: OnCancel) -> Order:
        """Accept the cancel of an open order now, and execute it after a delay, as `act_later` does.

        The restriction is checked now and then. Return the order as it is now.

        Raises:
            OrderNotFound, OrderNotOpen, OrderRestricted: As for `cancel`.
        """
        with self._up_to_date():
            order = self._cancellable(order_id, restriction)
            self.act_later(delay, lambda due: self._cancel_if_open(order_id, restriction, due, on_cancel))
            return order

    def begin_countdown(self, owner: str, delay: int, on_cancel: OnCancel, since: int | None = None) -> int:
        """Cancel every open order after a delay, unless the countdown is restarted or closed before.

        Each owner has one. It begins now, or at the time `since`; return when it ends. Times are in Unix
        milliseconds, the delay in milliseconds.
        """
        with self._lock:
            if since is None:
                self.execute_due()
            number = next(self._delayed_numbers)
            ends = self.act_later(
                delay, lambda due: self._end_countdown(owner, number, due, on_cancel), since
            )
            self._countdowns[owner] = number, ends
            return ends

    def countdowns(self) -> dict[str, int]:
        """Return by account when its countdown ends, in Unix milliseconds."""
        with self._up_to_date():
            return {owner: ends for owner, (_, ends) in self._countdowns.items()}

    def close_countdown(self, owner: str) -> None:
        """End a countdown, if it is on, without its effect."""
        with self._up_to_date():
            self._countdowns.pop(owner, None)

    def fill(self, order_id: int, quantity: Decimal | None = None) -> Order:
        """Execute an open order at its own price: a quantity of it, or all that remains.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            SandboxError: The quantity is more than what remains.
        """
        with self._up_to_date():
            order = self._open_order(order_id)
            remaining = order.placed.orig_qty - order.executed_qty
            quantity = remaining if quantity is None else quantity
            if not 0 < quantity <= remaining:
                rule = f"must be above 0 and at most {remaining}, which remains"
                raise SandboxError(rule, field="quantity")
            status = "FILLED" if quantity == remaining else "PARTIALLY_FILLED"
            return self._change(order, status, order.executed_qty + quantity, self._clock())

    def _check_client_order_id(self, new: NewOrder) -> None:
        """Reject an id that names an open order; the id of a closed one can be used again."""
        if new.client_order_id is not None:
            holder = self.find_by_client_order_id(new.client_order_id)
            if holder is not None and holder.is_open:
                raise SandboxError("is in use by another order", field="clientOrderID")

    def _next_order_id(self) -> int:
        return max(self._last_order_id + 2, self._clock() * _ORDER_IDS_PER_MILLISECOND + 1)

    def _add(self, new: NewOrder, order_id: int) -> Order:
        time = self._clock() if new.time is None else new.time
        order = Order(order_id, new, new.executed_qty, new.status, time=time, update_time=time)
        self._store(order)
        self._last_order_id = max(self._last_order_id, order_id)
        if new.client_order_id is not None:
            self._client_order_ids.setdefault(new.client_order_id, []).append(order_id)
        return order

    def _open_order(self, order_id: int) -> Order:
        order = self._orders.get(order_id)
        if order is None:
            raise OrderNotFound(f"there is no order {order_id}")
        if not order.is_open:
            raise OrderNotOpen(f"order {order_id} is {order.status}")
        return order

    def _cancellable(self, order_id: int, restriction: str | None) -> Order:
        order = self._open_order(order_id)
        if restriction is not None and order.status != restriction:
            raise OrderRestricted(f"the order's status is {order.status}, not {restriction}")
        return order

    def _end_countdown(self, owner: str, number: int, due: int, on_cancel: OnCancel) -> None:
        if self._countdowns.get(owner, ())[:1] == (number,):
            del self._countdowns[owner]
            for order_id in list(self._orders):
                self._cancel_if_open(order_id, None, due, on_cancel)

    def _cancel_if_open(self, order_id: int, restriction: str | None, due: int, on_cancel: OnCancel) -> None:
        order = self._orders[order_id]
        if order.is_open and restriction in (None, order.status):
            self._change(order, "CANCELED", order.executed_qty, due)
            on_cancel(order_id)

    def _change(self, order: Order, status: str, executed_qty: Decimal, time: int) -> Order:
        changed = replace(order, status=status, executed_qty=executed_qty, update_time=time)
        self._history.setdefault(order.order_id, []).append(order)
        self._counts[order.status] -= 1
        self._store(changed)
        return changed

    def _store(self, order: Order) -> None:
        self._orders[order.order_id] = order
        self._counts[order.status] += 1
        self._by_change.pop(order.order_id, None)
        self._by_change[order.order_id] = None
