"""The SDK's client in the middle of a call, driven by the clock vectors."""

from typing import Any

from bingx_spot import CallError, ClockError, Response
from bingx_spot.core.attempt import AttemptResult, AttemptRunner
from bingx_spot.core.clock import server_time
from bingx_spot.core.response_validation import validate_response
from bingx_spot.core.runner import CallSteps, Deadline, Send
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import ASKING_TIME, CANCELLING, Exchange, says

WITHOUT_TIME = says(100421, "timestamp mismatch")


class Client:
    """The client of one vector, between its request and its response."""

    def __init__(self, test: Any) -> None:
        self.test = test
        # A placement that is set is never changed; the vectors are about the clock alone.
        self.exchange = Exchange(fallback=None, placement="json")
        # The machine's clock and the offset give `sentAt` together.
        self.exchange.clock._anchor_ns += (test["sentAt"] - test["before"]["offset"] - BEGIN) * 1_000_000
        self.exchange.clock._offset = test["before"]["offset"]
        deadline = Deadline(self.exchange.time() + 60, self.exchange.time)
        self.attempts = AttemptRunner(self.exchange.context, deadline)
        self.attempts._clock_repaired = test["before"]["repaired"]

    def outcome(self) -> dict[str, object]:
        """Return what the client does with the response, in the vector's words."""
        refusal = self.refusal()
        repair = self.attempts.try_repair(CANCELLING, refusal)
        again = finished(repair)
        ask = again is None
        if self.test["operation"] == "serverTime":
            assert ask
            again = finished(repair, self.receive())
            ask = False
        return {
            "serverTime": self.learnt(refusal),
            "offset": self.exchange.clock.offset,
            "ask": ask,
            "again": bool(again),
        }

    def refusal(self) -> AttemptResult:
        """Send the cancel and return its attempt, which the exchange rejects."""
        sending = self.attempts.send_once(CANCELLING)
        effect = next(sending)
        assert isinstance(effect, Send)
        if self.test["operation"] == "serverTime":
            attempt = finished(sending, WITHOUT_TIME)
        else:
            assert effect.request.info.parameters["timestamp"] == self.test["sentAt"]
            attempt = finished(sending, self.receive())
        assert isinstance(attempt, AttemptResult)
        assert isinstance(attempt.result, CallError)
        return attempt

    def receive(self) -> Response:
        """Return the response at the vector's time, with what another call learnt meanwhile."""
        self.exchange.time.seconds += (self.test["receivedAt"] - self.test["sentAt"]) / 1000
        self.exchange.clock._offset = self.test["before"]["offsetNow"]
        return response_of(self.test)

    def learnt(self, refusal: AttemptResult) -> int | None:
        """Return the time that the client used, which its offset shows if that has changed."""
        before = self.test["before"]
        moved = self.exchange.clock.offset - before["offset"]
        if before["offsetNow"] != before["offset"] or before["repaired"]:
            return None
        if moved:
            return (self.test["sentAt"] + self.test["receivedAt"]) // 2 + moved
        if self.test["operation"] == "serverTime":
            return time_in(response_of(self.test))
        error = refusal.result
        return server_time(error.details) if isinstance(error, ClockError) else None


def response_of(test: Any) -> Response:
    """Return the vector's response as a transport gives it, with header names in lower case."""
    answer = test["answer"]
    headers = {name.lower(): value for name, value in answer["headers"].items()}
    return Response(answer["status"], headers, answer["body"].encode())


def time_in(response: Response) -> int | None:
    """Return the time in a response to `serverTime`, or None if it is not valid."""
    try:
        return int(validate_response(ASKING_TIME, response).data()["serverTime"])
    except CallError:
        return None


def finished(steps: CallSteps[Any], result: Any = None) -> Any:
    """Return what the steps return, or None if they send a request for the server's time."""
    try:
        effect = steps.send(result)
    except StopIteration as done:
        return done.value
    assert isinstance(effect, Send)
    assert "server/time" in effect.request.info.url
    return None
