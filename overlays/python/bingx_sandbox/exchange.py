"""The exchange: handles requests and returns responses, without any network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bingx_sandbox.accounts import Account, Accounts
from bingx_sandbox.clock import Clock, wall_clock
from bingx_sandbox.conditions import NORMAL, BookView, Conditions
from bingx_sandbox.counters import Counters, Executed
from bingx_sandbox.diagnosis import RejectionExplainer
from bingx_sandbox.endpoints import Endpoint, State, read_order_id
from bingx_sandbox.errors import SandboxError, UnreadableParameters, error_location
from bingx_sandbox.faults import OPERATIONS, Fault, Faults, read_rules
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.incoming_request import ACCEPTED, IncomingRequest, new_record
from bingx_sandbox.limit_gate import LimitGate
from bingx_sandbox.limit_scale import DOCUMENTED_SCALE, LimitScale
from bingx_sandbox.limits import Limits
from bingx_sandbox.market import Market, seed_orders
from bingx_sandbox.order import Order, read_new_order, read_positive_amount
from bingx_sandbox.order_book import OrderBook
from bingx_sandbox.parameters import PLACEMENTS, Parameters, read_parameters
from bingx_sandbox.request_log import RequestLog, RequestRecord
from bingx_sandbox.responses import (
    Envelope,
    Rejection,
    incorrect_api_key,
    invalid_parameter,
    permission_denied,
    success,
)
from bingx_sandbox.strictness import check_strictly
from bingx_sandbox.stub_endpoints import EndpointRegistry
from bingx_sandbox.verification import verify

_MAX_SEED_ORDERS = 100_000
# Old enough that queries which lag by some seconds find them.
_SEED_ORDER_AGE = 60_000


class Exchange:
    """Stands in for the exchange: accounts, market, order book and request log behind its endpoints.

    The exchange does not document in which order it checks a request. The sandbox checks limits, path and
    method, API key, parameters readable, signature present, timestamp, signature correct, permission, the
    parameters themselves, and last the order.

    Args:
        accounts: The accounts; all of them see the same order book.
        orders: How many seed orders the order book begins with.
        placements: The accepted placements: some of `json`, `query` and `form`.
        clock: Returns the time in Unix milliseconds.
        faults: The fault rules at the beginning.
        scale: How strictly the limits are enforced.
        stubs: The stub endpoints at the beginning.
        lenient: Whether to accept what the contract forbids and the exchange may accept.

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
        self._gate = LimitGate(self.limits)
        self._counters = Counters()
        self._accounts = Accounts(accounts)
        self._seed_orders = _checked_count(orders)
        self._placements = _checked_placements(placements)
        self._lenient = lenient
        self._explainer = RejectionExplainer(self._accounts, self.log, self._placements)
        rules = read_rules(faults)
        self.reset()
        self.faults.replace(rules)

    def receive(self, http: HttpRequest) -> IncomingRequest:
        """Add a request to the log and the counters, before it is judged."""
        # From any placement: a cancel request was received for the order even if its placement is rejected.
        parameters = _read(http, PLACEMENTS)
        key = self._accounts.find(http.api_key)
        caller = self._gate.caller_of(http, key, self.endpoints.find(http.method, http.path))
        decision = self._gate.count(caller)
        record = new_record(http, key.uid if key else None, decision.rejected_by)
        order_id = self._named_order(parameters)
        request = IncomingRequest(http, record, parameters, order_id, key, caller, decision)
        self.log.add(record)
        if decision.rejected_by is not None:
            self._counters.add_rejection(decision.rejected_by)
        order = None if order_id is None else self.book.find(order_id)
        if order is not None and http.path == OPERATIONS["cancel"]:
            self._counters.add_cancel_request(order.order_id)
        return request

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
            request.log_rejection(rejection)
            envelope = rejection.envelope(now)
        request.log_response(envelope)
        return replace(envelope, headers=self._gate.headers(request.limit_decision, now))

    def requests(self) -> list[RequestRecord]:
        """Return the last requests, oldest first."""
        self.book.execute_due()
        return self.log.records()

    def executed(self) -> dict[str, Executed]:
        """Return for each order by its id: status, number of cancel requests, and which one cancelled it."""
        return self._counters.executed(self.book.orders())

    def rejections(self) -> dict[str, int]:
        """Return how many requests each limit has rejected."""
        return self._counters.rejections()

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

    def cancel(self, order_id: int) -> Order:
        """Cancel an open order by hand, as on the exchange's web page, without a request.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
        """
        return self.book.cancel(order_id)

    def reset(self) -> None:
        """Return to the seed orders, without requests, faults, lock-outs or stub endpoints."""
        self.market.reset()
        self.book.replace_all(seed_orders(self._seed_orders, self.clock() - _SEED_ORDER_AGE))
        self.log.clear()
        self.faults.replace([])
        self.endpoints.reset()
        self.limits.clear()
        self._counters.clear()

    def _judge(self, request: IncomingRequest, now: int, conditions: Conditions) -> Envelope:
        self._gate.enforce(request.limit_decision, now)
        try:
            return self._execute(request, now, conditions)
        except Rejection as rejection:
            self._gate.add_error(request.caller, rejection)
            raise

    def _execute(self, request: IncomingRequest, now: int, conditions: Conditions) -> Envelope:
        def on_cancel(order_id: int) -> None:
            request.record["executed"] = True
            self._counters.set_cancelled_by(order_id, request.record["number"])

        endpoint = self.endpoints.get(request.http.method, request.http.path)
        parameters = self._verify(endpoint, request, now) if endpoint.signed else Parameters()
        request.record["verdict"] = ACCEPTED
        if not self._lenient:
            check_strictly(parameters)
        uid = request.key.uid if request.key else ""
        state = State(lambda: now, self.market, BookView(self.book, conditions, on_cancel), uid)
        data = endpoint.handler(state, parameters.values)
        return success(data, with_debug_msg=endpoint.with_debug_msg)

    def _named_order(self, parameters: Parameters | UnreadableParameters) -> int | None:
        if isinstance(parameters, UnreadableParameters):
            return None
        order_id = read_order_id(parameters.values.get("orderId"))
        if order_id is not None:
            return order_id
        order = self.book.find_by_client_order_id(parameters.values.get("clientOrderID", ""))
        return None if order is None else order.order_id

    def _verify(self, endpoint: Endpoint, request: IncomingRequest, now: int) -> Parameters:
        key = request.key
        if key is None:
            raise self._explainer.explain(incorrect_api_key(request.http.api_key), request, now)
        parameters = self._accepted_parameters(request)
        request.log_parameters(parameters)
        verification = verify(parameters, key.api_secret, now)
        request.log_verification(verification)
        if verification.rejection is not None:
            raise self._explainer.explain(verification.rejection, request, now, parameters)
        if endpoint.permission is not None and endpoint.permission not in key.permissions:
            raise permission_denied(endpoint.permission)
        return parameters

    def _accepted_parameters(self, request: IncomingRequest) -> Parameters:
        all_placements = self._placements == frozenset(PLACEMENTS)
        parameters = request.parameters if all_placements else _read(request.http, self._placements)
        if isinstance(parameters, UnreadableParameters):
            raise invalid_parameter(str(parameters))
        return parameters


def _read(http: HttpRequest, placements: Collection[str]) -> Parameters | UnreadableParameters:
    try:
        return read_parameters(http, placements)
    except UnreadableParameters as unreadable:
        return unreadable


def _checked_count(orders: int) -> int:
    if isinstance(orders, bool) or not isinstance(orders, int) or not 0 <= orders <= _MAX_SEED_ORDERS:
        raise SandboxError(f"must be a whole number from 0 to {_MAX_SEED_ORDERS}", field="orders")
    return orders


def _checked_placements(placements: Collection[str]) -> frozenset[str]:
    if not placements or not set(placements) <= set(PLACEMENTS):
        raise SandboxError(f"must be one or more of {', '.join(PLACEMENTS)}", field="placements")
    return frozenset(placements)
