"""What an error carries, and keeps when it goes to another process."""

import copy
import pickle
from dataclasses import fields
from types import MappingProxyType

import pytest

from bingx_spot import Attempt, ErrorDetails, RequestInfo, Response

REQUEST = RequestInfo(
    "POST", "https://host.test/path", "json", MappingProxyType({"a": 1}), MappingProxyType({"b": "c"})
)
DETAILS = ErrorDetails(
    "rate limited",
    code=100410,
    http_status=200,
    request=REQUEST,
    body=b"{}",
    headers=MappingProxyType({"date": "today"}),
    retry_at=5,
    hint="Wait.",
    rule="rate-limited",
    lock_seconds=300,
    attempts=(Attempt(1, "cancelOrder", "https://host.test", "HTTP 200"),),
    summary="Order 5 was not cancelled.",
    order_id=7,
)


class TestErrorDetails:
    def test_of_a_response_have_its_status_headers_and_beginning(self) -> None:
        response = Response(403, {"date": "today"}, b"x" * 70_000)
        details = ErrorDetails.of(response, "blocked", code=5, hint="wait")
        assert (details.message, details.http_status) == ("blocked", 403)
        assert (details.code, details.hint, details.headers) == (5, "wait", {"date": "today"})
        note = b"... (70,000 bytes, cut)"
        assert details.body == b"x" * (65_536 - len(note)) + note

    def test_each_field_is_tried_below(self) -> None:
        missing = [each.name for each in fields(DETAILS) if getattr(DETAILS, each.name) == each.default]
        assert not missing, f"set these in DETAILS: {missing}"

    def test_can_be_pickled_and_copied(self) -> None:
        for other in (pickle.loads(pickle.dumps(DETAILS)), copy.deepcopy(DETAILS)):  # noqa: S301 - our own bytes
            assert other == DETAILS

    def test_cannot_be_changed(self) -> None:
        with pytest.raises(AttributeError):
            DETAILS.code = 0  # type: ignore[misc] # is what must fail
        with pytest.raises(TypeError):
            ErrorDetails("").headers["a"] = "b"  # type: ignore[index] # likewise
