"""The clock that stamps requests, and what a response says of the exchange's time."""

import logging
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import ErrorDetails, Response
from bingx_spot.core.clock import (
    MAXIMUM_OFFSET,
    Clock,
    RateLimitHeaders,
    exchange_time,
    format_duration,
    rate_limit_headers,
    server_time,
    time_of_day,
)
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.playing import answer

HOUR = 3_600_000
DAY = 24 * HOUR
REMAIN, EXPIRE = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
# BEGIN is Tue, 14 Nov 2023 22:13:20 GMT.
BEGIN_DATE, HOUR_LATER = "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 23:13:20 GMT"
NO_DATES = ["yesterday", "Tue, 14 Nov 99999 22:13:20 GMT", "Tue, 99999999999999999999 Nov 2023 22:13:20 GMT"]


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]


class TestTimestamp:
    def test_is_the_machine_s_time_at_first(self) -> None:
        assert ScriptedTime().clock().timestamp() == BEGIN

    def test_counts_whole_milliseconds(self) -> None:
        elapsed = [0]
        clock = Clock(lambda: 0, lambda: elapsed[0])
        for nanoseconds, milliseconds in [(999_999, 0), (1_000_000, 1), (1_999_999, 1), (2_000_000, 2)]:
            elapsed[0] = nanoseconds
            assert clock.timestamp() == milliseconds

    def test_is_not_changed_by_a_step_of_the_machine_s_clock(self) -> None:
        machine, elapsed = [BEGIN * 1_000_000], [77]
        clock = Clock(lambda: machine[0], lambda: elapsed[0])
        machine[0] += DAY * 1_000_000
        elapsed[0] += 5_000_000
        assert clock.timestamp() == BEGIN + 5

    def test_of_this_machine_is_its_time(self) -> None:
        before = time.time_ns() // 1_000_000
        timestamp = Clock().timestamp()
        # A step of the machine's clock by a second or more during this test is not to be expected.
        assert before - 1000 <= timestamp <= time.time_ns() // 1_000_000 + 1000

    @pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="no clock that goes on while asleep")
    def test_goes_on_while_the_machine_sleeps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        read: list[int] = []

        def boot(clock: int) -> int:
            read.append(clock)
            return 5_000_000

        monkeypatch.setattr(time, "clock_gettime_ns", boot)
        assert Clock(lambda: 7_000_000).timestamp() == 7
        assert set(read) == {time.CLOCK_BOOTTIME}

    def test_counts_monotonic_time_where_the_system_has_no_boot_clock(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delattr(time, "CLOCK_BOOTTIME", raising=False)
        source = iter([1_000_000, 3_000_000])
        monkeypatch.setattr(time, "monotonic_ns", lambda: next(source))
        assert Clock(lambda: 7_000_000).timestamp() == 9


class TestLearn:
    def test_adopts_the_exchange_s_time(self) -> None:
        clock = ScriptedTime().clock()
        assert clock.offset == 0
        assert clock.learn(BEGIN + 3_600_000, BEGIN)
        assert clock.offset == 3_600_000
        assert clock.timestamp() == BEGIN + 3_600_000

    def test_adds_to_what_was_learnt_before(self) -> None:
        clock = ScriptedTime().clock()
        clock.learn(BEGIN + 3_600_000, BEGIN)
        clock.learn(BEGIN + 3_599_000, BEGIN + 3_600_000)
        assert clock.offset == 3_599_000

    @pytest.mark.parametrize("sign", [1, -1])
    def test_believes_a_day_and_no_more(self, sign: int, caplog: pytest.LogCaptureFixture) -> None:
        assert MAXIMUM_OFFSET == DAY
        clock = ScriptedTime().clock()
        assert not clock.learn(BEGIN + sign * (DAY + 1), BEGIN)
        assert clock.offset == 0
        assert warnings(caplog) == [
            f"not using the exchange's time: it is {sign * (DAY + 1)} ms away, more than a day"
        ]
        assert clock.learn(BEGIN + sign * DAY, BEGIN)
        assert clock.offset == sign * DAY

    def test_believes_a_day_in_total(self) -> None:
        clock = ScriptedTime().clock()
        assert clock.learn(DAY, 0)
        assert not clock.learn(DAY + 1, DAY)
        assert clock.offset == DAY

    def test_logs_the_offset(self, caplog: pytest.LogCaptureFixture) -> None:
        clock = ScriptedTime().clock()
        clock.learn(700, 0)
        clock.learn(0, 1000)
        assert warnings(caplog) == [
            "clock corrected by +700 ms, to the exchange's; let NTP set this machine's",
            "clock corrected by -300 ms, to the exchange's; let NTP set this machine's",
        ]

    @given(st.lists(st.tuples(st.integers(0, 2**41), st.floats(0, 100)), max_size=6))
    def test_never_moves_the_clock_by_more_than_a_day(self, times: list[tuple[int, float]]) -> None:
        time = ScriptedTime()
        clock = time.clock()
        for moment, pause in times:
            time.seconds += pause
            own = clock.timestamp()
            learnt = clock.learn(moment, own)
            machine = BEGIN + round((time.seconds - 1000.0) * 1_000_000_000) // 1_000_000
            assert abs(clock.timestamp() - machine) <= DAY
            assert clock.timestamp() == (moment if learnt else own)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (9.4, "9 s"),
        (60, "1 min"),
        (3_725, "1 h 2 min"),
        (86_400 * 2 + 3_600, "2 d 1 h"),
        (199_999, "2 d 7 h"),
    ],
)
def test_durations_have_their_two_largest_units(seconds, words):
    assert format_duration(seconds) == words


