"""The exchange: takes a request as received, gives the answer, and touches no network."""

from __future__ import annotations

from collections.abc import Collection, Mapping

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
from bingx_sandbox.book import Book
from bingx_sandbox.clock import Clock, wall_clock
from bingx_sandbox.endpoints import Endpoint, State, find_endpoint
from bingx_sandbox.errors import SandboxError, UnreadableParameters
from bingx_sandbox.journal import (
    ACCEPTED,
    Journal,
    RequestRecord,
    note_answer,
    note_refusal,
    note_sent,
    note_verification,
    open_record,
)
from bingx_sandbox.market import Market
from bingx_sandbox.order import Order, read_new_order
from bingx_sandbox.parameters import PLACEMENTS, Sent, read_sent
from bingx_sandbox.received import Received
from bingx_sandbox.seeds import seeded_orders
from bingx_sandbox.verify import verify

_MOST_SEEDED_ORDERS = 100_000


class Exchange:
    """Stands in for the exchange: accounts, market, book and journal behind its endpoints.

    A request is judged in this order, which the exchange does not document: path and method, API key,
    parameters readable, signature present, timestamp, signature right, permission, the parameters
    themselves, and last the order.

    Args:
        account: The account whose key signs.
        orders: How many seeded orders the book begins with.
        placements: Where parameters are understood: some of `json`, `query` and `form`.
        clock: Tells the time in Unix milliseconds.

    Raises:
        SandboxError: `orders` or `placements` is wrong.
    """

    def __init__(
        self,
        account: Account,
        *,
        orders: int = 3,
        placements: Collection[str] = PLACEMENTS,
        clock: Clock = wall_clock,
    ) -> None:
        self.account = account
        self.clock = clock
        self.market = Market()
        self.book = Book(clock)
        self.journal = Journal()
        self._accounts = Accounts([account])
        self._seeded = _checked_count(orders)
        self._placements = _checked_placements(placements)
        self._state = State(clock, self.market, self.book)
        self.reset()

    def answer(self, received: Received) -> Answer:
        """Judge a request, do what it asks for, and keep it in the journal."""
        record = open_record(received)
        try:
            answer = self._execute(received, record)
        except Refusal as refusal:
            note_refusal(record, refusal)
            answer = refusal.answer(self.clock())
        note_answer(record, answer)
        self.journal.add(record)
        return answer

    def place(self, fields: Mapping[str, str]) -> Order:
        """Place an order whose fields are named as on the wire, and list its pair.

        Raises:
            SandboxError: A field is missing, unknown or wrong; the error names it.
        """
        new = read_new_order(fields)
        order = self.book.place(new)
        self.market.add(new.symbol)
        return order

    def fill(self, order_id: int, quantity: str | None = None) -> Order:
        """Execute an open order; without a quantity all that is left.

        Raises:
            OrderNotFound: There is no such order.
            OrderNotOpen: It is filled, cancelled or failed already.
            SandboxError: The quantity is no amount, or more than what is left.
        """
        amount = None if quantity is None else read_positive_amount("quantity", quantity)
        return self.book.fill(order_id, amount)

    def reset(self) -> None:
        """Go back to the beginning: the seeded orders, the listed pairs, an empty journal."""
        self.market.reset()
        self.book.replace_all(seeded_orders(self._seeded))
        self.journal.clear()

    def _execute(self, received: Received, record: RequestRecord) -> Answer:
        endpoint = find_endpoint(received.method, received.path)
        sent = self._admit(endpoint, received, record) if endpoint.signed else Sent()
        record["verdict"] = ACCEPTED
        data = endpoint.handler(self._state, sent.parameters)
        return success(data, with_debug_msg=endpoint.with_debug_msg)

    def _admit(self, endpoint: Endpoint, received: Received, record: RequestRecord) -> Sent:
        account = self._accounts.find(received.api_key)
        if account is None:
            raise incorrect_api_key(received.api_key)
        sent = self._read(received)
        note_sent(record, sent)
        verification = verify(sent, account.api_secret, self.clock())
        note_verification(record, verification)
        if verification.refusal is not None:
            raise verification.refusal
        if endpoint.permission is not None and endpoint.permission not in account.permissions:
            raise permission_denied(endpoint.permission)
        return sent

    def _read(self, received: Received) -> Sent:
        try:
            return read_sent(received, self._placements)
        except UnreadableParameters as unreadable:
            raise invalid_parameter(str(unreadable)) from None


def _checked_count(orders: int) -> int:
    if isinstance(orders, bool) or not isinstance(orders, int) or not 0 <= orders <= _MOST_SEEDED_ORDERS:
        raise SandboxError(f"must be a whole number from 0 to {_MOST_SEEDED_ORDERS}", field="orders")
    return orders


def _checked_placements(placements: Collection[str]) -> frozenset[str]:
    if not placements or not set(placements) <= set(PLACEMENTS):
        raise SandboxError(f"must be one or more of {', '.join(PLACEMENTS)}", field="placements")
    return frozenset(placements)
