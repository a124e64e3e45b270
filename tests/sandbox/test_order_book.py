from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal

import pytest

from bingx_sandbox.errors import OrderNotFound, OrderNotOpen, OrderRestricted, SandboxError
from bingx_sandbox.order import NewOrder
from bingx_sandbox.order_book import CLIENT_ORDER_ID_LIFE, NEVER, OrderBook

NOON = 1_763_812_800_000


class Watch:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def book(watch: Watch) -> OrderBook:
    return OrderBook(watch)


def new_order(client_order_id: str | None = None, status: str = "NEW") -> NewOrder:
    return NewOrder(
        "BTC-USDT", "BUY", "LIMIT", Decimal(50000), Decimal(2), client_order_id=client_order_id, status=status
    )


def test_order_ids_have_19_digits_grow_and_are_not_doubles(book: OrderBook, watch: Watch) -> None:
    ids = [book.place(new_order()).order_id for _ in range(50)]
    watch.now -= 60_000
    ids += [book.place(new_order()).order_id for _ in range(50)]
    assert ids == sorted(set(ids))
    assert all(len(str(order_id)) == 19 and int(float(order_id)) != order_id for order_id in ids)


@pytest.mark.parametrize("status", ["NEW", "PENDING", "PARTIALLY_FILLED"])
def test_an_open_order_is_cancelled_once(book: OrderBook, status: str) -> None:
    order = book.place(new_order(status=status))
    assert book.cancel(order.order_id).status == "CANCELED"
    with pytest.raises(OrderNotOpen):
        book.cancel(order.order_id)


@pytest.mark.parametrize("status", ["FILLED", "CANCELED", "FAILED"])
def test_an_order_that_is_not_open_does_not_change(book: OrderBook, status: str) -> None:
    order = book.place(new_order(status=status))
    with pytest.raises(OrderNotOpen):
        book.cancel(order.order_id)
    with pytest.raises(OrderNotOpen):
        book.fill(order.order_id)
    assert book.find(order.order_id) == order


def test_an_unknown_order_is_not_found(book: OrderBook) -> None:
    with pytest.raises(OrderNotFound):
        book.cancel(1)
    assert book.find(1) is None


def test_a_partly_filled_order_keeps_what_was_executed(book: OrderBook) -> None:
    order_id = book.place(new_order()).order_id
    assert book.fill(order_id, Decimal("0.5")).status == "PARTIALLY_FILLED"
    written = book.cancel(order_id).to_dict()
    assert (written["status"], written["executedQty"], written["cummulativeQuoteQty"]) == (
        "CANCELED",
        "0.5",
        "25000",
    )


def test_filling_the_rest_fills_the_order(book: OrderBook) -> None:
    order_id = book.place(new_order()).order_id
    book.fill(order_id, Decimal("0.5"))
    filled = book.fill(order_id)
    assert (filled.status, filled.executed_qty) == ("FILLED", Decimal(2))


@pytest.mark.parametrize("quantity", ["0", "-1", "1.6"])
def test_no_more_is_filled_than_remains(book: OrderBook, quantity: str) -> None:
    order_id = book.place(new_order()).order_id
    book.fill(order_id, Decimal("0.5"))
    with pytest.raises(SandboxError, match=r"^quantity: must be above 0 and at most 1\.5"):
        book.fill(order_id, Decimal(quantity))


def test_a_restriction_allows_only_its_status(book: OrderBook) -> None:
    order = book.place(new_order(status="PENDING"))
    with pytest.raises(OrderRestricted, match="the order's status is PENDING, not NEW"):
        book.cancel(order.order_id, "NEW")
    assert book.find(order.order_id) == order
    assert book.cancel(order.order_id, "PENDING").status == "CANCELED"


def test_a_client_order_id_finds_its_order_for_two_hours(book: OrderBook, watch: Watch) -> None:
    order = book.place(new_order("mine"))
    watch.now += CLIENT_ORDER_ID_LIFE
    assert book.find_by_client_order_id("mine") == order
    watch.now += 1
    assert book.find_by_client_order_id("mine") is None
    assert book.find(order.order_id) == order


def test_a_client_order_id_names_one_open_order(book: OrderBook) -> None:
    book.place(new_order("mine"))
    with pytest.raises(SandboxError, match=r"^clientOrderID: is in use by another order$"):
        book.place(new_order("mine"))
    with pytest.raises(SandboxError, match=r"^\[1\]\.clientOrderID: is in use by another order$"):
        book.place_all([new_order("other"), new_order("other")])
    assert len(book.orders()) == 1


