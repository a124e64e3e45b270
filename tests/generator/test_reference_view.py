"""What the reference page shows holds everything that a reader needs."""

from typing import Any

import pytest

from generator.reference_view import html_view
from tests.generator.contracts import CONTRACT, ROOT
from tests.support.plain_yaml import load_yaml

ERRORS = load_yaml((ROOT / "spec" / "errors.yaml").read_text("utf-8"))
SIGNING = (ROOT / "spec" / "signing.md").read_text("utf-8")
CANCEL = ("paths", "/openApi/spot/v1/trade/cancel", "post")


@pytest.fixture(scope="module")
def view() -> Any:
    return html_view(load_yaml(CONTRACT), ERRORS, SIGNING)


def description(view: Any, *path: str) -> str:
    for step in path:
        view = view[step]
    return str(view["description"])


def test_shows_limits_permission_and_signing(view: Any) -> None:
    text = description(view, *CANCEL)
    assert "| Limit per UID | 5 requests in 1 s |" in text
    assert "2000 requests in 10 s for all endpoints of group 3 together" in text
    assert "| Permission of the API key | Spot Trading |" in text
    assert "the signing layer adds the header `X-BX-APIKEY`, `timestamp` and `signature`" in text
    assert "exactly one of `orderId` and `clientOrderID`; only `orderId` never names another" in text
    assert "| Limit per UID of a copy-trading leader | 1 requests in 1 s |" in text


def test_shows_the_rules_of_belief_and_outcome(view: Any) -> None:
    text = description(view, *CANCEL)
    assert "it repeats `symbol`, `orderId` and `clientOrderID` of the request" in text
    assert "its `status` is `CANCELED` or `CANCELLED`" in text
    assert "| If the answer is lost | send it again, which does nothing more; `queryOrder` shows" in text
    assert "| States in `status` | canceled: `CANCELED` and `CANCELLED`; filled: `FILLED`;" in text
    assert "| `readsLag` | 20 s (seen). Public bots handle" in text


def test_shows_that_no_limit_is_documented(view: Any) -> None:
    text = description(view, "paths", "/openApi/swap/v2/server/time", "get")
    assert "| Signed | no, public |" in text
    assert "| Limit | none is documented |" in text


def test_marks_injected_parameters(view: Any) -> None:
    properties = view["components"]["schemas"]["CancelOrderRequest"]["properties"]
    marked = {name for name in properties if "never by a caller" in properties[name].get("description", "")}
    assert marked == {"timestamp", "signature"}


def test_says_that_other_words_may_occur(view: Any) -> None:
    assert "Other words than these may occur." in description(view, "components", "schemas", "OrderStatus")


def test_shows_every_row_of_the_error_table_once(view: Any) -> None:
    text = description(view, "tags", 1)  # type: ignore[arg-type]
    for row in ERRORS["rows"] + ERRORS["httpStatuses"]:
        assert text.count(f"*{row['id']}*") == 1, row["id"]
        assert row["advice"] in text


def test_holds_the_signing_page_without_broken_links(view: Any) -> None:
    text = description(view, "tags", 0)  # type: ignore[arg-type]
    assert "## Common mistakes" in text
    assert '"algorithm": "HMAC-SHA256"' in text
    assert "](" not in text


def test_leaves_the_contract_as_it_is() -> None:
    contract = load_yaml(CONTRACT)
    html_view(contract, ERRORS, SIGNING)
    assert contract == load_yaml(CONTRACT)
