"""The progress bar on a terminal of 80 columns, and its absence everywhere else."""

import re
from pathlib import Path

import pytest
from tests.unit.bulk.commands import cancel_many, variables, write_orders

from tests.support.terminal import COLOUR, on_a_terminal

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@pytest.fixture
def source(tmp_path, sandbox) -> Path:
    sandbox.faults([{"fault": "slow-start", "seconds": 0.3}])
    return write_orders(tmp_path / "orders.csv", sandbox.place_orders(60))


def test_a_bar_shows_how_far_it_is_how_fast_and_how_each_ended(sandbox, source):
    seen = on_a_terminal(["cancel-many", "--from", source], variables(sandbox))
    assert COLOUR.search(seen)
    plain = ESCAPE.sub("", seen)
    shown = [line for line in re.split(r"[\r\n]+", plain) if line.strip()]
    assert max(map(len, shown)) <= 80
    assert re.search(r"[1-9][0-9]?/60 +[0-9.]+/s +[0-9]:[0-9]{2}:[0-9]{2}", plain), "rate and time left"
    assert re.search(r"[1-9][0-9]? cancelled", plain)
    assert shown[-1].startswith("└"), "the bar has made room for the summary"


def test_no_colour_where_nobody_wants_it(sandbox, source):
    seen = on_a_terminal(["cancel-many", "--from", source], variables(sandbox, NO_COLOR="1"))
    assert re.search(r"[1-9][0-9]?/60", seen)
    assert [code for code in COLOUR.findall(seen) if not re.fullmatch(r"\x1b\[[0-4]?m", code)] == []


def test_the_bar_and_the_objects_do_not_meet(sandbox, source, tmp_path):
    asked = ["cancel-many", "--from", source, "--json"]
    with (tmp_path / "results.jsonl").open("w+") as results:
        seen = on_a_terminal(asked, variables(sandbox), results.fileno())
        results.seek(0)
        assert len([line for line in results if line.startswith('{"line": ')]) == 60
    assert "/60" in seen
    sandbox.clear_faults()
    assert "━" not in on_a_terminal(asked, variables(sandbox)).split("Not all")[0], "one terminal for both"


def test_no_bar_where_there_is_no_terminal(sandbox, source):
    done = cancel_many(sandbox, "--from", source, FORCE_COLOR="")
    assert done.stderr == ""
    assert "━" not in done.stdout
