"""docs/concepts/outcome.md has the tables that contract, decision table and outcome matrix give."""

import pytest

from bingx_spot.core.decisions import RULES
from bingx_spot.core.endings import ENDINGS
from bingx_spot_api.contract import BY_ID
from tests.e2e.outcome.matrix import GROUPS
from tools.outcome_tables import PAGE, decisions, failures, timing, with_tables


def test_the_page_has_the_current_tables() -> None:
    page = PAGE.read_text("utf-8")
    assert with_tables(page) == page, "run `make reliability`"


def test_the_table_of_failures_has_a_line_for_each_group_and_fits_a_screen() -> None:
    assert len(failures().splitlines()) <= 25
    assert all(group.failure in failures() and group.does in failures() for group in GROUPS)


@pytest.mark.parametrize("rules", [RULES, ENDINGS], ids=["rules", "endings"])
def test_each_row_of_the_decision_table_has_a_line_in_their_order(rules) -> None:
    lines = decisions(rules).splitlines()[2:]
    assert lines == [f"| {rule.known} | {rule.does} | {rule.reason} |" for rule in rules]


def test_the_table_of_numbers_has_those_that_the_core_uses() -> None:
    used = BY_ID["cancelOrder"].timing
    assert used is not None
    values = {line.split(" | ")[0]: line.split(" | ")[2] for line in timing().splitlines()[2:]}
    assert values == {
        "| `readsLag`": f"{used.reads_lag:.0f} s",
        "| `takesEffectWithin`": f"{used.takes_effect_within:.0f} s",
        "| `visibleWithin`": f"{used.visible_within:.0f} s",
        "| `clientOrderIdFoundFor`": f"{used.client_order_id_found_for / 3600:.0f} h",
    }


@pytest.mark.parametrize(
    "table", [timing, failures, lambda: decisions(RULES)], ids=["timing", "failures", "rules"]
)
def test_no_cell_breaks_its_table(table) -> None:
    assert len({line.count("|") for line in table().splitlines()}) == 1


def test_a_page_without_the_comments_is_rejected() -> None:
    with pytest.raises(ValueError, match="comments"):
        with_tables("# bingx-spot")
