"""The dead man's switch among faults in virtual time, against the sandbox's exchange.

- It is never said to be on while the exchange's countdown is off, and never to go on for longer than it does.
- Once the countdown has ended, the switch says that it may have.
- After a close that succeeds the countdown never ends, and nothing that is left closes the next switch.
- After an error that says that nothing took effect, nothing did.
"""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from bingx_spot import CallError, NotExecuted
from bingx_spot.core.runner import CallSteps, EffectResult, Send, Sleep
from bingx_spot.emergency.switch import Countdown
from tools.simulate.virtual_exchange import (
    BEGIN,
    Fault,
    Reply,
    VirtualExchange,
    late,
    lost,
    saying,
    slow,
    swallowed,
    under,
    unreached,
)

_SWITCH = "cancelAllAfter"
_FIELDS = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
# What is compared in floating-point seconds and whole milliseconds.
_ROUNDING = 0.002
# Nothing is left after this: the longest countdown, and requests that act late.
_QUIET = 200.0


def _closed_instead(virtual: VirtualExchange, send: Send) -> Reply:
    """Say of a switch that is to be on that it is closed."""
    if send.request.info.parameters["type"] == "CLOSE":
        return virtual.execute(send)
    return saying('{"code":0,"data":{"triggerTime":0,"status":"CLOSED"}}')(virtual, send)


_DENIED = saying('{"code":100004,"msg":"Permission denied"}')
_FAULTS: list[Fault | None] = [
    *(None, None, None, lost, swallowed, late(0.5), late(9.0), unreached, unreached),
    *(under(variant={"status": "FAILED"}), under(variant={"triggerUnit": "milliseconds"})),
    *(slow(4.0), slow(4.0, lost), _closed_instead, _DENIED),
]


@dataclass
class _Watch:
    """One switch, everything that it claimed, and what the exchange did.

    Attributes:
        began: Whether it was said to be on.
        claims: From when until when the countdown was said to go on, and whether it was said to have ended.
        off: When it was said to be on and was off.
        fired: When the exchange cancelled every order.
    """

    virtual: VirtualExchange
    random: Random
    countdown: Countdown
    began: bool = False
    claims: list[tuple[float, float, bool]] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    fired: list[float] = field(default_factory=list)
    order_id: int = 0

    def look(self) -> None:
        """Note what the exchange did, and what the switch claims now."""
        book, now = self.virtual.exchange.book, self.virtual.time.seconds
        book.execute_due()
        order = book.find(self.order_id)
        if order is not None and not order.is_open:
            self.fired.append(self.virtual.moment(order.update_time))
        if order is None or not order.is_open:
            self.order_id = self.virtual.exchange.place(_FIELDS).order_id
        left = self.countdown.seconds_left()
        self.claims.append((now, now + left, self.countdown.lapsed or not self.began))
        if left > _ROUNDING and not book._countdowns:  # noqa: SLF001 - the truth
            self.off.append(now)

    def run(self, steps: CallSteps[None], until: float = float("inf")) -> None:
        """Run steps, and look after each; leave them at a moment, as a program that is killed does."""
        result: EffectResult = None
        try:
            while self.virtual.time.seconds < until:
                effect = steps.send(result)
                if isinstance(effect, Sleep) and self.random.random() < 0.02:
                    # The machine stands still.
                    self.virtual.sleep(self.random.choice([3.0, 70.0]))
                result = self.virtual.perform(effect)
                self.look()
            steps.close()
        except StopIteration:
            pass
        self.look()

    def lie(self) -> str:
        """Return what the switch claimed and was not so."""
        if self.off:
            return "it was said to be on, and was off"
        for fired in self.fired:
            if any(at < fired < until - _ROUNDING for at, until, _ in self.claims):
                return "the countdown ended before it was said to"
            if any(fired + _ROUNDING < at and not lapsed for at, _, lapsed in self.claims):
                return "the countdown had ended, and the switch did not say so"
        return ""


def play_switch(seed: int) -> tuple[str, str]:
    """Play one switch; return its ending, and what it claimed that is not so, or an empty text."""
    random = Random(seed)
    virtual = VirtualExchange(orders=0, round_trip=random.choice([0.01, 0.3]))
    ahead = random.choice([0, 0, 0, -4_000, 4_000])
    if ahead:
        virtual.context.clock.learn(BEGIN + ahead, BEGIN)
    else:
        _count_less(virtual, random.choice([1, 1, 1, 2]))
    # What is stamped ahead of time can act later.
    faults = [*_FAULTS, late(9.9 + max(ahead, 0) / 1000)]
    virtual.faults[_SWITCH] = random.choices(faults, k=random.randint(1, 12))
    watch = _Watch(virtual, random, _countdown(virtual, random))
    try:
        watch.run(watch.countdown.begin())
    except CallError as error:
        return type(error).__name__, _after_an_error(watch, error)
    watch.began = True
    watch.run(watch.countdown.keep(), virtual.time.seconds + random.choice([0.0, 20.0, 300.0]))
    if random.random() < 0.5:
        watch.countdown.closing.set()
        return _closed(watch)
    on = watch.countdown.seconds_left() > _ROUNDING
    _wait(watch)
    return "killed", watch.lie() or ("it was said to be on, and never ends" if on and not watch.fired else "")


def _count_less(virtual: VirtualExchange, divisor: int) -> None:
    """Let the exchange's countdown be shorter than asked for, by a divisor."""
    book = virtual.exchange.book
    whole = book.begin_countdown
    shorter: Any = lambda owner, delay, *rest: whole(owner, delay // divisor, *rest)  # noqa: E731
    book.begin_countdown = shorter  # type: ignore[method-assign]


def _countdown(virtual: VirtualExchange, random: Random) -> Countdown:
    return Countdown(virtual.context, random.choice([10, 20, 60, 120]), lambda _: None)


def _closed(watch: _Watch) -> tuple[str, str]:
    try:
        watch.run(watch.countdown.close())
    except CallError as error:
        return f"close: {type(error).__name__}", watch.lie()
    before, lie = len(watch.fired), watch.lie()
    watch.claims.clear()
    if watch.random.random() < 0.5:
        # Another switch at once: no request of the first one may close it.
        watch.virtual.faults.clear()
        watch.fired.clear()
        watch.countdown = _countdown(watch.virtual, watch.random)
        watch.run(watch.countdown.begin())
        _wait(watch, seconds=9.0)
        return "closed, begun again", lie or watch.lie()
    watch.countdown = _countdown(watch.virtual, watch.random)
    _wait(watch)
    return "closed", lie or ("it was said to be closed, and ended" if len(watch.fired) > before else "")


def _after_an_error(watch: _Watch, error: CallError) -> str:
    """Return what was not so, of a beginning that failed."""
    lie = watch.lie()
    _wait(watch)
    if lie or not isinstance(error, NotExecuted):
        return lie
    return "it was said not to be on, and ended" if watch.fired else ""


def _wait(watch: _Watch, seconds: float = _QUIET) -> None:
    for _ in range(int(seconds / 0.5)):
        watch.virtual.sleep(0.5)
        watch.look()