@pytest.mark.parametrize("how", ["closed", "expired"])
def test_a_client_order_id_can_be_used_again(book: OrderBook, watch: Watch, how: str) -> None:
    first = book.place(new_order("mine"))
    if how == "closed":
        book.cancel(first.order_id)
    else:
        watch.now += CLIENT_ORDER_ID_LIFE + 1
    second = book.place(new_order("mine"))
    assert book.find_by_client_order_id("mine") == second


def test_only_one_of_many_threads_cancels_an_order(book: OrderBook) -> None:
    order_id = book.place(new_order()).order_id

    def cancel(_: int) -> bool:
        try:
            book.cancel(order_id)
        except OrderNotOpen:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(cancel, range(200))) == 1


def test_many_threads_that_fill_execute_the_exact_quantity(book: OrderBook) -> None:
    order_id = book.place(new_order()).order_id
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: book.fill(order_id, Decimal("0.01")), range(150)))
    assert book.orders()[0].executed_qty == Decimal("1.50")


def test_orders_are_counted_by_status_and_listed_by_last_change(book: OrderBook) -> None:
    ids = [book.place(new_order()).order_id for _ in range(6)]
    assert book.counts() == {
        "NEW": 6,
        "PENDING": 0,
        "PARTIALLY_FILLED": 0,
        "FILLED": 0,
        "CANCELED": 0,
        "FAILED": 0,
    }
    book.cancel(ids[0])
    book.fill(ids[3])
    book.fill(ids[1], Decimal("0.01"))
    assert [order.order_id for order in book.last_changed(3)] == [ids[0], ids[1], ids[3]]
    assert [order.order_id for order in book.last_changed(99)] == ids
    counts = book.counts()
    assert (counts["NEW"], counts["CANCELED"], counts["FILLED"], counts["PARTIALLY_FILLED"]) == (3, 1, 1, 1)
    book.replace_all([])
    assert (book.last_changed(3), sum(book.counts().values())) == ([], 0)


def test_an_order_is_found_as_it_was(book: OrderBook, watch: Watch) -> None:
    placed = book.place(new_order("mine"))
    watch.now += 1000
    cancelled = book.cancel(placed.order_id)
    watch.now += 1000
    assert [book.find(placed.order_id, lag) for lag in (0, 1000, 1001, 2000, 2001)] == [
        cancelled,
        cancelled,
        placed,
        placed,
        None,
    ]
    assert book.find_by_client_order_id("mine", lag=1500) == placed
    assert book.find_by_client_order_id("mine", lag=3000) is None


def test_an_order_can_be_placed_in_the_past(book: OrderBook, watch: Watch) -> None:
    placed = book.place(replace(new_order("mine"), time=watch.now - CLIENT_ORDER_ID_LIFE - 1))
    assert book.find(placed.order_id, lag=CLIENT_ORDER_ID_LIFE) == placed
    assert book.find_by_client_order_id("mine") is None


def test_a_delayed_cancel_is_executed_once_its_time_has_come(book: OrderBook, watch: Watch) -> None:
    order = book.place(new_order())
    executed: list[int] = []
    for delay in (500, 1000):
        assert book.cancel_later(order.order_id, None, delay, executed.append) == order
    watch.now += 499
    assert (book.find(order.order_id), executed) == (order, [])
    watch.now += 1000
    found = book.find(order.order_id)
    assert found is not None
    assert (found.status, found.update_time, executed) == ("CANCELED", NOON + 500, [order.order_id])


def test_a_delayed_cancel_keeps_its_restriction(book: OrderBook, watch: Watch) -> None:
    order = book.place(new_order())
    with pytest.raises(OrderRestricted):
        book.cancel_later(order.order_id, "PENDING", 10, lambda _: None)
    book.cancel_later(order.order_id, "NEW", 10, lambda _: None)
    book.fill(order.order_id, Decimal(1))
    watch.now += 10
    assert book.orders()[0].status == "PARTIALLY_FILLED"


def test_a_cancel_can_be_accepted_and_never_executed(book: OrderBook, watch: Watch) -> None:
    order = book.place(new_order())
    book.cancel_later(order.order_id, None, NEVER, lambda _: None)
    watch.now += 10**9
    assert book.find(order.order_id) == order
