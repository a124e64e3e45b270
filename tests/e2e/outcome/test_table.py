"""docs/concepts/outcome.md has the table that the outcome matrix gives."""

import pytest

from tests.e2e.outcome.matrix import GROUPS
from tests.e2e.outcome.table import PAGE, table, with_table


def test_the_page_has_the_current_table() -> None:
    page = PAGE.read_text("utf-8")
    assert with_table(page) == page, "run `make reliability`"


def test_the_table_has_a_line_for_each_group_and_fits_a_screen() -> None:
    assert len(table().splitlines()) <= 25
    assert all(line.count("|") == 4 for line in table().splitlines())
    assert all(group.failure in table() and group.does in table() for group in GROUPS)


def test_a_page_without_the_comments_is_rejected() -> None:
    with pytest.raises(ValueError, match="comments"):
        with_table("# bingx-spot")
