"""The exchange: handles requests and returns responses, without any network."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from bingx_sandbox.accounts import Account
from bingx_sandbox.conditions import NORMAL, BookView, Conditions
from bingx_sandbox.endpoints import State, read_order_id
from bingx_sandbox.errors import SandboxError, UnreadableParameters, error_location
from bingx_sandbox.faults import OPERATIONS, Fault, Faults, read_rules
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.limits import Caller, Limits
from bingx_sandbox.market import Market, seed_orders
from bingx_sandbox.order import Order, read_new_order, read_positive_amount
from bingx_sandbox.order_book import OrderBook
from bingx_sandbox.parameters import PLACEMENTS, Parameters, check_strictly, read_parameters
from bingx_sandbox.rates import DOCUMENTED_SCALE, LimitScale
from bingx_sandbox.request_log import Executed, IncomingRequest, RequestLog, RequestRecord, new_record
from bingx_sandbox.responses import Envelope, Rejection, no_such_path, success
from bingx_sandbox.settings import Clock, integer, wall_clock
from bingx_sandbox.stub_endpoints import EndpointRegistry
from bingx_sandbox.verification import Verifier

_SEED_ORDERS = integer(most=100_000)
# Old enough that queries which lag by some seconds find them.
_SEED_ORDER_AGE = 60_000


class Exchange:
    """Stands in for the exchange: accounts, market, order book and request log behind its endpoints.

    The exchange does not document in which order it checks a request. The sandbox checks limits, path and
    method, API key, parameters readable, signature present, timestamp, signature correct, permission, the
    parameters themselves, and last the order.

    Args:
        accounts: The accounts; all of them see the same order book.
        scale: How strictly the limits are enforced.
        orders, placements, clock, faults, stubs, lenient: As for `Sandbox`.

    Raises:
        SandboxError: `orders`, `placements` or one of the `faults` is wrong.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        *,
        orders: int = 3,
        placements: Collection[str] = PLACEMENTS,
        clock: Clock = wall_clock,
        faults: Iterable[object] = (),
        scale: LimitScale = DOCUMENTED_SCALE,
        stubs: Iterable[Mapping[str, Any]] = (),
        lenient: bool = False,
    ) -> None:
        self.accounts = tuple(accounts)
        self.clock = clock
        self.market = Market()
        self.book = OrderBook(clock)
        self.log = RequestLog()
        self.faults = Faults()
        self.limits = Limits(scale)
        self.endpoints = EndpointRegistry(stubs)
        self._keys = {key.api_key: key for account in accounts for key in account.keys}
        self._seed_orders: int = _SEED_ORDERS.check("orders", orders)
        self._lenient = lenient
        self._verifier = Verifier(self._keys, self.log, _checked_placements(placements))
        rules = read_rules(faults)
        self.reset()
        self.faults.replace(rules)

    def receive(self, http: HttpRequest) -> IncomingRequest:
        """Add a request to the log and the counters, before it is judged."""
        key = self._keys.get(http.api_key or "")
        uid = key.uid if key else None
        endpoint = self.endpoints.find(http.method, http.path)
        caller = None if endpoint is None else Caller(http.peer, uid, endpoint)
        decision = self.limits.check(caller)
        record = new_record(http, uid, decision.rejected_by)
        order_id = self._named_order(http)
        order = self.book.find(order_id) if order_id and http.path == OPERATIONS["cancel"] else None
        self.log.add(record, order.order_id if order else None)
        return IncomingRequest(http, record, order_id, key, caller, decision)

    def choose_fault(self, request: IncomingRequest) -> Fault | None:
        """Return the fault that a request meets; None if no rule applies."""
        fault = self.faults.choose(request.http.path, request.order_id)
        if fault is not None:
            request.record["fault"] = fault.name
        return fault

    def respond(self, request: IncomingRequest, conditions: Conditions = NORMAL) -> Envelope:
        """Judge and execute a request, and return the response."""
        now = self.clock() + conditions.clock_offset
        try:
            envelope = self._judge(request, now, conditions)
        except Rejection as rejection:
            # It is the verdict unless the request was accepted before.
            request.record.setdefault("verdict", str(rejection))
            if rejection.detail:
                request.record["detail"] = rejection.detail
            envelope = rejection.envelope(now)
        request.record["code"] = int(str(envelope.payload["code"]))
        request.record["msg"] = str(envelope.payload["msg"])
        return replace(envelope, headers=self.limits.headers(request.limit_decision, now))

    def requests(self) -> list[RequestRecord]:
        """Return the last requests, oldest first."""
        self.book.execute_due()
        return self.log.records()

    def executed(self) -> dict[str, Executed]:
        """Return for each order by its id: status, number of cancel requests, and which one cancelled it."""
        return self.log.executed(self.book.orders())

    def limits_dict(self) -> dict[str, object]:
        """Return how strict the limits are, what they have counted and rejected, and who is locked out."""
        return {**self.limits.to_dict(self.clock()), "refused": self.log.rejections()}

    def place(self, fields: Mapping[str, str]) -> Order:
        """Place an order, its fields named as on the wire, and list its pair.

        Raises:
            SandboxError: A field is missing, unknown or wrong; the error names it.
        """
        new = read_new_order(fields)
        order = self.book.place(new)
        self.market.add(new.symbol)
        return order

    def place_all(self, orders: Sequence[Mapping[str, str]]) -> list[Order]:
        """Place orders and list their pairs; all of them or, after an error, none.

        Raises:
            SandboxError: A field is missing, unknown or wrong; the error names the order's index too.
        """
        new_orders = []
        for index, fields in enumerate(orders):
            with error_location(f"[{index}]"):
                new_orders.append(read_new_order(fields))
        placed = self.book.place_all(new_orders)
        for symbol in {new.symbol for new in new_orders}:
            self.market.add(symbol)
        return placed

    def fill(self, order_id: int, quantity: str | None = None) -> Order:
        """Execute an open order; without a quantity all that remains.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            SandboxError: The quantity is not an amount, or more than what remains.
        """
        amount = None if quantity is None else read_positive_amount("quantity", quantity)
        return self.book.fill(order_id, amount)

    def reset(self) -> None:
        """Return to the seed orders, without requests, faults, lock-outs or stub endpoints."""
        self.market.reset()
        self.book.replace_all(seed_orders(self._seed_orders, self.clock() - _SEED_ORDER_AGE))
        self.log.clear()
        self.faults.replace([])
        self.endpoints.reset()
        self.limits.clear()

    def _judge(self, request: IncomingRequest, now: int, conditions: Conditions) -> Envelope:
        self.limits.enforce(request.limit_decision, now)
        try:
            return self._execute(request, now, conditions)
        except Rejection as rejection:
            self.limits.add_error(request.caller, rejection.code)
            raise

    def _execute(self, request: IncomingRequest, now: int, conditions: Conditions) -> Envelope:
        if request.caller is None:
            raise no_such_path()
        endpoint = request.caller.endpoint
        parameters = Parameters()
        if endpoint.signed:
            parameters = self._verifier.verify(request, endpoint.permission, now)
        request.record["verdict"] = "accepted"
        if not self._lenient:
            check_strictly(parameters)
        uid = request.key.uid if request.key else ""
        book = BookView(self.book, conditions, partial(self.log.set_executed, request.record))
        state = State(lambda: now, self.market, book, uid)
        data = endpoint.handler(state, parameters.values)
        return success(data, with_debug_msg=endpoint.with_debug_msg)

    def _named_order(self, http: HttpRequest) -> int | None:
        # From any placement: a cancel request was received for the order even if its placement is rejected.
        try:
            values = read_parameters(http).values
        except UnreadableParameters:
            return None
        order_id = read_order_id(values.get("orderId"))
        if order_id is not None:
            return order_id
        order = self.book.find_by_client_order_id(values.get("clientOrderID", ""))
        return None if order is None else order.order_id


def _checked_placements(placements: Collection[str]) -> frozenset[str]:
    if not placements or not set(placements) <= set(PLACEMENTS):
        raise SandboxError(f"must be one or more of {', '.join(PLACEMENTS)}", field="placements")
    return frozenset(placements)
