"""Our client in the middle of a call, as the clock vectors want it."""

from typing import Any

from bingx_spot import CallError, ClockError, Response
from bingx_spot.core.attempt import AttemptResult
from bingx_spot.core.response_time import server_time
from bingx_spot.core.response_validation import validate_response
from bingx_spot.core.runner import CallSteps, Send
from tests.support.scripted_time import BEGIN
from tests.unit.core.driving import runner_of
from tests.unit.core.playing import ASKING_TIME, CANCELLING, Exchange, says

WITHOUT_TIME = says(100421, "timestamp mismatch")


class Client:
    """Our client at the moment that a vector describes."""

    def __init__(self, test: Any) -> None:
        self.test = test
        # The placement is fixed: these vectors are for the clock alone.
        self.exchange = Exchange(fallback=None, placement="json")
        # Set so that the machine's clock and the offset give `sentAt` together.
        self.exchange.clock._anchor_ns += (test["sentAt"] - test["before"]["offset"] - BEGIN) * 1_000_000
        self.exchange.clock._offset = test["before"]["offset"]
        self.attempts = runner_of(self.exchange, 60.0)
        self.attempts._clock_repaired = test["before"]["repaired"]

    def outcome(self) -> dict[str, object]:
        """Return in the vector's words what the client did with the response."""
        rejected = self.rejected()
        repair = self.attempts.try_repair(CANCELLING, rejected)
        again = finished(repair)
        ask = again is None
        if self.test["operation"] == "serverTime":
            assert ask
            again = finished(repair, self.response())
            ask = False
        return {
            "serverTime": self.time_taken(rejected.result),
            "offset": self.exchange.clock.offset,
            "ask": ask,
            "again": bool(again),
        }

    def rejected(self) -> AttemptResult:
        """Send the cancel, and return the attempt that is rejected."""
        sending = self.attempts.send_once(CANCELLING)
        step = next(sending)
        assert isinstance(step, Send)
        if self.test["operation"] == "serverTime":
            attempt = finished(sending, WITHOUT_TIME)
        else:
            assert step.request.info.parameters["timestamp"] == self.test["sentAt"]
            attempt = finished(sending, self.response())
        assert isinstance(attempt, AttemptResult)
        return attempt

    def response(self) -> Response:
        """Return the vector's response, at its time, and with what has changed meanwhile."""
        self.exchange.time.seconds += (self.test["receivedAt"] - self.test["sentAt"]) / 1000
        self.exchange.clock._offset = self.test["before"]["offsetNow"]
        return response_of(self.test)

    def time_taken(self, rejection: Response | CallError) -> int | None:
        """Return the time that the client took, read off its offset where that has moved."""
        before = self.test["before"]
        moved = self.exchange.clock.offset - before["offset"]
        if before["offsetNow"] != before["offset"] or before["repaired"]:
            return None
        if moved:
            return (self.test["sentAt"] + self.test["receivedAt"]) // 2 + moved
        if self.test["operation"] == "serverTime":
            return time_in(response_of(self.test))
        return server_time(rejection.details) if isinstance(rejection, ClockError) else None


def response_of(test: Any) -> Response:
    """Return the vector's response as an engine would, with the names of headers in lower case."""
    answer = test["answer"]
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Response(answer["status"], headers, answer["body"].encode())


def time_in(response: Response) -> int | None:
    """Return the time in a response to `serverTime`, where validation accepts it."""
    try:
        return int(validate_response(ASKING_TIME, response).data()["serverTime"])
    except CallError:
        return None


def finished(steps: CallSteps[Any], result: Any = None) -> Any:
    """Return what the steps return, or None where they request the exchange's time."""
    try:
        step = steps.send(result)
    except StopIteration as stop:
        return stop.value
    assert isinstance(step, Send)
    assert "server/time" in step.request.info.url
    return None
