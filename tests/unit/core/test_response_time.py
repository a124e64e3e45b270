"""What a response says of the rate limit and of the exchange's time."""

import pytest

from bingx_spot import ErrorDetails, Response
from bingx_spot.core.response_time import RateLimitHeaders, exchange_time, rate_limit_headers, server_time
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import answer

HOUR = 3_600_000
DAY = 24 * HOUR
REMAIN, EXPIRE = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
# BEGIN is Tue, 14 Nov 2023 22:13:20 GMT.
BEGIN_DATE, HOUR_LATER = "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 23:13:20 GMT"
NO_DATES = ["yesterday", "Tue, 14 Nov 99999 22:13:20 GMT", "Tue, 99999999999999999999 Nov 2023 22:13:20 GMT"]


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
        ],
        ids=range(10),
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

    def test_is_ours_where_the_response_has_no_time(self) -> None:
        assert self.of(answer(b"")) == 100
