"""`bingx.trade.cancel_orders` among faults in virtual time, against the sandbox's exchange.

- What is said to be cancelled is cancelled, and each order of the request is in exactly one list.
- What is said not to be cancelled was not cancelled by this call, and is not cancelled by it afterwards.
- Where nothing took effect, by the error, nothing did, or does afterwards.
- Unknown is the ending only where the time is over.
"""

from random import Random
from typing import Any, cast

from bingx_sandbox.order import Order
from bingx_spot import CallError, NotExecuted, OutcomeUnknown
from bingx_spot.core.engine import Engine
from bingx_spot.middleware import SigningMiddleware
from bingx_spot_api.surface import Trade
from tools.simulate.virtual_exchange import (
    Fault,
    VirtualExchange,
    filling,
    late,
    lost,
    saying,
    slow,
    swallowed,
    under,
    unreached,
)
from tools.simulate.virtual_time import blocking_time

_BUSY = saying('{"code":100500,"msg":"The current system is busy, please try again later"}')
_ACTS: list[Fault | None] = [
    *(None, None, lost, lost, swallowed, late(1.0), late(4.0), late(9.0), unreached, _BUSY, slow(3.0)),
    *(slow(3.0, lost), under(variant={"failedName": "clientOrderID"}), under(cancel_delay=3_000)),
]
_READS: list[Fault | None] = [
    *(None, None, swallowed, unreached, _BUSY, slow(3.0)),
    *(under(read_lag=3_000), under(read_lag=19_900)),
]
_TIMEOUTS = (3.0, 10.0, 45.0, 60.0)
# With less than this left, in seconds, another round of queries is of no use, or waits for the deadline.
_LEAST_LEFT = 1.0
# Nothing acts later than this.
_QUIET = 60.0


def play_batch(seed: int) -> tuple[str, str]:
    """Play one call; return its ending, and what it claimed that is not so, or an empty text."""
    random = Random(seed)
    virtual = VirtualExchange(orders=0, round_trip=random.choice([0.01, 0.3]))
    orders, theirs = _placed(virtual, random)
    names: dict[str, int] = {str(order.order_id): order.order_id for order in orders}
    named: dict[str, Any] = {"order_ids": list(names.values())}
    if random.random() < 0.5:
        names |= {str(order.placed.client_order_id): order.order_id for order in orders}
        named = {"client_order_ids": [str(order.placed.client_order_id) for order in orders]}
    virtual.faults["cancelOrders"] = random.choices(_ACTS, k=random.randint(1, 6))
    virtual.faults["query"] = random.choices(_READS, k=random.randint(1, 20))
    virtual.faults["query"].insert(random.randint(0, 3), filling(random, virtual.faults["query"][0]))
    object.__setattr__(virtual.context, "timeout", random.choice(_TIMEOUTS))
    trade = Trade(SigningMiddleware(virtual.context, cast("Engine", virtual)))
    began = virtual.time.seconds
    try:
        with blocking_time(virtual.sleep):
            data = trade.cancel_orders(symbol="BTC-USDT", process=random.randint(0, 1), **named)
    except CallError as error:
        left = virtual.context.timeout - (virtual.time.seconds - began)
        # A busy exchange is asked ever more seldom, and its next turn may come too late.
        turn = virtual.context.state.repeated_errors.seconds_left("queryOrder")
        virtual.sleep(_QUIET)
        if isinstance(error, OutcomeUnknown) and left > max(_LEAST_LEFT, turn):
            return type(error).__name__, f"it could have asked for {left:.1f} s more"
        ours = _canceled(virtual) - theirs
        lie = "an order is cancelled" if isinstance(error, NotExecuted) and ours else ""
        return type(error).__name__, lie
    said = data.to_dict()
    changed = {int(order["orderId"]) for order in said.get("orders") or []}
    failed = {
        names[str(order.get("orderId", order.get("clientOrderID")))] for order in said.get("fails") or []
    }
    if changed - _canceled(virtual):
        return "returned", "an order is not cancelled"
    virtual.sleep(_QUIET)
    if failed & (_canceled(virtual) - theirs):
        return "returned", "an order that was said not to be cancelled is cancelled by this call"
    whole = sorted([*changed, *failed]) == sorted(order.order_id for order in orders)
    return "returned", "" if whole else "not each order is in one list"


def _placed(virtual: VirtualExchange, random: Random) -> tuple[list[Order], set[int]]:
    """Place some orders; return them, and which of them others have cancelled since."""
    fields = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    orders = [
        virtual.exchange.place({**fields, "clientOrderID": f"bot-{number}"})
        for number in range(random.randint(1, 4))
    ]
    virtual.time.seconds += 100
    theirs = set[int]()
    for order in orders:
        chance = random.random()
        if chance < 0.1:
            virtual.exchange.fill(order.order_id)
        elif chance < 0.2:
            virtual.exchange.book.cancel(order.order_id)
            theirs.add(order.order_id)
    return orders, theirs


def _canceled(virtual: VirtualExchange) -> set[int]:
    return {order.order_id for order in virtual.exchange.book.orders() if order.status == "CANCELED"}
