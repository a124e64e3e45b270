"""How an error is classified, and what it says of the time to wait."""

import pytest

from bingx_spot import ErrorDetails, OutcomeUnknown, RateLimited, RequestRejected, UnknownErrorCode
from bingx_spot.core.error_mapping import error_from_code, error_from_status, normalised
from bingx_spot_api.error_table import ROWS, STATUS_ROWS

UNBLOCKED = 1727193814249
WINDOW_END = "x-ratelimit-requests-expire"


class TestClassification:
    def test_says_by_which_row_and_what_to_do(self) -> None:
        row = next(row for row in ROWS if row.id == "signature-wrong")
        details = error_from_code(100001, ErrorDetails("Signature verification failed", code=100001)).details
        assert (details.rule, details.hint) == (row.id, row.advice)
        assert details.message == "Signature verification failed"
        assert (details.lock_seconds, details.retry_at) == (None, None)

    def test_a_lock_without_a_time_says_how_long_it_lasts(self) -> None:
        details = error_from_code(100410, ErrorDetails("rate limited")).details
        assert (details.rule, details.lock_seconds, details.retry_at) == ("rate-limited", 300, None)

    def test_an_envelope_without_a_text_shows_the_table_s(self) -> None:
        assert error_from_code(100001, ErrorDetails("")).message == (
            "The signature is not that of these parameters under the key's secret."
        )

    def test_the_code_may_come_as_text(self) -> None:
        assert error_from_code("100001", ErrorDetails("")).details.rule == "signature-wrong"

    @pytest.mark.parametrize("code", [123456, "123456", -1])
    def test_an_unlisted_code_is_an_error_of_its_own(self, code: int | str) -> None:
        error = error_from_code(code, ErrorDetails("what is this?"))
        assert type(error) is UnknownErrorCode
        assert error.message == "what is this?"
        assert error.details.rule == "unknown-code"

    @pytest.mark.parametrize(
        ("status", "rule"),
        [
            (417, "unknown-code"),
            (418, "banned"),
            (419, "unknown-code"),
            (429, "too-many-requests"),
            (None, "unknown-code"),
        ],
    )
    def test_a_row_s_statuses_are_a_range_with_both_ends(self, status: int | None, rule: str) -> None:
        assert error_from_code(123456, ErrorDetails("", http_status=status)).details.rule == rule

    def test_a_row_that_names_statuses_is_not_for_a_call_without_any(self) -> None:
        assert error_from_code(100001, ErrorDetails("", http_status=None)).details.rule == "signature-wrong"

    @pytest.mark.parametrize(
        ("status", "rule"),
        [
            (400, "http-bad-request"), (401, "http-unauthorized"), (403, "http-firewall"),
            (404, "http-not-found"), (418, "http-banned"), (429, "http-too-many-requests"),
            (500, "http-server-error"), (504, "http-gateway-timeout"), (519, "http-server-error"),
            (520, "http-content-delivery"), (530, "http-content-delivery"), (531, "http-server-error"),
            (599, "http-server-error"), (600, "http-unreadable"), (299, "http-unreadable"),
            (300, "http-redirect"), (399, "http-redirect"), (402, "http-unreadable"),
            (200, "http-unreadable"), (None, "http-unreadable"),
        ],
    )  # fmt: skip
    def test_without_an_envelope_the_status_alone_counts(self, status: int | None, rule: str) -> None:
        error = error_from_status(ErrorDetails("the answer is empty", http_status=status))
        row = next(row for row in STATUS_ROWS if row.id == rule)
        assert (error.details.rule, error.hint) == (row.id, row.advice)
        assert error.details.lock_seconds == row.seconds
        assert isinstance(error, OutcomeUnknown) == (row.order == "unknown")
        assert isinstance(error, RequestRejected) == (row.order == "untouched")

    def test_without_an_envelope_the_text_tells_meaning_and_reason(self) -> None:
        error = error_from_status(ErrorDetails("the answer is empty", http_status=401))
        assert error.message == "The API key or the signature is not accepted: the answer is empty"

    def test_white_space_is_collapsed_and_cut_off(self) -> None:
        assert normalised("  \t A  B\r\n\r\nC \n") == "a b c"

    def test_letters_beyond_ascii_keep_their_case(self) -> None:
        assert normalised("ABZ ÀÉ") == "abz ÀÉ"

    def test_a_word_s_edge_is_one_of_ascii(self) -> None:
        # "\b" of the row no-such-path: beside a letter beyond ASCII there is an edge in every language.
        assert error_from_code(100404, ErrorDetails("apié does not exist")).details.rule == "no-such-path"


class TestRetryAt:
    @pytest.mark.parametrize(
        "message",
        [
            "The endpoint trigger frequency limit rule is currently in the disabled period "
            f"and will be unblocked after {UNBLOCKED}",
            "over 20 error code:100202 requests within 480000 ms for this api, "
            f"please verify and fix it ,can retry after time: {UNBLOCKED}",
        ],
        ids=["rule", "errors"],
    )  # fmt: skip
    def test_is_in_the_text(self, message: str) -> None:
        error = error_from_code(100410, ErrorDetails(message))
        assert isinstance(error, RateLimited)
        assert error.retry_at == UNBLOCKED

    def test_is_the_window_s_end_where_the_text_has_none(self) -> None:
        error = error_from_code(100410, ErrorDetails("rate limited", headers={WINDOW_END: "1727193999999"}))
        assert error.details.retry_at == 1727193999999

    def test_in_the_text_comes_first(self) -> None:
        details = ErrorDetails(f"unblocked after {UNBLOCKED}", headers={WINDOW_END: "1727193999999"})
        assert error_from_code(100410, details).details.retry_at == UNBLOCKED

    def test_is_the_window_s_end_where_there_is_no_envelope(self) -> None:
        details = ErrorDetails("no JSON", http_status=429, headers={WINDOW_END: "1727193999999"})
        assert error_from_status(details).details.retry_at == 1727193999999

    @pytest.mark.parametrize(
        "header", ["", "soon", "1727193999", "17271939999990", "-727193999999", "1727193999999 "]
    )
    def test_is_not_what_is_no_time_in_milliseconds(self, header: str) -> None:  # fmt: skip
        details = ErrorDetails("rate limited", headers={WINDOW_END: header})
        assert error_from_code(100410, details).details.retry_at is None

    @pytest.mark.parametrize("code", [100001, 100404, 100500, 123456])
    def test_is_given_for_a_limit_alone(self, code: int) -> None:
        details = ErrorDetails(f"after {UNBLOCKED}", headers={WINDOW_END: "1727193999999"})
        assert error_from_code(code, details).details.retry_at is None

    def test_without_an_envelope_is_given_for_a_limit_alone(self) -> None:
        details = ErrorDetails("no JSON", http_status=502, headers={WINDOW_END: "1727193999999"})
        assert error_from_status(details).details.retry_at is None
