"""Interruptions: what the exception that ends a request says about the request."""

import pytest

from bingx_spot.core.engine import (
    MAYBE_SENT_NOTE,
    NOT_SENT_NOTE,
    interrupted,
    mark_interruption,
    note_interruption,
)


def raised() -> KeyboardInterrupt:
    """Return an interruption with a traceback."""
    with pytest.raises(KeyboardInterrupt) as interruption:
        raise KeyboardInterrupt
    return interruption.value


class TestMark:
    def test_of_a_request_that_was_sent_is_a_note(self) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=True)
        assert interrupted(interruption).request_sent is True
        assert interruption.__notes__ == [MAYBE_SENT_NOTE]

    def test_of_a_request_that_was_not_sent_is_no_note(self) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=False)
        assert interrupted(interruption).request_sent is False
        assert not hasattr(interruption, "__notes__")

    @pytest.mark.parametrize("request_sent", [True, False])
    def test_removes_the_traceback_with_the_secrets_in_its_frames(self, request_sent: bool) -> None:
        interruption = raised()
        assert interruption.__traceback__ is not None
        mark_interruption(interruption, request_sent=request_sent)
        assert interruption.__traceback__ is None

    def test_that_is_missing_means_that_the_request_may_have_been_sent(self) -> None:
        assert interrupted(raised()).request_sent is True

    @pytest.mark.parametrize("reset", [True, False])
    def test_says_whether_anything_of_the_request_still_arrives(self, reset: bool) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=True, reset=reset)
        assert interrupted(interruption).reset is reset
        assert interrupted(interruption).reset is False

    def test_does_not_hold_for_a_later_request_that_the_same_object_ends(self) -> None:
        interruption = raised()
        mark_interruption(interruption, request_sent=False)
        assert interrupted(interruption).request_sent is False
        assert interrupted(interruption).request_sent is True


class TestNote:
    @pytest.mark.parametrize(("acted", "note"), [(True, MAYBE_SENT_NOTE), (False, NOT_SENT_NOTE)])
    def test_says_whether_the_call_may_have_taken_effect(self, acted: bool, note: str) -> None:
        interruption = raised()
        interruption.add_note("the caller's own")
        note_interruption(interruption, acted=acted)
        assert interruption.__notes__ == ["the caller's own", note]

    def test_stays_where_it_says_that_a_request_may_have_been_sent(self) -> None:
        interruption = raised()
        interruption.add_note(MAYBE_SENT_NOTE)
        note_interruption(interruption, acted=False)
        assert interruption.__notes__ == [MAYBE_SENT_NOTE]

    def test_of_one_request_gives_way_to_that_of_the_whole_call(self) -> None:
        interruption = raised()
        interruption.add_note(NOT_SENT_NOTE)
        note_interruption(interruption, acted=True)
        assert interruption.__notes__ == [MAYBE_SENT_NOTE]
