"""An exchange with one order: what it knows is true, and what of it arrives is the test's choice."""

from dataclasses import dataclass, field

from bingx_spot import Response
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.runner import Send
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.playing import (
    BAD_GATEWAY,
    CANCEL,
    DENIED,
    HANGS,
    NOT_OPEN,
    REFUSED,
    RESET,
    SERVER_TIME,
    UNLISTED,
    After,
    answer,
    order,
    says,
)

OPEN_WORDS = ("NEW", "PENDING", "PARTIALLY_FILLED")
#: A request is valid for so many milliseconds from its timestamp.
RECV_WINDOW = 5000

#: What may come instead of the true answer, whether or not the request was executed.
DOUBTFUL: dict[str, Response | TransportFailure] = {
    "reset": RESET,
    "hangs": HANGS,
    "bad gateway": BAD_GATEWAY,
    "gateway time-out": answer(b"", 504),
    "empty": answer(b""),
    "busy": says(100500),
    "unlisted code": UNLISTED,
    "cut off": answer(b'{"code":0,"data":{"symb'),
    "another order": order("CANCELED", orderId=1),
    "no order": says(0, "lock fail, try again later"),
}
#: What may come of a request that is surely not executed.
UNTOUCHED: dict[str, Response | TransportFailure] = {
    "refused connection": REFUSED,
    "permission": DENIED,
    "signature missing": says(100412),
    "rate limit": says(100410, f"unblocked after {BEGIN + 1500}"),
    "long rate limit": says(100410, f"unblocked after {BEGIN + 60_000}"),
    "ban": answer(b"", 418),
}


@dataclass(frozen=True)
class Happening:
    """Say what happens to one request.

    Attributes:
        comes: `truth`, or a name in DOUBTFUL or UNTOUCHED.
        executed: Whether a request with a doubtful end is executed.
        late: Whether one that hangs is executed only later, if at all.
        seconds: How long the answer takes.
        before: What the market or another client makes of the order before: a status, or nothing.
        catches_up: Whether requests that were late are executed before.
    """

    comes: str = "truth"
    executed: bool = False
    late: bool = False
    seconds: float = 0.0
    before: str = ""
    catches_up: bool = False


@dataclass
class ModelledExchange:
    """Hold the order, and do to each request what is said to happen; the last of a list goes on for ever.

    Attributes:
        time: The time of the caller.
        cancels: What happens to each cancel.
        others: What happens to each query, and to each request for the time.
        off: How far the exchange's clock is ahead of the caller's, in milliseconds.
        status: The order's, or nothing where there never was one.
        by_us: Whether one of the caller's requests has cancelled it.
        requests: How many have come.
    """

    time: ScriptedTime
    cancels: list[Happening]
    others: list[Happening]
    off: int = 0
    status: str = "NEW"
    by_us: bool = False
    requests: int = 0
    _late: list[int] = field(default_factory=list)

    def reply(self, send: Send) -> After:
        """Response one request, as the next of its list says."""
        self.requests += 1
        happening = self._next(self.cancels if CANCEL.path in send.request.info.url else self.others)
        if happening.before and self.status in OPEN_WORDS:
            self.status = happening.before
        if happening.catches_up:
            self.catch_up()
        return self._replied(send, happening)

    def catch_up(self) -> None:
        """Execute the requests that are late and still valid."""
        valid = [timestamp for timestamp in self._late if self._now() < timestamp + RECV_WINDOW]
        self._late.clear()
        if valid:
            self._cancel()

    def _next(self, happenings: list[Happening]) -> Happening:
        return happenings.pop(0) if len(happenings) > 1 else happenings[0]

    def _replied(self, send: Send, happening: Happening) -> After:
        seconds = min(happening.seconds, send.timeout)
        if happening.comes in UNTOUCHED:
            return After(UNTOUCHED[happening.comes], seconds)
        stamped = self._stamped(send)
        if happening.comes == "truth":
            # At once: how long an answer was on its way is what learning the time cannot know.
            return After(self._truth(send, stamped), 0.0)
        if CANCEL.path in send.request.info.url and self._is_valid(stamped):
            self._maybe_cancel(happening, stamped)
        result = DOUBTFUL[happening.comes]
        return After(result, None if result is HANGS else seconds)

    def _maybe_cancel(self, happening: Happening, stamped: int) -> None:
        if happening.comes == "hangs" and happening.late:
            self._late.append(stamped)
        elif happening.executed:
            self._cancel()

    def _truth(self, send: Send, stamped: int) -> Response:
        if SERVER_TIME.path in send.request.info.url:
            return answer({"code": 0, "msg": "", "data": {"serverTime": self._now()}})
        if not self._is_valid(stamped):
            return says(100421, "timestamp mismatch", timestamp=self._now())
        if CANCEL.path in send.request.info.url:
            was_open = self.status in OPEN_WORDS
            self._cancel()
            return order("CANCELED") if was_open else NOT_OPEN
        return order(self.status) if self.status else NOT_OPEN

    def _cancel(self) -> None:
        if self.status in OPEN_WORDS:
            self.status, self.by_us = "CANCELED", True

    def _stamped(self, send: Send) -> int:
        return int(str(send.request.info.parameters.get("timestamp", 0)))

    def _is_valid(self, stamped: int) -> bool:
        return abs(self._now() - stamped) <= RECV_WINDOW

    def _now(self) -> int:
        return BEGIN + self.off + round((self.time.seconds - 1000.0) * 1000)
