"""Cancel everything that is open, and find out what is left; written once for blocking and awaiting callers.

- `openOrders`, for a moment, so that every order's ending can be told even if an answer is lost.
- `cancelOpenOrders`, once; again only while many orders are left and they become fewer.
- `openOrders` until it shows nothing; what it shows is cancelled one by one. An order that has left the list
  is queried.

A list may lag, and a request whose answer was lost may act late. So the end is claimed only by a list that
was read `readsLag` after the beginning, and after the last moment at which a request of this call could act.
"""

from dataclasses import dataclass, field
from typing import cast

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import CancelOutcome, CancelResult, affects_every_order, order_of
from bingx_spot.config import check_timeout
from bingx_spot.core.attempt import CLOSED_CLIENT
from bingx_spot.core.engine import note_interruption
from bingx_spot.core.facts import OrderState, order_state, seconds_to_effect
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, CallSteps, Sleep
from bingx_spot.emergency.open_orders import orders_in, readable_orders
from bingx_spot.emergency.result import CancelAllOutcome, CancelAllResult
from bingx_spot.exceptions import (
    BingxError,
    CallError,
    NotExecuted,
    NotSent,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
)
from bingx_spot.models import Order, Response
from bingx_spot.validation import check_arguments
from bingx_spot_api.contract import BY_ID, Operation, States, Timing

_LIST, _CANCEL_OPEN = BY_ID["openOrders"], BY_ID["cancelOpenOrders"]
_CANCEL, _QUERY = BY_ID["cancelOrder"], BY_ID["queryOrder"]
# The generator asks for both beside `settledBy`.
_TIMING, _STATES = cast("Timing", _CANCEL.timing), cast("States", _CANCEL.states)
# The brake must not wait long for a list that is only for the report, in seconds.
_FIRST_LIST = 1.0
# For each later request and what settles it, in seconds: one order that hangs must not hold up the others.
_REQUEST = 3.0
# Between two lists, in seconds.
_PAUSE = 2.0
# With more orders left than this, and fewer than before, `cancelOpenOrders` is faster than single cancels.
_MANY = 10
# A list that has so many orders may leave others out.
_LONGEST_LIST = 2000
# Cancels of one order, and queries. Twenty equal errors would lock the endpoint.
_TRIES = 3
# Queries, and single cancels, between two lists.
_BETWEEN_LISTS = 20
_FINAL = {
    OrderState.CANCELED: CancelOutcome.CANCELLED,
    OrderState.FILLED: CancelOutcome.FILLED,
    OrderState.FAILED: CancelOutcome.FAILED,
}


@dataclass(slots=True)
class _Seen:
    """An order that was seen: as it was first and last stated, and its ending where that is final."""

    first: Order
    last: Order
    ending: CancelOutcome | None = None
    error: BingxError | None = None
    cancels: int = 0
    queries: int = 0
    # Until when a cancel of it may take effect, or when one was refused because it is not open or not found.
    acts_until: float = 0.0


