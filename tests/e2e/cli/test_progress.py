"""The progress bar on a terminal of 80 columns, and its absence everywhere else."""

import re
from pathlib import Path

import pytest

from tests.e2e.bulk.commands import variables, write_orders
from tests.support.command_line import invoke
from tests.support.terminal import ANSI_CODE, on_a_terminal

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def source(tmp_path, sandbox) -> Path:
    sandbox.faults([{"fault": "slow-start", "seconds": 0.3}])
    return write_orders(tmp_path / "orders.csv", sandbox.place_orders(60))


def test_a_bar_shows_progress_rate_and_outcomes(sandbox, source):
    seen = on_a_terminal(["cancel-many", "--from", source], variables(sandbox))
    assert ANSI_CODE.search(seen)
    plain = ESCAPE.sub("", seen)
    shown = [line for line in re.split(r"[\r\n]+", plain) if line.strip()]
    assert max(map(len, shown)) <= 80
    assert re.search(r"[1-9][0-9]?/60 +[0-9.]+/s +[0-9]:[0-9]{2}:[0-9]{2}", plain), "rate and time left"
    assert re.search(r"[1-9][0-9]? cancelled", plain)
    assert shown[-1].startswith("└"), "the bar is removed before the summary"


def test_the_bar_and_the_json_lines_do_not_mix(sandbox, source, tmp_path):
    asked = ["cancel-many", "--from", source, "--json"]
    with (tmp_path / "results.jsonl").open("w+") as results:
        seen = on_a_terminal(asked, variables(sandbox), results.fileno())
        results.seek(0)
        assert len([line for line in results if line.startswith('{"line": ')]) == 60
    assert "/60" in seen
    sandbox.clear_faults()
    seen = on_a_terminal(asked, variables(sandbox, NO_COLOR="1"))
    assert "━" not in seen.split("Not every")[0], "one terminal for both"
    assert [code for code in ANSI_CODE.findall(seen) if not re.fullmatch(r"\x1b\[[0-4]?m", code)] == []


def test_no_bar_without_a_terminal(sandbox, source):
    done = invoke("cancel-many", "--from", source, sandbox=sandbox)
    assert done.stderr == ""
    assert "━" not in done.stdout
