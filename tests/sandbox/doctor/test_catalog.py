"""The quotations of `spec/signing.md` are on that page, at the place that the rule names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bingx_sandbox.doctor.catalog import MISTAKES, Rule

PAGE = (Path(__file__).parents[3] / "spec" / "signing.md").read_text(encoding="utf-8")


def on_one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("**", "")


def part_of(place: str) -> str:
    """Cut out of the page what a place stands for."""
    rules = PAGE.partition("## The rules")[2].partition("\n## ")[0]
    if number := re.fullmatch(r"rule (\d)", place):
        return re.split(r"\n(?=\d\. )", rules)[int(number[1])]
    if mistake := re.fullmatch(r"mistake “(.+)”", place):
        mistakes = PAGE.partition("## Common mistakes\n")[2].partition("\n\n")[0]
        return next(
            each for each in mistakes.split("\n- ") if on_one_line(each).lstrip("- *").startswith(mistake[1])
        )
    if section := re.fullmatch(r"section “(.+)”", place):
        return PAGE.partition(f"## {section[1]}\n")[2].partition("\n## ")[0]
    assert place == "introduction"
    return PAGE.partition("\n## ")[0]


@pytest.mark.parametrize("rule", MISTAKES, ids=lambda rule: rule.place)
def test_the_page_has_the_line_of_the_rule(rule: Rule) -> None:
    assert rule.line in on_one_line(part_of(rule.place))


def test_every_rule_has_a_mistake_and_every_mistake_one_rule() -> None:
    names = [name for mistakes in MISTAKES.values() for name in mistakes]
    assert all(MISTAKES.values())
    assert len(names) == len(set(names))
