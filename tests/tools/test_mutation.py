"""The verdict on a mutation run, without a run."""

import json
import tomllib
from pathlib import Path

import pytest

from tools.mutation.results import Mutant, Unusable, check_ids, mutants
from tools.mutation.verdict import Change, explanations, judge

ROOT = Path(__file__).parents[2]
DIFF = """\
# bingx_spot.core.clock.xǁClockǁlearn__mutmut_3: survived
--- src/bingx_spot/core/clock.py
+++ src/bingx_spot/core/clock.py
@@ -7,7 +7,7 @@
     \"\"\"
     offset = self._offset
-        if offset > 1:
+        if offset >= 1:
         return False
"""
CHANGE = Change("bingx_spot.core.clock", "Clock.learn", "if offset > 1:", "if offset >= 1:")
OTHER = Change("bingx_spot.core.clock", "Clock.learn", "if offset > 1:", "if offset > 2:")
ENTRY = """
[[survivor]]
module = "bingx_spot.core.clock"
function = "Clock.learn"
before = "if offset > 1:"
after = "if offset >= 1:"
reason = "It makes no difference."
"""


class TestChange:
    def test_is_what_the_diff_takes_away_and_puts_there(self) -> None:
        mutant = Mutant("key", "bingx_spot.core.clock", "Clock.learn", "survived")
        assert Change.of(mutant, DIFF) == CHANGE


class TestJudge:
    def test_what_is_explained_is_good(self) -> None:
        verdict = judge([CHANGE], [CHANGE])
        assert verdict.good
        assert verdict.explained_in("bingx_spot.core.clock") == 1
        assert verdict.explained_in("bingx_spot.core.response_validation") == 0

    def test_a_survivor_without_an_explanation_is_not(self) -> None:
        verdict = judge([CHANGE, OTHER], [CHANGE])
        assert not verdict.good
        assert verdict.unexplained == [OTHER]

    def test_nor_is_an_explanation_without_a_survivor(self) -> None:
        verdict = judge([CHANGE], [CHANGE, OTHER])
        assert not verdict.good
        assert verdict.gone == [OTHER]


class TestExplanations:
    def test_are_read(self, tmp_path: Path) -> None:
        file = tmp_path / "survivors.toml"
        file.write_text(ENTRY)
        assert explanations(file) == [CHANGE]

    def test_must_give_a_reason(self, tmp_path: Path) -> None:
        file = tmp_path / "survivors.toml"
        file.write_text(ENTRY.replace("It makes no difference.", " "))
        with pytest.raises(ValueError, match="no reason"):
            explanations(file)

    def test_stand_there_once(self, tmp_path: Path) -> None:
        file = tmp_path / "survivors.toml"
        file.write_text(ENTRY + ENTRY)
        with pytest.raises(ValueError, match="twice"):
            explanations(file)

    def test_of_the_project_can_be_read(self) -> None:
        assert all(change.module.startswith("bingx_spot.") for change in explanations())


def results(stage: Path, codes: dict[str, int | None]) -> None:
    folder = stage / "mutants" / "src"
    folder.mkdir(parents=True)
    (folder / "clock.py.meta").write_text(json.dumps({"exit_code_by_key": codes}))


class TestMutants:
    def test_are_read_with_their_ends(self, tmp_path: Path) -> None:
        prefix = "bingx_spot.limits.client_state."
        codes: dict[str, int | None] = {
            f"{prefix}xǁHostsǁchoose__mutmut_1": 1,
            f"{prefix}xǁHostsǁ__init____mutmut_12": 0,
            f"{prefix}x__elapsed_ns__mutmut_2": 33,
            f"{prefix}x_backoff__mutmut_1": -24,
        }
        results(tmp_path, codes)
        assert [(mutant.module, mutant.function, mutant.end) for mutant in mutants(tmp_path)] == [
            ("bingx_spot.limits.client_state", "Hosts.choose", "killed"),
            ("bingx_spot.limits.client_state", "Hosts.__init__", "survived"),
            ("bingx_spot.limits.client_state", "_elapsed_ns", "survived"),
            ("bingx_spot.limits.client_state", "backoff", "timed out"),
        ]

    @pytest.mark.parametrize("code", [None, 2, 4, 255, -9, -11])
    def test_that_were_not_really_tested_spoil_the_run(self, tmp_path: Path, code: int | None) -> None:
        results(tmp_path, {"bingx_spot.core.clock.x_now__mutmut_1": code})
        with pytest.raises(Unusable, match="could not be run"):
            mutants(tmp_path)


class TestIds:
    @pytest.mark.parametrize(
        ("test", "good"), [("a.py::test[x/x00]", True), ("a.py::test[\\x00]", False)], ids=["good", "bad"]
    )
    def test_that_pytest_would_escape_again_spoil_the_run(
        self, tmp_path: Path, test: str, good: bool
    ) -> None:
        (tmp_path / "mutants").mkdir()
        stats = {"duration_by_test": {test: 0.1}}
        (tmp_path / "mutants" / "mutmut-stats.json").write_text(json.dumps(stats))
        if good:
            check_ids(tmp_path)
        else:
            with pytest.raises(Unusable, match="in ASCII"):
                check_ids(tmp_path)


def test_every_configured_path_exists() -> None:
    """A module that moves must not drop out of the run unnoticed."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
    for pattern in config["only_mutate"] + config["do_not_mutate"]:
        assert list((ROOT / "overlays/python").glob(pattern.removeprefix("src/"))), pattern
    for path in config["pytest_add_cli_args_test_selection"]:
        assert (ROOT / path).exists(), path
