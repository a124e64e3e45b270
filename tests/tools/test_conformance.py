"""The driver believes no runner: what it says is held against the vectors and the sandbox's book."""

import io
import json
import os
import sys
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tools.conformance.__main__ import main, table
from tools.conformance.by_hand import run_collections
from tools.conformance.generators import Generator
from tools.conformance.generators_page import PAGE
from tools.conformance.language import ROOT, TOOLS, Language, languages
from tools.conformance.reading import KINDS, Reading
from tools.conformance.run import (
    FILES,
    OUTCOMES,
    Verdict,
    number_of_outcomes,
    number_of_tests,
    prove,
    unholdable,
)
from tools.conformance.trial import Trial

# A language that cancels the order, or not, and prints what the test wants. Plain Python starts fastest.
RUNNER = """\
import hmac, json, os, sys, time, urllib.parse, urllib.request
said = json.loads(sys.argv[1])
if said.pop("cancels"):
    url, key, secret, symbol, order_id = (
        os.environ[f"BINGX_{name}"] for name in ("URL", "API_KEY", "API_SECRET", "SYMBOL", "ORDER_ID")
    )
    text = f"orderId={order_id}&symbol={symbol}&timestamp={time.time_ns() // 1_000_000}"
    signature = hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()
    query = urllib.parse.quote(text, safe="=&") + f"&signature={signature}"
    url = f"{url}/openApi/spot/v1/trade/cancel?{query}"
    urllib.request.urlopen(urllib.request.Request(url, headers={"X-BX-APIKEY": key}, method="POST")).close()
said["orderId"] = said["orderId"] or os.environ["BINGX_ORDER_ID"]
print("what a build says\\n" + json.dumps(said))
sys.exit(said.pop("code", 0))
"""
HONEST: dict[str, Any] = {
    "language": "Fake",
    "generator": "by hand 1.0",
    "passed": number_of_tests(),
    "total": number_of_tests(),
    "skipped": 0,
    "orderId": "",
    "status": "CANCELED",
    "cancels": True,
}


def fake(folder: Path, **changes: Any) -> Language:
    (folder / "runner.py").write_text(RUNNER, "utf-8")
    said = json.dumps(HONEST | changes)
    write(folder / "conformance.sh", f"exec {sys.executable} {folder / 'runner.py'} '{said}'")
    return Language(folder, {})


def write(script: Path, command: str) -> None:
    script.write_text(f"#!/bin/sh\n{command}\n", "utf-8")
    script.chmod(0o755)


def test_what_is_said_and_true_is_believed(tmp_path: Path) -> None:
    verdict = prove(fake(tmp_path), tmp_path / "build")
    assert verdict.wrongs == ()
    assert (verdict.language, verdict.generator) == ("Fake", "by hand 1.0")
    assert (verdict.passed, verdict.total) == (number_of_tests(), number_of_tests())
    assert (verdict.cancelled, verdict.exact) == (True, True)
    log = tmp_path / "build" / tmp_path.name / "conformance.log"
    assert "what a build says" in log.read_text("utf-8")


def test_vectors_that_go_beyond_json_may_be_skipped(tmp_path: Path) -> None:
    skipped = unholdable()
    assert skipped > 0
    run = number_of_tests() - skipped
    language = fake(tmp_path, passed=run, total=run, skipped=skipped)
    assert prove(language, tmp_path / "build").wrongs == ()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"passed": number_of_tests() - 1}, "vectors passed and 0 skipped, of"),
        (
            {"passed": number_of_tests() - unholdable() - 1, "skipped": unholdable() + 1},
            "hold what JSON cannot",
        ),
        ({"passed": 288, "total": 289}, "288 vectors passed of 289 that were run"),
        ({"orderId": "1735964079647111280"}, "the typed result names '1735964079647111280'"),
        ({"orderId": 1735964079647111280}, "its last line lacks orderId"),
        ({"passed": "all"}, "its last line lacks passed"),
        ({"status": "NEW"}, "the typed result says 'NEW', not 'CANCELED'"),
        ({"cancels": False}, "the order on the sandbox is NEW"),
        ({"code": 3}, "conformance.sh ended with 3: \n    what a build says"),
    ],
    ids=str,
)
def test_what_is_not_true_is_named(tmp_path: Path, changes: dict[str, Any], wrong: str) -> None:
    verdict = prove(fake(tmp_path, **changes), tmp_path / "build")
    assert wrong in "; ".join(verdict.wrongs)


