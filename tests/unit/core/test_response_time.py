"""What an answer tells beside what was asked: the requests left, and the time it is there."""

import pytest

from bingx_spot import Response
from bingx_spot.core.response_time import RateLimitHeaders, exchange_time, rate_limit_headers
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import answer

HOUR = 3_600_000
REMAIN, END = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"


class TestAllowance:
    def test_is_read_from_two_headers(self) -> None:
        assert rate_limit_headers({REMAIN: "7", END: str(BEGIN)}) == RateLimitHeaders(requests=7, until=BEGIN)

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {REMAIN: "7"},
            {END: str(BEGIN)},
            {REMAIN: "7", END: "soon"},
            {REMAIN: "7", END: str(BEGIN // 1000)},
            {REMAIN: "-1", END: str(BEGIN)},
            {REMAIN: "1" * 10, END: str(BEGIN)},
        ],
    )
    def test_that_cannot_be_read_is_none(self, headers: dict[str, str]) -> None:
        assert rate_limit_headers(headers) is None


def made_at(moment: int) -> Response:
    return answer({"code": 0, "timestamp": moment})


def dated(date: str, body: bytes = b"") -> Response:
    return answer(body, headers={"date": date})


class TestTimeThere:
    """The request left at BEGIN by the own clock, and its answer came 100 ms later."""

    def told_by(self, told: Response) -> int:
        return exchange_time(told, BEGIN, BEGIN + 100) - BEGIN

    @pytest.mark.parametrize("after", [0, 1, 50, 100])
    def test_is_the_own_where_the_answer_can_have_been_made_meanwhile(self, after: int) -> None:
        assert self.told_by(made_at(BEGIN + after)) == 100

    def test_is_ahead_by_the_least_that_explains_the_answer(self) -> None:
        assert self.told_by(made_at(BEGIN + HOUR)) == HOUR

    def test_is_behind_by_the_least_that_explains_the_answer(self) -> None:
        assert self.told_by(made_at(BEGIN - HOUR)) == 100 - HOUR

    def test_is_read_from_the_header_where_the_body_does_not_tell(self) -> None:
        # BEGIN is Tue, 14 Nov 2023 22:13:20 GMT.
        assert self.told_by(dated("Tue, 14 Nov 2023 23:13:20 GMT")) == HOUR
        assert self.told_by(dated("Tue, 14 Nov 2023 21:13:20 GMT")) == 100 - HOUR + 2000

    @pytest.mark.parametrize("body", [b"{}", b"[]", b"<html>", b"[" * 100_000], ids=len)
    def test_a_body_that_cannot_be_read_leaves_it_to_the_header(self, body: bytes) -> None:
        assert self.told_by(dated("Tue, 14 Nov 2023 23:13:20 GMT", body)) == HOUR

    @pytest.mark.parametrize(
        "date",
        [
            "yesterday",
            "Tue, 14 Nov 99999 22:13:20 GMT",
            "Tue, 99999999999999999999 Nov 2023 22:13:20 GMT",
        ],
    )
    def test_is_the_own_where_nothing_can_be_read(self, date: str) -> None:
        assert self.told_by(dated(date)) == 100
        assert self.told_by(answer(b"")) == 100