@dataclass(slots=True)
class Brake:
    """One `cancel_all`; raises `InvalidInput` where an argument is not allowed."""

    context: CallContext
    symbol: str | None  # None for all pairs
    timeout: float
    _seen: dict[int, _Seen] = field(default_factory=dict)
    _began: float = 0.0
    # Until when a request of this call about all orders may take effect.
    _acts_until: float = 0.0
    _acted: bool = False
    _can_sweep: bool = True
    _is_whole: bool = False  # whether the last list had every open order
    _readable: set[int] = field(default_factory=set)  # orders of a last list that proves nothing
    _refusals: int = 0  # of the list
    _unread: int = 0  # lists in a row that could not be read: the exchange may be slow
    _error: CallError | None = None

    def __post_init__(self) -> None:
        check_arguments(_CANCEL_OPEN, {} if self.symbol is None else {"symbol": self.symbol})
        check_timeout(self.timeout)

    def run(self) -> CallSteps[CancelAllResult]:
        """Yield the effects of the call, and return its result.

        Raises:
            NotExecuted: No request took effect or can, and nothing could be learnt; the subclass says why.
        """
        try:
            return (yield from self._run())
        except BaseException as interruption:
            if not isinstance(interruption, NotExecuted):
                # A note that is there already is about one request of many.
                note_interruption(interruption, acted=self._acted)
            raise

    def _run(self) -> CallSteps[CancelAllResult]:
        self._began = self._acts_until = self.context.now()
        yield from self._list(min(_FIRST_LIST, self.timeout / 4))
        left: set[int] = set()
        listed_at, shrinks, moved = 0.0, False, False
        while True:
            if self._can_sweep and (shrinks or not self._acted):
                yield from self._sweep()
            at = self.context.now()
            listed = yield from self._list(_REQUEST * (1 + self._unread))
            if listed is not None:
                listed_at, self._unread = at, 0
                listed |= yield from self._query(self._vanished(listed))
                shrinks = _MANY < len(listed) < (len(left) or len(listed) + 1)
                moved = shrinks or (yield from self._cancel(listed))
                left = {order_id for order_id in listed if self._seen[order_id].ending is None}
            else:
                self._unread += 1
                yield from self._cancel(self._readable)
            # What the list shows was so after the beginning, and after whatever this call may have done.
            # Where the time was too short for another list, the one before tells as much.
            recent = listed is not None or self.context.now() - listed_at <= _PAUSE + _REQUEST
            proven = recent and listed_at - _TIMING.reads_lag >= self._last_effect()
            can_try = self._vanished(left) or any(self._seen[id_].cancels < _TRIES for id_ in left)
            if self._seconds_left() <= 0 or self._refusals > _TRIES or (proven and not can_try):
                return self._result(left, proven=proven)
            if listed is None or not moved:
                yield Sleep(min(_PAUSE, self._seconds_left()))

    def _sweep(self) -> CallSteps[None]:
        """Cancel all open orders with one request."""
        try:
            orders = orders_in((yield from self._request(_CANCEL_OPEN, _REQUEST, self.symbol)))
        except CallError as error:
            self._note(error)
            self._acts_until = max(self._acts_until, self._note_doubt(error))
            # It may be sent again, unless it was refused for a reason that stays.
            self._can_sweep = isinstance(error, OutcomeUnknown | NotSent | RateLimited)
            if affects_every_order(error) and not self._acted:
                raise
        else:
            self._acted = True
            self._acts_until = max(self._acts_until, self.context.now() + _TIMING.takes_effect_within)
            for order in orders:
                self._see(order)

    def _list(self, seconds: float) -> CallSteps[set[int] | None]:
        """Return the ids of the open orders whose ending is not final; None if that is not known."""
        try:
            orders = orders_in((yield from self._request(_LIST, seconds, self.symbol)))
        except CallError as error:
            self._note(error)
            refused = isinstance(error, RequestRejected) and not isinstance(error, RateLimited)
            self._refusals += refused
            if refused and not self._acted and not self._can_sweep:
                raise
            self._readable = self._open_of(readable_orders(error.details, self.symbol, _STATES))
            return None
        self._is_whole = len(orders) < _LONGEST_LIST
        return self._open_of(orders)

    def _open_of(self, orders: list[Order]) -> set[int]:
        """Note orders as they are stated, and return the ids of those whose ending is not final."""
        seen = [self._see(order) for order in orders]
        return {each.first.order_id for each in seen if each.ending is None}

    def _vanished(self, listed: set[int]) -> list[int]:
        """Return the orders that are not listed any more, and whose endings can still be asked for."""
        return [
            order_id
            for order_id, seen in self._seen.items()
            if seen.ending is None and order_id not in listed and seen.queries < _TRIES
        ]

    def _query(self, order_ids: list[int]) -> CallSteps[set[int]]:
        """Query orders, and return those that are open after all."""
        opened = set()
        for order_id in order_ids[:_BETWEEN_LISTS]:
            seen = self._seen[order_id]
            seen.queries += 1
            try:
                response = yield from self._request(_QUERY, _REQUEST, seen.first.symbol, order_id)
            except CallError as error:
                seen.error = error
                continue
            if self._see(Order.from_data(response.json()["data"], response)).ending is None:
                opened.add(order_id)
            if self._seconds_left() <= 0:
                break
        return opened

    def _cancel(self, order_ids: set[int]) -> CallSteps[bool]:
        """Cancel orders one by one; return whether one of them has ended by that."""
        moved = False
        for order_id in sorted(id_ for id_ in order_ids if self._seen[id_].cancels < _TRIES)[:_BETWEEN_LISTS]:
            seen = self._seen[order_id]
            if self._seconds_left() <= 0:
                break
            try:
                response = yield from self._request(_CANCEL, _REQUEST, seen.first.symbol, order_id)
                self._acted = True
                self._see(Order.from_data(response.json()["data"], response))
            except CallError as error:
                self._note(error)
                refused_at = self.context.now() if isinstance(error, OrderNotOpen | OrderNotFound) else 0.0
                seen.acts_until = max(seen.acts_until, self._note_doubt(error), refused_at)
                seen.error, order = error, order_of(error)
                seen.cancels += not isinstance(error, NotSent | RateLimited)
                if order is not None:
                    self._see(order)
            moved = moved or seen.ending is not None
        return moved

    def _see(self, order: Order) -> _Seen:
        """Note an order as it is stated."""
        seen = self._seen.setdefault(order.order_id, _Seen(order, order))
        # A final state stays, whatever an older list says.
        if seen.ending is None:
            seen.last, seen.ending = order, _FINAL.get(order_state(_STATES, order.raw))
        return seen

    def _note(self, error: CallError) -> None:
        # One that ended before a request says less than one before it.
        if (
            error.attempts
            or error.http_status is not None
            or (self._error is None and self._seconds_left() > 0)
        ):
            self._error = error
        if error.details.rule == CLOSED_CLIENT:
            # Nothing else is sent, so there is nothing to wait for.
            self.timeout = 0.0

    def _note_doubt(self, error: CallError) -> float:
        """Return until when a cancel that ended in this error may still take effect; 0 where it cannot."""
        if not isinstance(error, OutcomeUnknown):
            return 0.0
        self._acted = True
        # Both kinds of cancel are stamped in the same way.
        return self.context.now() + seconds_to_effect(ApiCall(_CANCEL, {}))

    def _last_effect(self) -> float:
        """Return until when a request of this call may take effect; on an order that has ended, none can."""
        opened = (seen.acts_until for seen in self._seen.values() if seen.ending is None)
        return max(self._acts_until, *opened, 0.0)

    def _result(self, left: set[int], *, proven: bool) -> CancelAllResult:
        if not self._acted and not self._seen and isinstance(self._error, NotExecuted) and not proven:
            raise self._error
        opened, whole = left if proven else set[int](), proven and self._is_whole
        outcome, rest = CancelAllOutcome.UNKNOWN, CancelOutcome.UNKNOWN
        if whole:
            outcome, rest = CancelAllOutcome.NOTHING_OPEN, CancelOutcome.NOT_OPEN
        if opened:
            outcome = CancelAllOutcome.OPEN
        results = [
            CancelResult(
                position=position,
                item=seen.first,
                outcome=seen.ending or (CancelOutcome.STILL_OPEN if order_id in opened else rest),
                request=CancelRequest(seen.first.symbol, order_id=order_id),
                order=seen.last,
                error=None if seen.ending else seen.error,
            )
            for position, (order_id, seen) in enumerate(self._seen.items())
        ]
        return CancelAllResult(symbol=self.symbol, outcome=outcome, results=tuple(results), error=self._error)

    def _request(
        self, operation: Operation, seconds: float, symbol: str | None, order_id: int | None = None
    ) -> CallSteps[Response]:
        named = {"symbol": symbol, "orderId": order_id}
        call = ApiCall.of(operation, {name: value for name, value in named.items() if value is not None})
        return resolve(self.context, call, min(seconds, self.context.timeout, self._seconds_left()))

    def _seconds_left(self) -> float:
        return max(self._began + self.timeout - self.context.now(), 0.0)