@pytest.mark.parametrize(
    ("said", "passed"),
    [(None, 0), ({"passed": 3, "total": 3}, 3), ({"passed": "all"}, 0)],
    ids=["nothing", "fewer than there are", "no number"],
)
def test_a_language_that_resolves_calls_must_pass_every_outcome(
    tmp_path: Path, said: object, passed: int
) -> None:
    language = replace(fake(tmp_path, outcomes=said), resolves=True)
    wrong = f"{passed} outcome vectors passed, of {number_of_outcomes()}"
    assert prove(language, tmp_path / "build").wrongs == (wrong,)


def test_a_script_that_says_nothing_has_shown_nothing(tmp_path: Path) -> None:
    write(tmp_path / "conformance.sh", "echo done")
    verdict = prove(Language(tmp_path, {}), tmp_path / "build")
    assert "its last line is not a JSON object" in verdict.wrongs
    assert (verdict.passed, verdict.cancelled, verdict.exact) == (0, False, False)


def test_a_script_that_cannot_be_run_is_named(tmp_path: Path) -> None:
    (tmp_path / "conformance.sh").write_text("#!/bin/sh\n", "utf-8")
    verdict = prove(Language(tmp_path, {}), tmp_path / "build")
    assert "cannot be run: Permission denied" in "; ".join(verdict.wrongs)


def test_a_script_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.conformance.run.LONGEST", 0.5)
    # A child that keeps the pipes open would keep the driver waiting, were it not ended as well.
    write(tmp_path / "conformance.sh", "sleep 300 & sleep 300")
    verdict = prove(Language(tmp_path, {}), tmp_path / "build")
    assert "not done after 0.5 s" in verdict.wrongs[0]


def test_what_the_linter_says_counts(tmp_path: Path) -> None:
    language = fake(tmp_path)
    write(tmp_path / "lint.sh", "echo line 3: too long; exit 1")
    verdict = prove(language, tmp_path / "build")
    assert verdict.wrongs == ("lint.sh ended with 1: \n    line 3: too long",)
    assert verdict.cancelled


