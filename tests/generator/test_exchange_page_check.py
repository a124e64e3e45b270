"""A changed page of the exchange shows what to change in the contract."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from generator.commands import main
from generator.document import Document
from generator.exchange_page import read_page
from generator.exchange_page_check import differences
from tests.generator.contracts import ROOT

PAGES = ROOT / "spec" / "pages"
PAGE = (PAGES / "cancel-order.md").read_text("utf-8")
CONTRACT = Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml")
SIGNATURE = "request parameter signature is not on the page"


def found(folder: Path, *changes: tuple[str, str]) -> list[str]:
    text = PAGE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    path = folder / "cancel-order.md"
    path.write_text(text, "utf-8")
    return list(differences(CONTRACT, read_page(path)))


def row(name: str) -> str:
    return next(line for line in PAGE.splitlines() if line.startswith(f"| {name} "))


class TestDifferences:
    def test_are_the_known_one(self, tmp_path: Path) -> None:
        assert found(tmp_path) == [SIGNATURE]

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (
                "by UID: 5/s",
                "by UID: 10/s",
                "limit per UID is 10 in 1 s on the page and 5 in 1 s in the contract",
            ),
            (
                "by UID: 5/s",
                "by UID: 5/2s",
                "limit per UID is 5 in 2 s on the page and 5 in 1 s in the contract",
            ),
            ("group Number: 3", "group Number: 2", "IP group is 2 on the page and 3 in the contract"),
            (
                "permission: Spot Trading",
                "permission: Trade",
                "permission is Trade on the page and Spot Trading",
            ),
            (
                "(application/json)",
                "(text/plain)",
                "content type is text/plain on the page and application/json",
            ),
            (
                "| symbol             | string  | yes",
                "| symbol             | string  | no",
                "symbol is optional on",
            ),
            (
                "| orderId            | int64   | no",
                "| orderId            | int64   | yes",
                "orderId is required on",
            ),
            (
                "| orderId            | int64 ",
                "| orderId            | string",
                "the type of request parameter orderId is string on the page and integer int64",
            ),
            (
                "| recvWindow         | float64",
                "| recvWindow         | uint999",
                "the type of request parameter recvWindow is uint999 on the page and number double",
            ),
            (
                "| price               | string",
                "| price               | int64",
                "response field price is int64",
            ),
            (
                "from 1 to 40",
                "from 1 to 64",
                "clientOrderID is 1 to 64 on the page and 1 to 40 in the contract",
            ),
            (
                "PARTIALLY_FILLED: partially filled",
                "EXPIRED: gone",
                "request parameter cancelRestrictions may be EXPIRED on the page, a word that the contract",
            ),
            (
                "FILLED, CANCELED, FAILED",
                "FILLED, FAILED",
                "response field status may be CANCELED in the contract, a word that the page does not list",
            ),
            ("BUY/SELL", "BUY/SELL/SHORT", "response field side may be SHORT on the page, a word that"),
        ],
    )
    def test_are_named(self, tmp_path: Path, old: str, new: str, said: str) -> None:
        names = found(tmp_path, (old, new))
        assert any(said in name for name in names), names

    def test_name_a_parameter_that_was_added(self, tmp_path: Path) -> None:
        added = f"{row('orderId')}\n| reason | string | no | Why |"
        assert "request parameter reason is not in the contract" in found(tmp_path, (row("orderId"), added))

    def test_name_a_field_that_is_gone(self, tmp_path: Path) -> None:
        assert "response field stopPrice is not on the page" in found(tmp_path, (row("stopPrice") + "\n", ""))

    def test_name_an_endpoint_that_the_contract_does_not_have(self, tmp_path: Path) -> None:
        text = PAGE.replace("/openApi/spot/v1/trade/cancel", "/openApi/spot/v2/trade/cancel")
        (tmp_path / "page.md").write_text(text, "utf-8")
        assert list(differences(CONTRACT, read_page(tmp_path / "page.md"))) == [
            "the contract has no POST /openApi/spot/v2/trade/cancel"
        ]


class TestLists:
    """Fields of the items of a list, by their own names or after the list's."""

    PAGE = (PAGES / "cancel-orders.md").read_text("utf-8")

    def found(self, folder: Path, old: str, new: str) -> list[str]:
        assert old in self.PAGE
        (folder / "cancel-orders.md").write_text(self.PAGE.replace(old, new, 1), "utf-8")
        return list(differences(CONTRACT, read_page(folder / "cancel-orders.md")))

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            ("fails.error ", "fails.reason", "response field fails.error is not on the page"),
            ("fails.error ", "fails.reason", "response field fails.reason is not in the contract"),
            ("transactTime", "transaction ", "response field transactTime is not on the page"),
            ("array   | Orders that", "string  | Orders that", "the type of response field fails is string"),
            ("Order status: NEW,", "Order status:", "response field status may be NEW"),
            (
                "string  | Trading pair    ",
                "int64   | Trading pair    ",
                "type of response field symbol is int64",
            ),
        ],
    )
    def test_are_looked_into(self, tmp_path: Path, old: str, new: str, said: str) -> None:
        lines = self.found(tmp_path, old, new)
        assert any(said in line for line in lines) or (
            said == "OK" and lines == self.found(tmp_path, old, old)
        )


class TestCommand:
    def run(self, folder: Path) -> Result:
        return CliRunner().invoke(main, ["page", "--pages", str(folder)])

    def pages(self, folder: Path, page: str, meant: str | None = None) -> Path:
        (folder / "cancel-order.md").write_text(page, "utf-8")
        text = (PAGES / "differences.yaml").read_text("utf-8") if meant is None else meant
        (folder / "differences.yaml").write_text(text, "utf-8")
        return folder

    def test_passes_with_the_working_contract(self) -> None:
        ran = self.run(PAGES)
        assert ran.exit_code == 0
        assert "Known differences: " in ran.output

    def test_fails_on_a_changed_page_and_says_what_to_do(self, tmp_path: Path) -> None:
        ran = self.run(self.pages(tmp_path, PAGE.replace("by UID: 5/s", "by UID: 10/s")))
        assert ran.exit_code == 1
        assert "spec/pages/cancel-order.md: limit per UID is 10 in 1 s on the page" in ran.output
        assert "change spec/openapi.yaml" in ran.output

    def test_fails_on_a_known_difference_that_no_longer_exists(self, tmp_path: Path) -> None:
        signed = f"{row('timestamp')}\n| signature | string | no | The signature |"
        ran = self.run(self.pages(tmp_path, PAGE.replace(row("timestamp"), signed)))
        assert ran.exit_code == 1
        assert "no longer differs in 'request parameter signature is not on the page'" in ran.output

    @pytest.mark.parametrize("meant", ["- ]", "[" * 200_000])
    def test_fails_on_a_list_that_cannot_be_read(self, tmp_path: Path, meant: str) -> None:
        ran = self.run(self.pages(tmp_path, PAGE, meant))
        assert ran.exit_code == 1
        assert ran.output.startswith("spec/pages/differences.yaml:1: ")

    @pytest.mark.parametrize("meant", ["- page: cancel-order.md\n", "text", "- {page: a, difference: b}\n"])
    def test_fails_on_a_list_that_gives_no_reasons(self, tmp_path: Path, meant: str) -> None:
        ran = self.run(self.pages(tmp_path, PAGE, meant))
        assert ran.exit_code == 1
        assert "It is a list of page, difference and reason." in ran.output

    def test_fails_without_a_page(self, tmp_path: Path) -> None:
        assert "There is no page" in self.run(tmp_path).output
