"""The reference page holds everything that a reader needs, and fetches nothing."""

import re
from pathlib import Path
from typing import Any

import pytest

from generator import redocly
from generator.problem import GeneratorError
from generator.reference_page import _exact_integers, html_view, reference_page
from tests.generator.browser import CHROMIUM, opened
from tests.generator.contracts import CONTRACT, ROOT
from tests.support.plain_yaml import load_yaml

ERRORS = load_yaml((ROOT / "spec" / "errors.yaml").read_text("utf-8"))
SIGNING = (ROOT / "spec" / "signing.md").read_text("utf-8")
CANCEL = ("paths", "/openApi/spot/v1/trade/cancel", "post")

needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


@pytest.fixture(scope="module")
def view() -> Any:
    return html_view(load_yaml(CONTRACT), ERRORS, SIGNING)


@pytest.fixture(scope="module")
def page() -> str:
    return reference_page(load_yaml(CONTRACT), ERRORS, SIGNING)


def description(view: Any, *path: str) -> str:
    for step in path:
        view = view[step]
    return str(view["description"])


class TestView:
    def test_shows_limits_permission_and_signing(self, view: Any) -> None:
        text = description(view, *CANCEL)
        assert "| Limit per UID | 5 requests in 1 s |" in text
        assert "2000 requests in 10 s for all endpoints of group 3 together" in text
        assert "| Permission of the API key | Spot Trading |" in text
        assert "the signing layer adds the header `X-BX-APIKEY`, `timestamp` and `signature`" in text
        assert "exactly one of `orderId` and `clientOrderID`; only `orderId` never names another" in text
        assert "| Limit per UID of a copy-trading leader | 1 requests in 1 s |" in text

    def test_shows_the_rules_of_belief_and_outcome(self, view: Any) -> None:
        text = description(view, *CANCEL)
        assert "it repeats `symbol`, `orderId` and `clientOrderID` of the request" in text
        assert "its `status` is `CANCELED` or `CANCELLED`" in text
        assert "| If the answer is lost | send it again, which does nothing more; `queryOrder` shows" in text
        assert "| States in `status` | canceled: `CANCELED` and `CANCELLED`; filled: `FILLED`;" in text
        assert "| `readsLag` | 20 s (seen). Public bots handle" in text

    def test_shows_that_no_limit_is_documented(self, view: Any) -> None:
        text = description(view, "paths", "/openApi/swap/v2/server/time", "get")
        assert "| Signed | no, public |" in text
        assert "| Limit | none is documented |" in text

    def test_marks_injected_parameters(self, view: Any) -> None:
        properties = view["components"]["schemas"]["CancelOrderRequest"]["properties"]
        marked = {
            name for name in properties if "never by a caller" in properties[name].get("description", "")
        }
        assert marked == {"timestamp", "signature"}

    def test_says_that_other_words_may_occur(self, view: Any) -> None:
        assert "Other words than these may occur." in description(
            view, "components", "schemas", "OrderStatus"
        )

    def test_shows_every_row_of_the_error_table_once(self, view: Any) -> None:
        text = description(view, "tags", 1)  # type: ignore[arg-type]
        for row in ERRORS["rows"] + ERRORS["httpStatuses"]:
            assert text.count(f"*{row['id']}*") == 1, row["id"]
            assert row["advice"] in text

    def test_holds_the_signing_page_without_broken_links(self, view: Any) -> None:
        text = description(view, "tags", 0)  # type: ignore[arg-type]
        assert "## Common mistakes" in text
        assert '"algorithm": "HMAC-SHA256"' in text
        assert "](" not in text

    def test_leaves_the_contract_as_it_is(self) -> None:
        contract = load_yaml(CONTRACT)
        html_view(contract, ERRORS, SIGNING)
        assert contract == load_yaml(CONTRACT)


class TestExactIntegers:
    def test_are_those_that_javascript_prints_wrongly(self) -> None:
        assert _exact_integers({"a": [1735964079647111280, 2**53, 5, True], "b": {"c": 2**63 - 1}}) == {
            "1735964079647111200": "1735964079647111280",
            "9223372036854776000": "9223372036854775807",
        }

    def test_that_it_prints_rightly_are_left_alone(self) -> None:
        assert _exact_integers({"a": 1735964079647111200, "b": -(2**53) - 2}) == {}

    def test_that_it_prints_alike_are_refused(self) -> None:
        with pytest.raises(GeneratorError, match="1735964079647111279 and 1735964079647111280 alike"):
            _exact_integers({"a": 1735964079647111280, "b": 1735964079647111279})


@needs_node
class TestPage:
    @pytest.mark.slow
    def test_is_the_same_each_time(self, page: str) -> None:
        assert reference_page(load_yaml(CONTRACT), ERRORS, SIGNING) == page

    def test_names_no_place_of_this_machine(self, page: str) -> None:
        assert str(ROOT) not in page
        assert "/tmp/" not in page  # noqa: S108 - the page is searched for it

    def test_has_a_policy_that_lets_nothing_be_fetched(self, page: str) -> None:
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        assert "default-src 'none'" in policy
        assert not re.search(r"https?:|\*|'self'", policy)

    def test_sends_no_statistics(self, page: str) -> None:
        assert '"disableTelemetry":true' in page


@pytest.mark.slow
@needs_node
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
class TestInABrowser:
    """From a file, without a network."""

    def test_shows_parameters_limits_rules_and_examples(self, page: str, tmp_path: Path) -> None:
        wanted = ("Cancel an order", "Spot Trading", "5 requests in 1 s", "exactly one of", "recvWindow")
        exact = ("1735964079647111280", "9223372036854775807")
        with opened(written(page, tmp_path)) as shown:
            text = shown.text(*wanted, "The order is cancelled", *exact)
        assert shown.requests[0].startswith("file:///")
        assert [url for url in shown.requests[1:] if not url.startswith(("blob:", "data:"))] == []
        assert shown.complaints == []
        assert "1735964079647111200" not in text, "JavaScript's idea of the id"

    def test_shows_errors_where_its_menu_leads(self, page: str, tmp_path: Path) -> None:
        with opened(written(page, tmp_path)) as shown:
            shown.page.get_by_text("Errors", exact=True).first.click()
            text = shown.text("order-filled-or-cancelled", "Do nothing, for nothing is left to cancel;")
        assert "Do nothing, for nothing is left to cancel;" in text

    def test_copies_the_exact_id(self, page: str, tmp_path: Path) -> None:
        with opened(written(page, tmp_path)) as shown:
            shown.text("Cancel an order")
            copied = shown.page.evaluate(
                "() => {"
                "  document.body.append('copied 1735964079647111200');"
                "  const clipboardData = new DataTransfer();"
                "  getSelection().selectAllChildren(document.body);"
                "  document.body.dispatchEvent(new ClipboardEvent('copy', {clipboardData, bubbles: true}));"
                "  return clipboardData.getData('text/plain');"
                "}"
            )
        assert "copied 1735964079647111280" in copied

    def test_notices_what_a_page_would_fetch(self, page: str, tmp_path: Path) -> None:
        spoiled = page.replace("<body>", '<body><img src="https://example.com/a.png">')
        with opened(written(spoiled, tmp_path)) as shown:
            shown.text("Cancel an order")
        assert any("Content Security Policy" in complaint for complaint in shown.complaints)


def written(page: str, folder: Path) -> str:
    (folder / "reference.html").write_text(page, "utf-8")
    return (folder / "reference.html").as_uri()