class TestMissingTool:
    @pytest.fixture
    def language(self, tmp_path: Path) -> Language:
        write(tmp_path / "conformance.sh", "exit 9")
        return Language(tmp_path, {"no-such-compiler": "--version"})

    def test_is_named_and_nothing_is_run(self, language: Language) -> None:
        assert prove(language).missing == ("no-such-compiler",)
        assert prove(language).wrongs == ()

    def test_that_only_pretends_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(tmp_path / "shim", "exit 127")
        monkeypatch.setenv("PATH", str(tmp_path))
        assert Language(tmp_path, {"shim": "--version"}).missing() == ["shim"]

    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_is_a_skip_for_a_person_and_a_failure_on_ci(
        self,
        language: Language,
        ci: str,
        code: int,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("CI", ci)
        monkeypatch.setattr("tools.conformance.__main__.languages", lambda: [language])
        monkeypatch.setattr("tools.conformance.__main__._generators", lambda *_, **__: False)
        monkeypatch.setattr("tools.conformance.__main__.run_collections", lambda _: Verdict("collections"))
        assert main([]) == code
        assert f"{language.name}: skipped, not installed: no-such-compiler" in capsys.readouterr().out


class TestGenerators:
    """What `make conformance` says of the generators, whose runs other tests try."""

    RUBY = Generator("ruby", "Ruby")

    def ended(self, monkeypatch: pytest.MonkeyPatch, trial: Trial, *arguments: str) -> int:
        monkeypatch.setenv("CI", "true")
        monkeypatch.setattr("tools.conformance.__main__.languages", list)
        monkeypatch.setattr("tools.conformance.__main__.shutil.which", lambda _: "/usr/bin/java")
        monkeypatch.setattr("tools.conformance.__main__.try_all", lambda *_, **__: [trial])
        monkeypatch.setattr("tools.conformance.__main__.run_collections", lambda _: Verdict("collections"))
        return main([*arguments])

    def test_one_whose_toolchain_ci_has_not_is_no_failure(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.ended(monkeypatch, Trial(self.RUBY, why_not="not installed: ruby")) == 0
        assert "ruby: generated, not read: not installed: ruby" in capsys.readouterr().out

    def test_one_whose_code_is_wrong_is_a_failure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert self.ended(monkeypatch, Trial(self.RUBY, ("the model has no orderId",))) == 1

    def test_one_that_reads_otherwise_than_the_page_says_is_a_failure_until_it_is_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        page = tmp_path / "generators.md"
        page.write_text(PAGE.read_text("utf-8"), "utf-8")
        monkeypatch.setattr("tools.conformance.__main__.PAGE", page)
        worse = Trial(self.RUBY, reading=Reading("", dict.fromkeys(KINDS, (18, 19))))
        assert self.ended(monkeypatch, worse) == 1
        assert self.ended(monkeypatch, worse, "--write") == 0
        assert self.ended(monkeypatch, worse) == 0


def test_an_unknown_language_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cobol"]) == 2
    assert "no such language here: cobol" in capsys.readouterr().out


def test_the_table_fits_into_eighty_columns() -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    verdicts = [
        Verdict("TypeScript", "openapi-typescript 7.10.1", 242, 242, (108, 108), True, True),
        Verdict("Java", "openapi-generator 7.16.0, native", 244, 244, None, False, True),
        Verdict("go", missing=("go",)),
    ]
    console.print(table(verdicts))
    lines = console.export_text().splitlines()
    assert max(map(len, lines)) <= 80
    assert "242 of 242 108 of 108" in lines[2]
    assert "NO" in lines[3]


def test_every_language_has_its_script_its_linter_and_a_page_to_read() -> None:
    assert {language.name for language in languages()} == set(TOOLS)
    for language in languages():
        names = {path.name for path in language.folder.iterdir()}
        assert language.name == "python" or {"lint.sh", "README.md"} <= names


@pytest.mark.slow
def test_python_passes(tmp_path: Path) -> None:
    python = next(language for language in languages() if language.name == "python")
    verdict = prove(python, tmp_path)
    assert verdict.wrongs == ()
    assert verdict.passed == number_of_tests()
    assert verdict.outcomes == (number_of_outcomes(), number_of_outcomes())


def test_the_files_that_every_runner_reads_are_all_that_there_are() -> None:
    # For servers, and about the others.
    no_client_reads = {"verifier.json", "catches.json"}
    found = {path.name for path in (ROOT / "spec" / "vectors").glob("*.json")}
    assert found == {*FILES, OUTCOMES} | no_client_reads


def test_every_script_can_be_run() -> None:
    for language in languages():
        assert os.access(language.folder / "conformance.sh", os.X_OK), language.name


class TestCollections:
    @pytest.fixture
    def archive(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Pack a kit of one file, and put the script of a test in place of the programs."""
        (tmp_path / "kit-1").mkdir()
        (tmp_path / "kit-1" / "README.md").write_text("a kit", "utf-8")
        archive = tmp_path / "kit-1.tar.gz"
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(tmp_path / "kit-1", "kit-1")
        monkeypatch.setattr("tools.conformance.by_hand.write_kit", lambda _: archive)
        monkeypatch.setattr("tools.conformance.by_hand.shutil.which", lambda tool: tool)
        monkeypatch.setattr("tools.conformance.by_hand.SCRIPT", tmp_path / "run.sh")
        return archive

    def test_are_those_of_the_packed_kit(self, archive: Path) -> None:
        write(archive.with_name("run.sh"), 'cat "$KIT/README.md"; echo; echo newman 6')
        assert run_collections(archive.parent) == Verdict("the kit's collections", "newman 6")

    def test_a_program_that_fails_is_shown_with_what_it_said(self, archive: Path) -> None:
        write(archive.with_name("run.sh"), "echo code is 100001; exit 3")
        (wrong,) = run_collections(archive.parent).wrongs
        assert wrong == "run.sh ended with 3:\n    code is 100001"

    def test_without_node_they_are_skipped_by_name(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "")
        assert run_collections(tmp_path).missing == ("node", "npm")
