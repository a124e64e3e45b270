"""The commands for the contract, as make runs them."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator import redocly
from generator.commands import main
from generator.error_table import TABLE, confinement_problems, read_error_table
from tests.generator.contracts import CONTRACT, LIVE, edited
from tests.support.plain_yaml import load_yaml

needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


class TestLint:
    @pytest.mark.slow
    @needs_node
    def test_says_that_the_contract_is_valid(self) -> None:
        ran = run("lint")
        assert ran.exit_code == 0
        assert ran.output == "spec/openapi.yaml is valid.\nRedocly CLI finds no problem either.\n"

    def test_names_a_missing_description(self, tmp_path: Path) -> None:
        spec = tmp_path / "openapi.yaml"
        old = "          description: The asset that the fee is in.\n"
        spec.write_text(edited((old, "")), "utf-8")
        ran = run("lint", "--spec", str(spec))
        assert ran.exit_code == 1
        assert "`feeAsset` has no description. Describe it" in ran.output

    @pytest.mark.slow
    @needs_node
    def test_names_the_problems_that_redocly_finds(self, tmp_path: Path) -> None:
        spec = tmp_path / "openapi.yaml"
        spec.write_text(edited(("    description: Orders on the spot market\n", "")), "utf-8")
        ran = run("lint", "--spec", str(spec))
        assert ran.exit_code == 1
        assert "(Redocly CLI, tag-description)" in ran.output

    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_without_node_skips_redocly_for_a_person_and_fails_on_ci(
        self, tmp_path: Path, ci: str, code: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("CI", ci)
        monkeypatch.setenv("PATH", "")
        spec = tmp_path / "openapi.yaml"
        spec.write_text(CONTRACT, "utf-8")
        ran = run("lint", "--spec", str(spec))
        assert ran.exit_code == code
        assert "Node.js and npm are not installed" in ran.output


class TestErrorTable:
    def test_an_operation_that_a_row_names_is_one_of_the_contract(self) -> None:
        table = read_error_table()
        contract = load_yaml(LIVE)
        assert list(confinement_problems(table, contract)) == []
        del contract["paths"]["/openApi/spot/v1/trade/cancelOrders"]
        (problem,) = confinement_problems(table, contract)
        assert problem.text.startswith(
            "`cancelOrders` is no operation of the contract (cancelOrder, queryOrder"
        )
        assert "operations: [cancelOrders]" in TABLE.read_text("utf-8").splitlines()[problem.line - 1]


class TestKit:
    @pytest.mark.slow
    @needs_node
    def test_packs(self, tmp_path: Path) -> None:
        ran = run("kit", "--output", str(tmp_path))
        assert ran.exit_code == 0
        (archive,) = tmp_path.iterdir()
        assert ran.output == f"Packed {archive.name}.\n"

    def test_without_node_says_so_and_writes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "")
        ran = run("kit", "--output", str(tmp_path / "dist"))
        assert ran.exit_code == 1
        assert "Node.js and npm are not installed" in ran.output
        assert not (tmp_path / "dist").exists()