@pytest.fixture
def _far_from_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine be in another time zone, where the system can change it."""
    tzset = getattr(time, "tzset", lambda: None)
    monkeypatch.setenv("TZ", "JST-9")
    tzset()
    yield
    monkeypatch.undo()
    tzset()


@pytest.mark.usefixtures("_far_from_utc")
@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(BEGIN, "22:13:20 UTC"), (BEGIN + HOUR, "23:13:20 UTC"), (10**20, "100000000000000000000")],
)
def test_a_time_of_day_is_that_of_utc(milliseconds: int, words: str) -> None:
    assert time_of_day(milliseconds) == words


def test_time_that_has_passed_is_in_seconds() -> None:
    assert Clock(lambda: 0, lambda: 7_500_000_000).elapsed() == 7.5


class TestRateLimitHeaders:
    def test_are_two(self) -> None:
        assert rate_limit_headers({REMAIN: "7", EXPIRE: str(BEGIN)}) == RateLimitHeaders(7, BEGIN)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {REMAIN: "7"},
            {EXPIRE: str(BEGIN)},
            {REMAIN: "7", EXPIRE: "soon"},
            {REMAIN: "7", EXPIRE: str(BEGIN // 1000)},
            {REMAIN: "-1", EXPIRE: str(BEGIN)},
            {REMAIN: "1" * 10, EXPIRE: str(BEGIN)},
        ],
        ids=range(7),
    )
    def test_that_cannot_be_read_are_none(self, headers: dict[str, str]) -> None:
        assert rate_limit_headers(headers) is None


class TestServerTime:
    def of(self, body: bytes, date: str | None = None) -> int | None:
        headers = {} if date is None else {"date": date}
        return server_time(ErrorDetails.of(Response(200, headers, body), ""))

    def test_is_the_envelope_s_timestamp(self) -> None:
        assert self.of(b'{"timestamp":1700000000000}', HOUR_LATER) == BEGIN
        assert self.of(b'{"timestamp":"1700000000000"}', HOUR_LATER) == BEGIN

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"<html>", b"[]", b"5", b"null", b"{}", b'{"timestamp":null}',
            b'{"timestamp":1700000000000.5}', b'{"timestamp":true}', b"[" * 100_000,
            b'{"timestamp":17000000000000000000}', b'{"timestamp":" 1700000000000"}',
        ],
        ids=range(12),
    )  # fmt: skip
    def test_is_the_middle_of_the_header_s_second_where_the_body_has_none(self, body: bytes) -> None:
        assert self.of(body, BEGIN_DATE) == BEGIN + 500

    @pytest.mark.parametrize("date", [None, "", "Tue, 99 Nov 2023 22:13:20 GMT", *NO_DATES], ids=range(6))
    def test_is_none_where_there_is_none(self, date: str | None) -> None:
        assert self.of(b"{}", date) is None


def stamped(moment: int) -> Response:
    return answer({"code": 0, "timestamp": moment})


def dated(date: str, body: bytes = b"") -> Response:
    return answer(body, headers={"date": date})


class TestExchangeTime:
    """The request left at BEGIN by our clock, and its response arrived 100 ms later."""

    def of(self, response: Response) -> int:
        return exchange_time(response, BEGIN, BEGIN + 100) - BEGIN

    @pytest.mark.parametrize("after", [0, 1, 50, 100])
    def test_is_ours_where_the_response_may_have_been_written_meanwhile(self, after: int) -> None:
        assert self.of(stamped(BEGIN + after)) == 100

    def test_is_ahead_by_the_least_that_explains_the_response(self) -> None:
        assert self.of(stamped(BEGIN + HOUR)) == HOUR

    def test_is_behind_by_the_least_that_explains_the_response(self) -> None:
        assert self.of(stamped(BEGIN - HOUR)) == 100 - HOUR

    def test_is_read_from_the_header_where_the_body_has_none(self) -> None:
        assert self.of(dated(HOUR_LATER)) == HOUR
        assert self.of(dated("Tue, 14 Nov 2023 21:13:20 GMT")) == 100 - HOUR + 2000

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>", b"[" * 100_000], ids=range(4))
    def test_is_read_from_the_header_where_the_body_cannot_be_read(self, body: bytes) -> None:
        assert self.of(dated(HOUR_LATER, body)) == HOUR

    @pytest.mark.parametrize("date", NO_DATES, ids=range(3))
    def test_is_ours_where_nothing_can_be_read(self, date: str) -> None:
        assert self.of(dated(date)) == 100

    @pytest.mark.parametrize("date", ["Thu, 01 Jan 1970 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"])
    def test_is_ours_where_the_response_is_more_than_a_day_off(self, date: str) -> None:
        assert self.of(dated(date)) == 100

    def test_is_the_exchange_s_where_the_response_is_a_day_off(self) -> None:
        assert self.of(stamped(BEGIN + 100 + DAY)) == 100 + DAY
        assert self.of(stamped(BEGIN + 100 + DAY + 1)) == 100

    def test_is_ours_where_the_response_counts_seconds(self) -> None:
        assert self.of(stamped(BEGIN // 1000)) == 100

    def test_is_read_from_the_header_where_the_body_counts_seconds(self) -> None:
        assert self.of(dated(HOUR_LATER, b'{"timestamp":1700000000}')) == HOUR

    def test_is_ours_where_the_response_has_no_time(self) -> None:
        assert self.of(answer(b"")) == 100
