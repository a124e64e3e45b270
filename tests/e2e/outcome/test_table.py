"""The README says what the matrix says."""

import pytest

from tests.e2e.outcome.matrix import GROUPS
from tests.e2e.outcome.table import README, table, with_table


def test_the_readme_has_the_table_that_the_matrix_gives() -> None:
    readme = README.read_text("utf-8")
    assert with_table(readme) == readme, "run `make reliability`"
    assert "## What happens when things go wrong" in readme


def test_a_person_reads_it_in_a_screen() -> None:
    assert len(table().splitlines()) <= 25
    assert all(line.count("|") == 4 for line in table().splitlines())
    assert all(group.failure in table() and group.does in table() for group in GROUPS)


def test_a_readme_without_its_comments_is_refused() -> None:
    with pytest.raises(ValueError, match="comments"):
        with_table("# bingx-spot")
