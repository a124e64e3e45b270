"""The exchange: takes a request as received, gives the answer, and touches no network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from bingx_sandbox.accounts import Account, Accounts
from bingx_sandbox.amounts import read_positive_amount
from bingx_sandbox.answers import (
    Answer,
    Refusal,
    incorrect_api_key,
    invalid_parameter,
    permission_denied,
    success,
)
from bingx_sandbox.arrival import Arrival
from bingx_sandbox.book import Book
from bingx_sandbox.clock import Clock, wall_clock
from bingx_sandbox.consultation import Consultation
from bingx_sandbox.endpoints import Endpoint, State, read_order_id
from bingx_sandbox.errors import SandboxError, UnreadableParameters, naming_place
from bingx_sandbox.faults import OPERATIONS, Fault, Faults, read_rules
from bingx_sandbox.gate import Gate, caller_of
from bingx_sandbox.journal import (
    ACCEPTED,
    Journal,
    note_answer,
    note_refusal,
    note_sent,
    note_verification,
    open_record,
)
from bingx_sandbox.limits import Limits
from bingx_sandbox.market import Market
from bingx_sandbox.order import Order, read_new_order
from bingx_sandbox.parameters import PLACEMENTS, Sent, read_sent
from bingx_sandbox.received import Received
from bingx_sandbox.scale import DOCUMENTED_SCALE, Scale
from bingx_sandbox.seeds import seeded_orders
from bingx_sandbox.served import Served
from bingx_sandbox.tally import Executed, Tally
from bingx_sandbox.verify import verify

_MOST_SEEDED_ORDERS = 100_000


class Exchange:
    """Stands in for the exchange: accounts, market, book and journal behind its endpoints.

    A request is judged in this order, which the exchange does not document: limits, path and method, API key,
    parameters readable, signature present, timestamp, signature right, permission, the parameters
    themselves, and last the order.

    Args:
        accounts: The accounts whose keys sign; every one of them sees the one book.
        orders: How many seeded orders the book begins with.
        placements: Where parameters are understood: some of `json`, `query` and `form`.
        clock: Tells the time in Unix milliseconds.
        faults: The rules in force at the beginning.
        scale: How strictly the limits are enforced.

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
        scale: Scale = DOCUMENTED_SCALE,
    ) -> None:
        self.accounts = tuple(accounts)
        self.clock = clock
        self.market = Market()
        self.book = Book(clock)
        self.journal = Journal()
        self.faults = Faults()
        self.limits = Limits(scale)
        self.served = Served()
        self._gate = Gate(self.limits)
        self._tally = Tally()
        self._accounts = Accounts(accounts)
        self._seeded = _checked_count(orders)
        self._placements = _checked_placements(placements)
        self._consultation = Consultation(self._accounts, self.journal, self._placements)
        self._state = State(clock, self.market, self.book)
        rules = read_rules(faults)
        self.reset()
        self.faults.replace(rules)

    def take_in(self, received: Received) -> Arrival:
        """Keep a request that has come in in the journal and the tally, before it is judged."""
        # Wherever they stand: a request for an order has come in, be its placement understood or not.
        sent = _read(received, PLACEMENTS)
        key = self._accounts.find(received.api_key)
        caller = caller_of(received, key, self.served.find(received.method, received.path))
        admission = self._gate.admit(caller)
        record = open_record(received, key.uid if key else None, admission.refused_by)
        arrival = Arrival(received, record, sent, self._named_order(sent), key, caller, admission)
        self.journal.add(record)
        if admission.refused_by is not None:
            self._tally.note_refused(admission.refused_by)
        order = None if arrival.order_id is None else self.book.find(arrival.order_id)
        if order is not None and received.path == OPERATIONS["cancel"]:
            self._tally.note_cancel_request(order.order_id)
        return arrival

    def choose_fault(self, arrival: Arrival) -> Fault | None:
        """Choose the fault that a request meets; None for none, which is so while there are no rules."""
        fault = self.faults.choose(arrival.received.path, arrival.order_id)
        if fault is not None:
            arrival.record["fault"] = fault.name
        return fault

    def answer(self, arrival: Arrival, clock_offset: int = 0) -> Answer:
        """Judge a request and do what it asks for, by a clock that is off by so many milliseconds."""
        now = self.clock() + clock_offset
        try:
            answer = self._judge(arrival, now)
        except Refusal as refusal:
            note_refusal(arrival.record, refusal)
            answer = refusal.answer(now)
        note_answer(arrival.record, answer)
        return replace(answer, headers=self._gate.headers(arrival.admission, now))

    def executed(self) -> dict[str, Executed]:
        """Tell, for each order by its id, what it is, how often its cancel was asked for, and who did it."""
        return self._tally.executed(self.book.orders())

    def refused(self) -> dict[str, int]:
        """Tell how many requests each limit has refused."""
        return self._tally.refused()

    def place(self, fields: Mapping[str, str]) -> Order:
        """Place an order whose fields are named as on the wire, and list its pair.

        Raises:
            SandboxError: A field is missing, unknown or wrong; the error names it.
        """
        new = read_new_order(fields)
        order = self.book.place(new)
        self.market.add(new.symbol)
        return order

    def place_all(self, orders: Sequence[Mapping[str, str]]) -> list[Order]:
        """Place orders and list their pairs; all of them or, on an error, none.

        Raises:
            SandboxError: A field is missing, unknown or wrong; the error names the place of the order too.
        """
        news = []
        for place, fields in enumerate(orders):
            with naming_place(f"[{place}]"):
                news.append(read_new_order(fields))
        placed = self.book.place_all(news)
        for symbol in {new.symbol for new in news}:
            self.market.add(symbol)
        return placed

    def fill(self, order_id: int, quantity: str | None = None) -> Order:
        """Execute an open order; without a quantity all that is left.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            SandboxError: The quantity is no amount, or more than what is left.
        """
        amount = None if quantity is None else read_positive_amount("quantity", quantity)
        return self.book.fill(order_id, amount)

    def cancel(self, order_id: int) -> Order:
        """Cancel an open order by hand, as a person does on the exchange's own page: no request asks for it.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
        """
        return self.book.cancel(order_id)

    def reset(self) -> None:
        """Go back to the beginning: seeded orders, no requests, faults, lock-outs or endpoints told."""
        self.market.reset()
        self.book.replace_all(seeded_orders(self._seeded))
        self.journal.clear()
        self.faults.replace([])
        self.served.forget()
        self.limits.forget()
        self._tally.clear()

    def _judge(self, arrival: Arrival, now: int) -> Answer:
        self._gate.check(arrival.admission, now)
        try:
            return self._execute(arrival, now)
        except Refusal as refusal:
            self._gate.note(arrival.caller, refusal)
            raise

    def _execute(self, arrival: Arrival, now: int) -> Answer:
        received, record = arrival.received, arrival.record
        endpoint = self.served.demand(received.method, received.path)
        sent = self._admit(endpoint, arrival, now) if endpoint.signed else Sent()
        record["verdict"] = ACCEPTED
        data = endpoint.handler(replace(self._state, clock=lambda: now), sent.parameters)
        if endpoint.cancels and arrival.order_id is not None:
            record["executed"] = True
            self._tally.note_cancelled(arrival.order_id, record["number"])
        return success(data, with_debug_msg=endpoint.with_debug_msg)

    def _named_order(self, sent: Sent | UnreadableParameters) -> int | None:
        if isinstance(sent, UnreadableParameters):
            return None
        order_id = read_order_id(sent.parameters.get("orderId"))
        if order_id is not None:
            return order_id
        order = self.book.find_by_client_order_id(sent.parameters.get("clientOrderID", ""))
        return None if order is None else order.order_id

    def _admit(self, endpoint: Endpoint, arrival: Arrival, now: int) -> Sent:
        received, record = arrival.received, arrival.record
        key = arrival.key
        if key is None:
            raise self._consultation.explain(incorrect_api_key(received.api_key), arrival, now)
        sent = self._understand(arrival)
        note_sent(record, sent)
        verification = verify(sent, key.api_secret, now)
        note_verification(record, verification)
        if verification.refusal is not None:
            raise self._consultation.explain(verification.refusal, arrival, now, sent)
        if endpoint.permission is not None and endpoint.permission not in key.permissions:
            raise permission_denied(endpoint.permission)
        return sent

    def _understand(self, arrival: Arrival) -> Sent:
        everywhere = self._placements == frozenset(PLACEMENTS)
        sent = arrival.sent if everywhere else _read(arrival.received, self._placements)
        if isinstance(sent, UnreadableParameters):
            raise invalid_parameter(str(sent))
        return sent


def _read(received: Received, placements: Collection[str]) -> Sent | UnreadableParameters:
    try:
        return read_sent(received, placements)
    except UnreadableParameters as unreadable:
        return unreadable


def _checked_count(orders: int) -> int:
    if isinstance(orders, bool) or not isinstance(orders, int) or not 0 <= orders <= _MOST_SEEDED_ORDERS:
        raise SandboxError(f"must be a whole number from 0 to {_MOST_SEEDED_ORDERS}", field="orders")
    return orders


def _checked_placements(placements: Collection[str]) -> frozenset[str]:
    if not placements or not set(placements) <= set(PLACEMENTS):
        raise SandboxError(f"must be one or more of {', '.join(PLACEMENTS)}", field="placements")
    return frozenset(placements)
