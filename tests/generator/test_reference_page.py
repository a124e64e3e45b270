"""The reference page holds everything that a reader needs, and fetches nothing."""

import re
from pathlib import Path

import pytest

from generator import redocly
from generator.problem import GeneratorError
from generator.reference_page import _exact_integers, reference_page
from tests.generator.browser import CHROMIUM, opened
from tests.generator.contracts import CONTRACT, ROOT
from tests.support.plain_yaml import load_yaml

ERRORS = load_yaml((ROOT / "spec" / "errors.yaml").read_text("utf-8"))
SIGNING = (ROOT / "spec" / "signing.md").read_text("utf-8")

needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


@pytest.fixture(scope="module")
def page() -> str:
    return reference_page(load_yaml(CONTRACT), ERRORS, SIGNING)


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
