"""Where a server wants its parameters."""

import logging

import pytest

from bingx_spot.environments import Placement
from bingx_spot.limits.client_state import PlacementSelector

HOST, OTHER = "https://host.test", "https://other.test"


def test_what_the_contract_says_comes_first() -> None:
    assert PlacementSelector().choose(HOST) is None


def test_the_query_string_is_tried_next_and_kept_for_that_host() -> None:
    placing = PlacementSelector()
    assert placing.move(HOST, "json")
    assert placing.choose(HOST) == "query"
    assert placing.choose(OTHER) is None
    assert placing.move(OTHER, "json")
    assert placing.choose(OTHER) == "query"


def test_where_the_query_string_is_not_seen_either_the_contract_counts_for_good() -> None:
    placing = PlacementSelector()
    placing.move(HOST, "json")
    assert not placing.move(HOST, "query")
    assert placing.choose(HOST) is None
    assert not placing.move(HOST, "json")
    assert placing.choose(HOST) is None


def test_another_call_has_moved_them_meanwhile() -> None:
    placing = PlacementSelector()
    placing.move(HOST, "json")
    assert placing.move(HOST, "json")
    assert placing.choose(HOST) == "query"


def test_another_call_has_moved_them_back_meanwhile() -> None:
    placing = PlacementSelector()
    placing.move(HOST, "json")
    placing.move(HOST, "query")
    assert not placing.move(HOST, "query")
    assert placing.choose(HOST) is None


@pytest.mark.parametrize("fixed", ["json", "query", "form"])
def test_a_placement_that_the_user_fixed_stays(fixed: Placement, caplog: pytest.LogCaptureFixture) -> None:
    placing = PlacementSelector(fixed)
    assert placing.choose(HOST) == fixed
    assert not placing.move(HOST, fixed)
    assert placing.choose(HOST) == fixed
    assert not caplog.records


def test_the_move_is_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    placing = PlacementSelector()
    placing.move(HOST, "json")
    placing.move(HOST, "json")
    placing.move(HOST, "query")
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (
            logging.WARNING,
            "the server sees no parameters in JSON; they go as a query string from now on",
        )
    ]
