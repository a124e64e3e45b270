"""One call and the world around it, drawn from a seed."""

from collections import deque
from dataclasses import dataclass
from random import Random

from tools.simulate.conditions import drawn
from tools.simulate.exchange import Exchange
from tools.simulate.network import Network
from tools.simulate.timing import CLIENT_ORDER_ID_FOUND_FOR, EQUAL_ERRORS, VISIBLE_WITHIN
from tools.simulate.world import CANCELED, FILLED, Order, World

ORDER_ID = 1735964079647111280
#: The code of the errors that earlier calls have met.
SEEN_CODE = 100404
_NEWER_ID = ORDER_ID + 4096
_CLIENT_ID = "bot_Order-17"
_ENDS = (FILLED, FILLED, CANCELED, CANCELED, "EXPIRED", "FAILED", "REJECTED")
_TIMEOUTS = (0.25, 1.0, 1.0, 1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 10.0, 10.0, 10.0, 10.0, 20.0, 40.0)
#: With a timeout of at least this, a call can outlive its requests, and reads that lag.
_LONG = 30.0
_RUNNERS = ("steps",) * 14 + ("blocking", "awaiting")
#: The longest that the caller's machine stands still, in seconds.
_STALL = 6.0
_STEPS = (-3600.0, -8.0, -3.0, 3.0, 8.0, 3600.0)


@dataclass(slots=True, eq=False)
class Scenario:
    """A call, the world that it meets, and what its client has learnt before.

    Attributes:
        seed: The number that all of it is drawn from.
        world: Time and truth.
        exchange: The exchange.
        network: The way there.
        meant: The order that the caller means, or None where there is none.
        newer: The order that is given the same client order id during the call, or None.
        order_id: The order id that the call is given, or None.
        client_id: The client order id that it is given instead, or nothing.
        timeout: The call's, in seconds.
        recv_window: Milliseconds, or None for the default.
        runner: `steps`, or the real runner that plays the call: `blocking`, `awaiting`.
        fallback: Whether there is a second host.
        placement: The placement that the user fixed, or None.
        seen: How many equal errors the client has seen lately.
        retries: Whether the client has any licence for retries left.
        operation: What the call is; the model takes `queryOrder` as well.
        stalled: For how long the caller's machine has stood still, in seconds.
    """

    seed: int
    world: World
    exchange: Exchange
    network: Network
    meant: Order | None
    newer: Order | None
    order_id: int | None
    client_id: str
    timeout: float
    recv_window: int | None
    runner: str
    fallback: bool
    placement: str | None
    seen: int
    retries: bool
    operation: str = "cancelOrder"
    stalled: float = 0.0

    def chance(self) -> float:
        """Return the next number for the driver's jitter, from 0 to 1."""
        return self.exchange.dice.random()

    def stall(self) -> float:
        """Return how much longer a wait takes because the caller's machine stands still."""
        chance = self.exchange.conditions.stalls
        if not chance or self.exchange.dice.random() >= chance:
            return 0.0
        seconds = self.exchange.dice.random() * _STALL
        self.stalled += seconds
        self.world.note(f"    the caller's machine stands still for {seconds:.3f} s")
        return seconds


def scenario(seed: int, *, logged: bool = False) -> Scenario:
    """Return the scenario of a seed.

    Args:
        seed: Any number.
        logged: Whether to keep a timeline.
    """
    dice = Random(seed)
    world = World(logged=logged)
    by_client = dice.random() < 0.5
    orders: dict[int, Order] = {}
    meant = newer = None
    timeout = dice.choice(_TIMEOUTS)
    if dice.random() < 0.96:
        meant = _order(dice, by_client=by_client)
        orders[meant.order_id] = meant
        _history(dice, world, meant, timeout)
    exchange = Exchange(world, dice, drawn(dice), orders)
    if by_client and meant is not None and dice.random() < 0.12:
        newer = _reused(dice, world, orders, meant, timeout)
    seen = _equal_errors(dice, exchange)
    ahead = dice.random()
    world.ahead = 0.0 if ahead < 0.8 else dice.uniform(-4.5, 4.5) if ahead < 0.95 else dice.choice(_STEPS)
    if dice.random() < 0.03:
        step = dice.choice(_STEPS)
        world.plan(dice.random() * timeout, lambda: _step(world, step))
    call = Scenario(
        seed=seed,
        world=world,
        exchange=exchange,
        network=Network(world, dice, exchange, _outages(dice, timeout)),
        meant=meant,
        newer=newer,
        order_id=None if by_client else ORDER_ID,
        client_id=_CLIENT_ID if by_client else "",
        timeout=timeout,
        recv_window=_recv_window(dice, timeout),
        runner=dice.choice(_RUNNERS),
        fallback=dice.random() < 0.7,
        placement=dice.choice(("json", "query", "form")) if dice.random() < 0.1 else None,
        seen=seen,
        retries=dice.random() > 0.02,
    )
    if logged:
        _introduce(call)
    return call


