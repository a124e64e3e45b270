from pathlib import Path

import pytest

from generator.exchange_page import read_page
from generator.problem import SpecError
from tests.generator.contracts import ROOT

PAGES = ROOT / "spec" / "pages"
PAGE = (PAGES / "cancel-order.md").read_text("utf-8")


def test_reads_the_page() -> None:
    page = read_page(PAGES / "cancel-order.md")
    assert (page.method, page.path) == ("POST", "/openApi/spot/v1/trade/cancel")
    assert (page.uid_limit, page.ip_group) == ((5, 1), 3)
    assert (page.permission, page.content_type) == ("Spot Trading", "application/json")
    assert list(page.request) == [
        *("symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow", "timestamp")
    ]
    assert page.request["timestamp"].required
    assert not page.request["orderId"].required
    assert len(page.response) == 11
    assert page.response["price"].required is None


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("POST /openApi/spot/v1/trade/cancel", "cancel", "No line such as `POST /path`"),
        ("### Response Parameters", "### Answer", "no table of names, types and descriptions under"),
        ("| Parameter Name     | Type", "| Parameter Name     | Kind", "under `Request Parameters`"),
    ],
)
def test_refuses_an_incomplete_page(tmp_path: Path, old: str, new: str, problem: str) -> None:
    text = PAGE.replace(old, new)
    (tmp_path / "page.md").write_text(text, "utf-8")
    with pytest.raises(SpecError, match=problem):
        read_page(tmp_path / "page.md")
