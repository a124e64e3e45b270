"""An exchange that is as bad as a real one: what becomes of each request that reaches it."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from tools.simulate import wording
from tools.simulate.conditions import Conditions
from tools.simulate.sent import Sent
from tools.simulate.timing import (
    ARRIVES_WITHIN,
    EQUAL_ERRORS,
    EQUAL_ERRORS_WITHIN,
    LONGEST_LOCK,
    REQUESTS_A_SECOND,
    TAKES_EFFECT_WITHIN,
)
from tools.simulate.wording import Reply
from tools.simulate.world import CANCELED, FILLED, OPEN, OURS, Order, World

_JUST_BEFORE = 0.001
# Of a clock that was set by a response: half the longest round trip, and what a header `Date` leaves open.
_CLOCK_DOUBT = 6.0


@dataclass(slots=True)
class Exchange:
    """The exchange: its orders, its locks, its mood.

    Attributes:
        world: Time and truth.
        dice: What decides.
        conditions: How bad it is.
        orders: Its orders by id, the newest last.
        errors: Moments of earlier errors, by operation and code.
        broken: What the driver did that it must not do, such as going past a limit.
    """

    world: World
    dice: Random
    conditions: Conditions
    orders: dict[int, Order]
    errors: dict[tuple[str, int], deque[float]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    _locked: dict[str, float] = field(default_factory=dict)
    _arrivals: dict[str, deque[tuple[float, bool]]] = field(default_factory=dict)
    _mode: dict[str, str] = field(default_factory=dict)

    def receive(self, sent: Sent) -> Reply | None:
        """Handle a request that arrives now; return the response, or None where it is lost."""
        now, world, conditions = self.world.now, self.world, self.conditions
        sent.arrived = True
        since = (world.clock_ms() - sent.timestamp) / 1000
        if not self._stale(sent, since):
            sent.expires = now + sent.window - since + TAKES_EFFECT_WITHIN
        if sent.operation == "time":
            return self._with_date(self._time())
        mode = self._mode_of(sent.operation)
        if mode in ("ambiguous", "lost", "another", "nothing"):
            self._maybe_execute(sent, since)
            return self._with_date(self._blurred(mode, sent))
        reply = self._refused_at_once(sent, since)
        if reply is None and mode == "refused":
            reply = wording.refusal(self.dice)
        elif reply is None and mode == "lock":
            reply = self._lock(sent.operation)
        if reply is None:
            reply = self._cancel(sent, mode) if sent.operation == "cancel" else self._query(sent, mode)
        if conditions.headers and self.dice.random() < conditions.headers:
            self._allowance(reply)
        return self._with_date(self._counted(sent.operation, reply))

    def _mode_of(self, operation: str) -> str:
        """Return how this request fares; bad moods last for a while."""
        mode, dice = self._mode.get(operation), self.dice
        if mode is None or dice.random() >= self.conditions.dwell:
            modes = self.conditions.cancel if operation == "cancel" else self.conditions.query
            mode = self._mode[operation] = dice.choice(modes)
        return mode

    def _refused_at_once(self, sent: Sent, since: float) -> Reply | None:
        """Return why the request is not even looked at, or None."""
        reply = self._limited(sent)
        if reply is not None:
            return reply
        if sent.placement == "json" and sent.host in self.conditions.blind_hosts:
            reply = wording.error(200, *self.conditions.blind_says)
        elif self._stale(sent, since):
            with_time = self.world.clock_ms() if self.dice.random() < 0.7 else None
            reply = wording.error(200, 100421, "Null timestamp or timestamp mismatch", timestamp=with_time)
        else:
            return None
        reply.certain = True
        return reply

    @staticmethod
    def _stale(sent: Sent, since: float) -> bool:
        return abs(since) > sent.window

    def _limited(self, sent: Sent) -> Reply | None:
        now, operation = self.world.now, sent.operation
        until = max(self._locked.get(operation, 0.0), self._locked.get("*", 0.0))
        if now < until:
            return self._locked_until(until, whole=self._locked.get("*", 0.0) > now)
        arrivals = self._arrivals.setdefault(operation, deque())
        arrivals.append((now, now - sent.at > ARRIVES_WITHIN))
        while arrivals[0][0] <= now - 1.0:
            arrivals.popleft()
        if len(arrivals) > REQUESTS_A_SECOND[operation]:
            if not any(late for _, late in arrivals):
                self.broken.append(f"{len(arrivals)} {operation} requests in a second")
            return self._lock(operation)
        return None

    def _lock(self, operation: str) -> Reply:
        dice = self.dice
        until = self.world.now + dice.choice((0.4, 1.5, 4.0, 12.0, 60.0, LONGEST_LOCK))
        whole = dice.random() < 0.2
        self._locked["*" if whole else operation] = until
        return self._locked_until(until, whole=whole)

    def _locked_until(self, until: float, *, whole: bool) -> Reply:
        dice, clock = self.dice, self.world.clock_ms()
        wait = until - self.world.now
        at = clock + round(wait * 1000)
        # Where the response does not say for how long, the longest documented lock has to be assumed.
        stated = LONGEST_LOCK
        if whole or dice.random() < 0.1:
            reply = wording.error(dice.choice((403, 418, 429, 451)) if whole else 429, 0, "blocked")
            reply.locks_all = True
            if not whole or dice.random() < 0.5:
                stated = int(wait) + 1
                reply.headers["retry-after"] = str(stated)
        elif dice.random() < 0.1:
            reply = wording.error(
                200, 100410, f"unblocked after {dice.choice((9999999999999, clock + 3600_000))}"
            )
        else:
            text = (
                f"The endpoint trigger frequency limit rule is in the disabled period, unblocked after {at}"
            )
            reply = wording.error(200, dice.choice((100410, 109429)), text)
            stated = wait + self._clock_doubt()
        reply.certain, reply.locks = True, stated
        return reply

    def _clock_doubt(self) -> float:
        """Return by how much the driver may be wrong about the exchange's clock, in seconds."""
        return _CLOCK_DOUBT if self.conditions.dated or not self.world.ahead else LONGEST_LOCK

    def _counted(self, operation: str, reply: Reply) -> Reply:
        """Count an error with a code; the twentieth equal one locks the endpoint."""
        code, now = reply.code, self.world.now
        if not code:
            return reply
        times = self.errors.setdefault((operation, code), deque(maxlen=EQUAL_ERRORS))
        times.append(now)
        if len(times) == EQUAL_ERRORS and times[0] > now - EQUAL_ERRORS_WITHIN and not reply.locks:
            self._locked[operation] = now + LONGEST_LOCK
        return reply

    def _blurred(self, mode: str, sent: Sent) -> Reply | None:
        if mode == "lost":
            return None
        if mode == "nothing":
            return wording.nothing_done()
        order = self._find(sent) or next(iter(self.orders.values()), None)
        if mode == "another" and order is not None:
            return wording.another_order(order)
        return wording.ambiguous(self.dice)

    def _maybe_execute(self, sent: Sent, since: float) -> None:
        """Execute an ambiguous request now, later or never, as long as it has not expired."""
        if (
            sent.operation != "cancel"
            or self._stale(sent, since)
            or self.world.now < self._locked.get("cancel", 0.0)
        ):
            return
        if sent.placement == "json" and sent.host in self.conditions.blind_hosts:
            return
        chance = self.dice.random()
        if chance < self.conditions.executes_now:
            self._execute(sent)
        elif chance < self.conditions.executes_now + self.conditions.executes_late:
            self._execute_late(sent)

    def _execute_late(self, sent: Sent) -> None:
        now = self.world.now
        latest = sent.expires - _JUST_BEFORE
        moment = latest if self.dice.random() < 0.3 else now + (latest - now) * self.dice.random()
        self.world.plan(max(moment, now), lambda: self._execute(sent))

    def _execute(self, sent: Sent) -> None:
        order = self._find(sent)
        if order is None or not order.change(self.world.now, CANCELED, OURS):
            return
        sent.executed, sent.executed_at = order, self.world.now
        if self.world.log is not None:
            self.world.note(f"    the exchange cancels order {order.order_id} (request of {sent.at:.3f} s)")

    def _find(self, sent: Sent, *, read: bool = False, lag: float = 0.0) -> Order | None:
        """Return the order that the request names, if it is found now."""
        now = self.world.now
        if sent.order_id is not None:
            order = self.orders.get(sent.order_id)
            return order if order is not None and now - lag >= order.found[read] else None
        for order in reversed(self.orders.values()):
            if order.client_id == sent.client_id and now - lag >= order.found[read]:
                return order if order.found_by_client_id(now) else None
        return None

    def _cancel(self, sent: Sent, mode: str) -> Reply:
        """Answer from the write path, which knows everything."""
        order, dice, by_client = self._find(sent), self.dice, sent.order_id is None
        if order is None:
            return wording.gone(dice, None)
        if not order.is_open:
            if order.status == FILLED and dice.random() < 0.1:
                word = dice.choice((CANCELED, FILLED))
                return wording.odd(order, word, dice, by_client_id=by_client)
            return wording.gone(dice, order)
        if mode == "odd":
            chance = dice.random()
            if chance < 0.3:
                self._execute(sent)
            elif chance < 0.7:
                self._execute_late(sent)
            return wording.odd(order, dice.choice(wording.ODD_WORDS), dice, by_client_id=by_client)
        self._execute(sent)
        return wording.stated(order, CANCELED, order.executed, dice, by_client_id=by_client, query=False)

    def _query(self, sent: Sent, mode: str) -> Reply:
        """Answer from a replica that lags."""
        dice = self.dice
        lag = dice.choice(self.conditions.lags)
        # A replica that does not know the order yet is bound by the promise for new orders too.
        order = self._find(sent, read=True, lag=0.0)
        if order is None or mode == "not found":
            return wording.not_found(dice)
        status, executed = order.at(self.world.now - lag)
        if status == FILLED and dice.random() < 0.03:
            status = CANCELED
        if status in OPEN and mode == "odd":
            status = dice.choice(("WORKING", "RUNNING", "TRIGGERED", "PENDING_CANCEL", ""))
        elif status in OPEN and executed == "0":
            status = dice.choice(("NEW", "PENDING"))
        return wording.stated(order, status, executed, dice, by_client_id=sent.order_id is None, query=True)

    def _time(self) -> Reply:
        body = f'{{"code":0,"msg":"","data":{{"serverTime":{self.world.clock_ms()}}}}}'.encode()
        return Reply(200, body, "the time")

    def _allowance(self, reply: Reply) -> None:
        dice, clock = self.dice, self.world.clock_ms()
        reply.allows = dice.choice((0, 1, 3, 4, 5))
        reply.headers["x-ratelimit-requests-remain"] = str(reply.allows)
        end = dice.choice((clock + 300, clock + 1000, clock + 1000, 9999999999999))
        reply.headers["x-ratelimit-requests-expire"] = str(end)

    def _with_date(self, reply: Reply | None) -> Reply | None:
        if reply is not None and self.conditions.dated:
            reply.headers["date"] = wording.date_header(self.world.clock_ms())
        return reply