def _recv_window(dice: Random, timeout: float) -> int | None:
    """Return milliseconds; a long call mostly has short ones, so that its requests expire before its end."""
    if timeout >= _LONG:
        return dice.choice((500, 500, 2000, None))
    return dice.choice((500, 2000, 10000, 60000)) if dice.random() < 0.1 else None


def _order(dice: Random, *, by_client: bool) -> Order:
    chance = dice.random()
    age = dice.uniform(3.0, 4000.0)
    if chance < 0.1:
        age = dice.uniform(0.0, VISIBLE_WITHIN)
    elif by_client and chance < 0.2:
        age = CLIENT_ORDER_ID_FOUND_FOR + dice.choice((-3.0, -1.0, 10.0, 5000.0)) * dice.random()
    found = (dice.uniform(0.0, VISIBLE_WITHIN) - age, dice.uniform(0.0, VISIBLE_WITHIN) - age)
    return Order(ORDER_ID, _CLIENT_ID if by_client else "", -age, found)


def _history(dice: Random, world: World, order: Order, timeout: float) -> None:
    """Give an order its fate: fills and cancels by others, before the call, during it, or after it."""
    chance = dice.random()
    if chance < 0.12:
        order.change(order.placed * (1 - dice.random() ** 2), dice.choice(_ENDS))
        return
    if chance < 0.2:
        order.change(order.placed * dice.random(), "PARTIALLY_FILLED")
    if dice.random() < 0.4:
        moment, end = dice.random() * min(timeout * 1.2, 40.0), dice.choice(_ENDS)
        if dice.random() < 0.3:
            # In the middle of the first exchanges.
            moment = dice.random()
        world.plan(moment, lambda: _happen(world, order, end))


def _happen(world: World, order: Order, status: str) -> None:
    if order.change(world.now, status) and world.log is not None:
        world.note(f"    order {order.order_id} becomes {status}, not by us")


def _reused(dice: Random, world: World, orders: dict[int, Order], meant: Order, timeout: float) -> Order:
    """Let the client order id be used again, once the order that has it is closed."""
    newer = Order(_NEWER_ID, meant.client_id, float("inf"), (float("inf"), float("inf")))

    def place() -> None:
        if meant.is_open:
            # "Different orders cannot use the same clientOrderID": once more a little later.
            if world.now < timeout:
                world.plan(world.now + 0.2, place)
            return
        moment = world.now
        newer.place(moment, (moment + dice.uniform(0, 0.3), moment + dice.uniform(0, VISIBLE_WITHIN)))
        orders[newer.order_id] = newer
        world.note(f"    order {newer.order_id} is placed with the same client id")

    world.plan(dice.random() * min(timeout, 5.0), place)
    return newer


def _equal_errors(dice: Random, exchange: Exchange) -> int:
    """Let earlier calls have met the same error; the client has seen each of them."""
    seen = dice.choice((10, 14, 16, 17)) if dice.random() < 0.04 else 0
    for operation in ("cancel", "query"):
        if seen:
            exchange.errors[operation, SEEN_CODE] = deque([-1.0] * seen, maxlen=EQUAL_ERRORS)
    return seen


def _outages(dice: Random, timeout: float) -> dict[str, list[tuple[float, float, str]]]:
    down: dict[str, list[tuple[float, float, str]]] = {}
    for host, chance in (("primary", 0.15), ("fallback", 0.1)):
        if dice.random() < chance:
            begin = dice.choice((0.0, dice.random() * timeout))
            how = dice.choice(("refuses", "no route", "swallows", "resets"))
            down[host] = [(begin, begin + dice.choice((0.5, 3.0, 30.0, 1000.0)), how)]
    return down


def _step(world: World, seconds: float) -> None:
    world.ahead += seconds
    world.note(f"    the exchange's clock steps by {seconds} s")


def _introduce(call: Scenario) -> None:
    world, order, conditions = call.world, call.meant, call.exchange.conditions
    world.note(
        f"seed {call.seed}: cancel {'by client id' if call.client_id else 'by order id'}, {call.timeout} s"
    )
    if order is None:
        world.note("there is no such order")
    else:
        world.note(f"order {order.order_id} is {order.status}, placed {-order.placed:.1f} s ago")
    world.note(f"write path: {', '.join(conditions.cancel)}; read path: {', '.join(conditions.query)}")
    world.note(f"replicas lag {conditions.lags} s; clock of the exchange {world.ahead:+.1f} s")


def plain_scenario(timeout: float) -> Scenario:
    """Return a call by order id in a world in which nothing happens by itself.

    Args:
        timeout: The call's, in seconds.
    """
    world, dice = World(), Random(0)
    exchange = Exchange(world, dice, drawn(dice), {})
    exchange.conditions.stalls = 0.0
    return Scenario(
        seed=0,
        world=world,
        exchange=exchange,
        network=Network(world, dice, exchange),
        meant=None,
        newer=None,
        order_id=ORDER_ID,
        client_id="",
        timeout=timeout,
        recv_window=None,
        runner="steps",
        fallback=True,
        placement=None,
        seen=0,
        retries=True,
    )
