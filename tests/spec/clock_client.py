"""Our client in the middle of a call, as the clock vectors want it."""

from typing import Any

from bingx_spot import CallError, ClockError, Response
from bingx_spot.core.attempt import AttemptRunner
from bingx_spot.core.response_time import server_time
from bingx_spot.core.response_validation import validate_response
from bingx_spot.core.runner import CallSteps, Send
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import ASKING_TIME, CANCELLING, Exchange, says

TELLS_NO_TIME = says(100421, "timestamp mismatch")


class Client:
    """Our client in the middle of a call, at the moment that a vector speaks of."""

    def __init__(self, test: Any) -> None:
        self.test = test
        self.exchange = Exchange(fallback=None)
        # Set so that the machine's clock and the offset give `sentAt` together.
        self.exchange.clock._anchor_ns += (test["sentAt"] - test["before"]["offset"] - BEGIN) * 1_000_000
        self.exchange.clock._offset = test["before"]["offset"]
        self.attempts = AttemptRunner(self.exchange.context, self.exchange.time() + 60)
        self.attempts._clock_repaired = test["before"]["repaired"]

    def did(self) -> dict[str, object]:
        """Say in the vector's words what the client did with the answer."""
        refusal = self.error()
        repair = self.attempts.repaired(CANCELLING, refusal)
        again = finished(repair)
        ask = again is None
        if self.test["operation"] == "serverTime":
            assert ask
            again = finished(repair, self.arrives())
            ask = False
        return {
            "serverTime": self.taken(refusal),
            "offset": self.exchange.clock.offset,
            "ask": ask,
            "again": bool(again),
        }

    def error(self) -> CallError:
        """Send the cancel and give the error that its answer is."""
        sending = self.attempts.once(CANCELLING)
        step = next(sending)
        assert isinstance(step, Send)
        if self.test["operation"] == "serverTime":
            error = finished(sending, TELLS_NO_TIME)
        else:
            assert step.request.info.parameters["timestamp"] == self.test["sentAt"]
            error = finished(sending, self.arrives())
        assert isinstance(error, CallError)
        return error

    def arrives(self) -> Response:
        """Let the answer come when the vector says, and whatever else happens meanwhile."""
        self.exchange.time.seconds += (self.test["receivedAt"] - self.test["sentAt"]) / 1000
        self.exchange.clock._offset = self.test["before"]["offsetNow"]
        return answer_of(self.test)

    def taken(self, refusal: CallError) -> int | None:
        """Give the time that the client took, read off its offset where that has moved."""
        before = self.test["before"]
        moved = self.exchange.clock.offset - before["offset"]
        if before["offsetNow"] != before["offset"] or before["repaired"]:
            return None
        if moved:
            return (self.test["sentAt"] + self.test["receivedAt"]) // 2 + moved
        if self.test["operation"] == "serverTime":
            return time_in(answer_of(self.test))
        return server_time(refusal.details) if isinstance(refusal, ClockError) else None


def answer_of(test: Any) -> Response:
    """Give the answer as an engine would, with the names of headers in lower case."""
    told = test["answer"]
    headers = {name.lower(): value for name, value in told["headers"].items()}
    return Response(told["status"], headers, told["body"].encode())


def time_in(answer: Response) -> int | None:
    """Give the time in an answer to `serverTime`, where the gate believes it."""
    try:
        return int(validate_response(ASKING_TIME, answer).data()["serverTime"])
    except CallError:
        return None


def finished(steps: CallSteps[Any], came: Any = None) -> Any:
    """Give what the steps return, or None where they want something sent."""
    try:
        step = steps.send(came)
    except StopIteration as done:
        return done.value
    assert isinstance(step, Send)
    assert "server/time" in step.request.info.url
    return None
