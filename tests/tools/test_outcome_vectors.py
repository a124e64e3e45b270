"""The outcome vectors: the SDK passes them, and they find what is planted into its core."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from tests.spec.vectors import read_json, vector_id
from tools.outcome_vectors import __main__ as making
from tools.outcome_vectors.play import play
from tools.simulate.planted import PLANTED

VECTORS = read_json("vectors/outcome.json")
TESTS = [test for group in VECTORS["groups"] for test in group["tests"]]


@pytest.mark.parametrize("test", TESTS, ids=vector_id)
def test_the_core_passes_whatever_the_jitter(test: Any) -> None:
    assert [wrong for chance in (0.2, 0.5, 1.0) for wrong in play(test, chance)[0]] == []


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found(bug: str) -> None:
    def fails(test: Any) -> bool:
        try:
            return bool(play(test)[0])
        except (AssertionError, TypeError):
            return True

    with PLANTED[bug]():
        assert any(map(fails, TESTS))


def test_a_difference_is_named() -> None:
    test = json.loads(json.dumps(next(test for test in TESTS if test["id"] == "gone-then-filled")))
    test["expected"] |= {
        "ending": "canceled",
        "earliest": 1,
        "more": {},
        "requests": test["expected"]["requests"][:1],
    }
    wrongs, rows = play(test)
    assert wrongs == ["1 too many of queryOrder", "ending is 'filled'", "ended after 0.000 s"]
    assert rows == ["first", "settle", "filled"]


class TestFile:
    def test_obeys_its_schema(self) -> None:
        schema = read_json("schemas/outcome.schema.json")
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(VECTORS)

    def test_counts_its_tests_names_each_once_and_explains_every_flag(self) -> None:
        assert VECTORS["numberOfTests"] == len(TESTS) == len({test["id"] for test in TESTS})
        assert {flag for test in TESTS for flag in test["flags"]} == set(VECTORS["notes"])

    def test_is_what_the_scenarios_give(self) -> None:
        assert making.main(["--check"]) == 0


class TestMaking:
    @pytest.fixture(autouse=True)
    def target(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setattr(making, "TARGET", tmp_path / "outcome.json")
        return tmp_path / "outcome.json"

    def test_writes_the_file(self, target: Path) -> None:
        assert making.main(["--check"]) == 1
        assert making.main([]) == 0
        assert json.loads(target.read_text("utf-8")) == VECTORS

    def test_writes_nothing_that_the_core_does_not_pass(
        self, target: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with PLANTED["treat 504 as not executed"]():
            assert making.main([]) == 1
        assert "ambiguous-then-unauthorized: " in capsys.readouterr().err
        assert not target.exists()

    def test_wants_every_row_of_the_table(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(making.GROUPS, "not-executed", ("None.", making.GROUPS["not-executed"][1][:1]))
        assert making.main([]) == 1
        assert "no scenario meets the rows near-lock" in capsys.readouterr().err

    def test_an_unknown_option_is_refused(self) -> None:
        assert making.main(["--force"]) == 2
