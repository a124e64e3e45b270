"""The way to the exchange and back: hosts that fail, requests and responses that are lost or late."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from tools.simulate.exchange import Exchange
from tools.simulate.sent import Sent
from tools.simulate.wording import Reply, cut
from tools.simulate.world import World

#: What became of a request where no response reached the driver: whether it was written, whether the
#: exchange may still be at work on it, and the text.
Failure = tuple[bool, bool, str]
_REFUSED: Failure = (False, False, "connection refused")
_NO_CONNECTION: Failure = (False, False, "no connection in time")
_RESET: Failure = (True, False, "connection reset")
_HANGS: Failure = (True, True, "no whole response in time")
_INCOMPLETE: Failure = (True, False, "the response was cut off")
#: The longest that a request or a response that is not lost is on its way, in seconds.
_LONGEST_WAY = 8.0


@dataclass(slots=True)
class Network:
    """The network between one driver and the exchange.

    Attributes:
        world: Time and truth.
        dice: What decides.
        exchange: The other end.
        down: By host, the intervals in which it cannot be reached, and how that looks.
        sent: Every request so far.
    """

    world: World
    dice: Random
    exchange: Exchange
    down: dict[str, list[tuple[float, float, str]]] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    @property
    def cancels(self) -> list[Sent]:
        """Return the cancels so far."""
        return [sent for sent in self.sent if sent.operation == "cancel"]

    @property
    def queries(self) -> list[Sent]:
        """Return the queries so far."""
        return [sent for sent in self.sent if sent.operation == "query"]

    @property
    def query_replies(self) -> list[Reply]:
        """Return the responses of queries that reached the driver."""
        return [sent.reply for sent in self.queries if sent.reply is not None]

    def exchanged(self, sent: Sent, timeout: float) -> Iterator[float | Reply | Failure]:
        """Yield the moments until which time has to pass, and in the end a response or a failure.

        Args:
            sent: The request.
            timeout: How long the driver waits, in seconds.
        """
        world = self.world
        self.sent.append(sent)
        given_up = world.now + timeout
        if world.log is not None:
            world.note(f"--> {sent.operation} {sent.named} to {sent.host}, {sent.placement}, {timeout:.3f} s")
        failure = self._down(sent)
        if failure is not None:
            # A host that hangs costs the whole time; one that refuses, next to nothing.
            yield given_up if failure in (_NO_CONNECTION, _HANGS) else min(world.now + 0.01, given_up)
            yield self._failed(sent, failure)
            return
        replies: list[Reply | None] = []
        arrival = world.now + self._way()
        world.plan(arrival, lambda: replies.append(self.exchange.receive(sent)))
        yield min(arrival, given_up)
        if not replies:
            yield self._failed(sent, _HANGS)
            return
        yield from self._back(sent, replies[0], given_up)

    def _back(self, sent: Sent, reply: Reply | None, given_up: float) -> Iterator[float | Reply | Failure]:
        world, dice = self.world, self.dice
        back = world.now + self._way()
        lost = dice.choice((_HANGS, _HANGS, _RESET, _INCOMPLETE)) if reply is None else None
        if lost is _HANGS or back > given_up:
            if world.log is not None and reply is not None:
                world.note(f"    the response is too late: {reply.text}")
            yield given_up
            yield self._failed(sent, _HANGS)
            return
        yield back
        if reply is None:
            yield self._failed(sent, lost or _RESET)
            return
        if self.exchange.conditions.cuts and dice.random() < self.exchange.conditions.cuts:
            reply = cut(reply)
        sent.reply, sent.replied = reply, world.now
        if world.log is not None:
            world.note(f"<-- {reply.text}")
        yield reply

    def _way(self) -> float:
        """Return how long a request or a response is on its way, in seconds."""
        dice = self.dice
        if dice.random() < self.exchange.conditions.slow:
            return dice.random() * _LONGEST_WAY
        return 0.005 + 0.04 * dice.random()

    def _down(self, sent: Sent) -> Failure | None:
        now = self.world.now
        for begin, end, how in self.down.get(sent.host, ()):
            if begin <= now < end:
                return {
                    "refuses": _REFUSED,
                    "no route": _NO_CONNECTION,
                    "swallows": _HANGS,
                    "resets": _RESET,
                }[how]
        if self.exchange.conditions.unsent and self.dice.random() < self.exchange.conditions.unsent:
            return _REFUSED
        return None

    def _failed(self, sent: Sent, failure: Failure) -> Failure:
        sent.failed = failure[2]
        sent.unsent = not failure[0]
        if self.world.log is not None:
            self.world.note(f"<-- {failure[2]}")
        return failure
