"""`cancel_all` among faults in virtual time, against the sandbox's exchange: it claims nothing untrue."""

from random import Random

from bingx_spot import NotExecuted
from bingx_spot.emergency.brake import Brake
from bingx_spot.emergency.result import CancelAllResult
from tools.simulate.virtual_exchange import (
    Fault,
    VirtualExchange,
    filling,
    late,
    lost,
    saying,
    swallowed,
    under,
    unreached,
)

_OFFLINE = saying('{"code":100490,"msg":"pair offline"}')
# No request takes effect later than its window of five seconds and the exchange's own delay of five.
_ACTS: list[Fault | None] = [
    *(None, None, lost, swallowed, late(1.0), under(variant={"most": 1}), _OFFLINE, unreached)
]
_READS: list[Fault | None] = [
    *(None, None, swallowed, unreached, under(read_lag=3_000), under(read_lag=19_900))
]
# How the exchange writes an ending.
_FINAL = {"cancelled": "CANCELED", "filled": "FILLED"}


def play_brake(seed: int) -> tuple[str, str]:
    """Play one call; return its ending, and what it claimed that is not so, or an empty text."""
    random = Random(seed)
    virtual = VirtualExchange(orders=random.choice([0, 1, 3, 3]), round_trip=random.choice([0.01, 0.3]))
    virtual.time.seconds += 100
    ahead = random.choice([0, 0, 0, 4])
    if ahead:
        now = virtual.context.clock.timestamp()
        virtual.context.clock.learn(now + ahead * 1000, now)
    fields = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    for _ in range(random.choice([0, 1, 2, 15])):
        virtual.exchange.place(fields)
    for operation in ("cancelOpenOrders", "cancel", "openOrders", "query"):
        # What is stamped ahead of time can act later.
        faults = [*_ACTS, late(9.9 + ahead)] if operation.startswith("cancel") else _READS
        virtual.faults[operation] = random.choices(faults, k=random.randint(1, 8))
    virtual.faults["openOrders"].insert(1, filling(random, virtual.faults["openOrders"][0]))
    brake = Brake(virtual.context, random.choice([None, None, "BTC-USDT"]), random.choice([10.0, 60.0, 90.0]))
    try:
        result = virtual.run(brake.run())
    except NotExecuted as error:
        virtual.time.seconds += 60
        cancelled = [order for order in virtual.exchange.book.orders() if order.status == "CANCELED"]
        return type(error).__name__, "an order is cancelled" if cancelled else ""
    ending, now = str(result.outcome), _lie(virtual, result)
    virtual.time.seconds += 60
    return ending, now or _lie(virtual, result)


def _lie(virtual: VirtualExchange, result: CancelAllResult) -> str:
    """Return what the result claims and the exchange does not know of."""
    book = {order.order_id: order for order in virtual.exchange.book.orders()}
    pairs = {result.symbol or order.placed.symbol for order in book.values()}
    opened = {name for name, order in book.items() if order.is_open and order.placed.symbol in pairs}
    if result.nothing_open and opened:
        return f"{len(opened)} orders are open"
    named = {order.order_id for order in result.still_open}
    # An order may be executed at any moment; that it was cancelled by this call would be a lie.
    if result.outcome == "open" and (
        opened - named or any(book[name].status == "CANCELED" for name in named)
    ):
        return "other orders are open"
    for each in result.results:
        status = book[each.request.order_id].status if each.request else ""
        if each.outcome in _FINAL and status != _FINAL[each.outcome]:
            return f"an order that is {status} is {each.outcome}"
    return ""
