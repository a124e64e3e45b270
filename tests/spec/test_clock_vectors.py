"""The clock vectors are well-formed, and our own client does what they say."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bingx_spot import Answer, CallError, ClockError
from bingx_spot.answers import server_time, vet
from bingx_spot.attempts import Attempts
from bingx_spot.steps import Send, Steps
from tests.policy.playing import ASKING_TIME, CANCELLING, RESET, Exchange, says
from tests.policy.scripted_time import BEGIN
from tests.spec.vectors import read_json, vector_id

VECTORS = read_json("vectors/clock.json")
TESTS = [test for group in VECTORS["groups"] for test in group["tests"]]
TELLS_NO_TIME = says(100421, "timestamp mismatch")


class TestFile:
    def test_obeys_its_schema(self) -> None:
        schema = read_json("schemas/clock.schema.json")
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(VECTORS)

    def test_counts_its_tests_and_names_each_once(self) -> None:
        assert VECTORS["numberOfTests"] == len(TESTS) >= 40
        assert len({test["id"] for test in TESTS}) == len(TESTS)

    def test_explains_every_flag_and_uses_every_one(self) -> None:
        assert {flag for test in TESTS for flag in test["flags"]} == set(VECTORS["notes"])

    def test_groups_by_what_is_answered(self) -> None:
        operations = {
            group["id"]: {test["operation"] for test in group["tests"]} for group in VECTORS["groups"]
        }
        assert operations == {"refusal": {"cancelOrder"}, "server-time": {"serverTime"}}

    def test_no_result_hangs_on_half_a_millisecond(self) -> None:
        assert all((test["receivedAt"] - test["sentAt"]) % 2 == 0 for test in TESTS)


@pytest.mark.parametrize("test", TESTS, ids=vector_id)
def test_our_client_does_what_the_vector_says(test: Any) -> None:
    client = Client(test)
    assert client.did() == test["expected"]


class Client:
    """Our client in the middle of a call, at the moment that a vector speaks of."""

    def __init__(self, test: Any) -> None:
        self.test = test
        self.exchange = Exchange(fallback=None)
        # Set so that the machine's clock and the offset give `sentAt` together.
        self.exchange.clock._anchor_ns += (test["sentAt"] - test["before"]["offset"] - BEGIN) * 1_000_000
        self.exchange.clock._offset = test["before"]["offset"]
        self.attempts = Attempts(self.exchange.parts, self.exchange.time() + 60)
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
            assert step.request.shown.parameters["timestamp"] == self.test["sentAt"]
            error = finished(sending, self.arrives())
        assert isinstance(error, CallError)
        return error

    def arrives(self) -> Answer:
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
        return server_time(refusal.evidence) if isinstance(refusal, ClockError) else None


def answer_of(test: Any) -> Answer:
    """Give the answer as an engine would, with the names of headers in lower case."""
    told = test["answer"]
    headers = {name.lower(): value for name, value in told["headers"].items()}
    return Answer(told["status"], headers, told["body"].encode())


def time_in(answer: Answer) -> int | None:
    """Give the time in an answer to `serverTime`, where the gate believes it."""
    try:
        return int(vet(ASKING_TIME, answer).data()["serverTime"])
    except CallError:
        return None


def finished(steps: Steps[Any], came: Any = None) -> Any:
    """Give what the steps return, or None where they want something sent."""
    try:
        step = steps.send(came)
    except StopIteration as done:
        return done.value
    assert isinstance(step, Send)
    assert "server/time" in step.request.shown.url
    return None


def test_a_time_that_does_not_come_leaves_the_refusal() -> None:
    attempts = Attempts(Exchange(fallback=None).parts, 1060.0)
    repair = attempts.repaired(CANCELLING, ClockError(TELLS_NO_TIME.evidence("timestamp mismatch")))
    assert finished(repair) is None
    assert finished(repair, RESET) is False
