"""Interruptions: what the exception that ends a request says about the request."""

import pytest

from bingx_spot.core.engine import MAYBE_SENT_NOTE, mark_interruption, may_have_been_sent


def raised() -> KeyboardInterrupt:
    """Return an interruption with a traceback."""
    with pytest.raises(KeyboardInterrupt) as interruption:
        raise KeyboardInterrupt
    return interruption.value


class TestMark:
    def test_of_a_request_that_was_sent_is_a_note(self) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=True)
        assert may_have_been_sent(interruption) is True
        assert interruption.__notes__ == [MAYBE_SENT_NOTE]

    def test_of_a_request_that_was_not_sent_is_no_note(self) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=False)
        assert may_have_been_sent(interruption) is False
        assert not hasattr(interruption, "__notes__")

    @pytest.mark.parametrize("request_sent", [True, False])
    def test_removes_the_traceback_with_the_secrets_in_its_frames(self, request_sent: bool) -> None:
        interruption = raised()
        assert interruption.__traceback__ is not None
        mark_interruption(interruption, request_sent=request_sent)
        assert interruption.__traceback__ is None

    def test_that_is_missing_means_that_the_request_may_have_been_sent(self) -> None:
        assert may_have_been_sent(raised()) is True
