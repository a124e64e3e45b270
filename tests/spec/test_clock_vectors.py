"""The clock vectors are well-formed, and the SDK's client does what they say."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from bingx_spot import ClockError, ErrorDetails
from bingx_spot.core.attempt import AttemptResult, AttemptRunner
from bingx_spot.core.runner import Deadline
from tests.spec.clock_client import WITHOUT_TIME, Client, finished
from tests.spec.vectors import read_json, vector_id
from tests.unit.core.playing import CANCELLING, RESET, Exchange

VECTORS = read_json("vectors/clock.json")
TESTS = [test for group in VECTORS["groups"] for test in group["tests"]]


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

    def test_groups_by_operation(self) -> None:
        operations = {
            group["id"]: {test["operation"] for test in group["tests"]} for group in VECTORS["groups"]
        }
        assert operations == {"refusal": {"cancelOrder"}, "server-time": {"serverTime"}}

    def test_no_result_hangs_on_half_a_millisecond(self) -> None:
        assert all((test["receivedAt"] - test["sentAt"]) % 2 == 0 for test in TESTS)


@pytest.mark.parametrize("test", TESTS, ids=vector_id)
def test_the_client_does_what_the_vector_says(test: Any) -> None:
    assert Client(test).outcome() == test["expected"]


def test_without_the_server_time_the_refusal_stands() -> None:
    exchange = Exchange(fallback=None)
    attempts = AttemptRunner(exchange.context, Deadline(exchange.time() + 60, exchange.time))
    refusal = AttemptResult(
        CANCELLING.operation, ClockError(ErrorDetails.of(WITHOUT_TIME, "timestamp mismatch"))
    )
    repair = attempts.try_repair(CANCELLING, refusal)
    assert finished(repair) is None
    assert finished(repair, RESET) is False
