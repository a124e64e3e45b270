"""What the contract says of answers and outcomes fits the request, the answer and what the core can do."""

from pathlib import Path
from typing import Any

import pytest

from generator.constructs import construct_problems
from generator.document import Document, json_text
from generator.extensions import extension_problems
from generator.rules import rule_problems
from tests.generator.contracts import complaint, with_placing
from tests.support.plain_yaml import load_yaml

SEVERAL = ("paths", "/openApi/spot/v1/trade/cancelSeveral", "post")
ANSWER, OUTCOME = (*SEVERAL, "x-bingx-answer"), (*SEVERAL, "x-bingx-outcome")
REQUIRES, ITEMS = (*ANSWER, "requires"), (*ANSWER, "items")
SETTLED = (*OUTCOME, "settledBy")
PLACE = ("paths", "/openApi/spot/v1/trade/order", "post")
TICKERS = ("paths", "/openApi/spot/v1/ticker/24hr", "get")
REQUEST = ("components", "schemas", "CancelSeveralRequest", "properties")
IDS, NAMES = (*REQUEST, "orderIds"), (*REQUEST, "clientOrderIDs")
CANCEL = ("paths", "/openApi/spot/v1/trade/cancel", "post")
QUERIED = ("components", "schemas", "QueriedOrder")
CANCELED = ("components", "schemas", "CancelledOrder", "properties")
GONE = object()
OWN_STEPS = (extension_problems, construct_problems, rule_problems)


def changed(path: tuple[Any, ...], value: Any) -> str:
    """Return the contract with one member replaced, added or removed."""
    contract = load_yaml(with_placing())
    node = contract
    for step in path[:-1]:
        node = node[step]
    if value is GONE:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return json_text(contract)  # YAML too, and sooner written


def test_the_contract_is_valid(tmp_path: Path) -> None:
    assert complaint(tmp_path, with_placing()) == ""


MISFITS: list[tuple[tuple[Any, ...], Any, str]] = [
    ((*ANSWER, "repeats"), ["symbol"], "`symbol` is no field of the answer's `data` (mode, count"),
    ((*REQUIRES, "state"), ["ALL"], "`state` is no field of the answer's `data`"),
    ((*REQUIRES, "count"), ["ALL"], "`count` is of type integer and holds no words"),
    ((*REQUIRES, "mode"), {"kind": {"ALL": ["ALL"]}}, "`kind` is no parameter of the request"),
    ((*REQUIRES, "mode"), {"note": {"ALL": ["ALL"]}}, "`note` is no required enum"),
    ((*REQUIRES, "mode"), {"mode": {"ALL": ["ALL"]}}, "`mode` may be ALL, SOME. Write the words"),
    ((*ITEMS, "in"), "order", "`order` is no list of objects in the answer's `data`"),
    ((*ITEMS, "in"), "words", "`words` is no list of objects in the answer's `data`"),
    ((*ITEMS, "repeats"), ["note"], "`note` is no field of the answer's `data`"),
    ((*ITEMS, "accounts", "orderIds"), "id", "`id` is no field of an item"),
    (
        (*ITEMS, "accounts", "clientOrderIDs"),
        "orderId",
        "`clientOrderIDs` is of type string and `orderId` in the answer of type integer",
    ),
    (
        (*ITEMS, "accounts", "clientOrderIDs"),
        GONE,
        "names orders by `clientOrderIDs`, and no item accounts for it",
    ),
    ((*ITEMS, "failures", "in"), "failed", "`failed` is no list of objects"),
    ((*ITEMS, "failures", "accounts", "clientOrderIDs"), GONE, "Account for the same parameters in both"),
    ((*ITEMS, "requires"), {"state": ["NEW"]}, "`state` is no field of an item"),
    ((*ITEMS, "requires"), {"orderId": ["NEW"]}, "`orderId` is of type integer and holds no words"),
    ((*ITEMS, "requires"), {"side": {"note": {"ALL": ["BUY"]}}}, "`note` is no required enum"),
    ((*OUTCOME, "states"), "serverTime", "There is no operation `serverTime` with `states` of its own"),
    ((*OUTCOME, "timing"), "cancelSeveral", "There is no operation `cancelSeveral` with `timing`"),
    ((*SETTLED, "each", "orderId"), "note", "`note` holds no list. Map it under `with`"),
    ((*SETTLED, "with", "orderId"), "orderIds", "`orderIds` holds a list. Map it under `each`"),
    ((*SETTLED, "each", "orderId"), "clientOrderIDs", "`clientOrderIDs` is not of the type of `orderId`"),
    ((*SETTLED, "operation"), "tickers", "`tickers` does not answer with one order"),
    (
        (*PLACE, "x-bingx-outcome", "settledBy", "with", "clientOrderID"),
        "clientOrderID",
        "`clientOrderID` is no parameter of the request",
    ),
    ((*PLACE, "x-bingx-outcome", "act"), "set", "Only what a `cancel` or a `place` did can be found out so"),
    (
        (*CANCEL, "x-bingx-order-reference", "permanent"),
        "clientOrderID",
        "`clientOrderID` is no integer, and an id that is permanent is one",
    ),
    ((*TICKERS, "x-bingx-answer", "items", "in"), "list", "`list` is no list of objects"),
    (
        (*TICKERS, "x-bingx-answer", "repeats"),
        ["symbol"],
        "`symbol` is no field of the answer's `data` (there are none)",
    ),
    ((*IDS, "x-bingx-text", "form"), "spaced", "'spaced' is not one of ['joined', 'json']"),
    ((*IDS, "x-bingx-text", "items"), {"$ref": "#/components/schemas/No"}, "The reference names nothing"),
    (
        (*IDS, "x-bingx-text", "items"),
        {"$ref": "#/components/schemas/Ticker"},
        "Only texts and whole numbers can",
    ),
    ((*IDS, "type"), "number", "belongs on a parameter with `type: string`"),
    ((*NAMES, "x-bingx-text", "items"), {"type": "string"}, "must exclude the comma"),
    (
        ("components", "schemas", "Mode", "properties"),
        {"mode": {"type": "string"}},
        "`Mode` has a property of the same name",
    ),
]


@pytest.mark.parametrize(("path", "value", "said"), MISFITS, ids=range(len(MISFITS)))
def test_what_does_not_fit_is_reported_with_its_line(
    tmp_path: Path, path: tuple[Any, ...], value: Any, said: str
) -> None:
    lines = complaint(tmp_path, changed(path, value), of=OWN_STEPS).splitlines()
    found = [line for line in lines if said in line]
    assert found, lines
    document = Document.read(tmp_path / "openapi.yaml", "spec/openapi.yaml")
    first, last = document.line(path[:-1]), document.line(path) + 3
    assert first <= int(found[0].split(":")[1]) <= last


def test_ids_that_no_list_accounts_for_cannot_be_asked_about(tmp_path: Path) -> None:
    assert "does not account for the ids in `orderIds`" in complaint(tmp_path, changed(ANSWER, GONE))


def test_nothing_supplies_the_signature_of_a_public_operation(tmp_path: Path) -> None:
    signature = {"name": "signature", "in": "query", "x-injected": True, "schema": {"type": "string"}}
    contract = load_yaml(with_placing())
    contract["paths"]["/openApi/spot/v1/ticker/24hr"]["get"]["parameters"].append(signature)
    said = complaint(tmp_path, json_text(contract))
    assert "is public, so nothing supplies `signature`. Leave it out." in said


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ((*QUERIED, "required"), ["symbol", "status"], "lacks `orderId`, which is required of POST"),
        ((*QUERIED, "required"), ["symbol", "status"], "`queryOrder` requires no `orderId` of type integer"),
        ((*CANCELED, "status"), GONE, "`status` is no field of the `data` of the cancel, which states"),
    ],
)
def test_a_query_that_settles_shows_what_the_call_returns(
    tmp_path: Path, path: tuple[Any, ...], value: Any, said: str
) -> None:
    assert said in complaint(tmp_path, changed(path, value), of=(rule_problems,))
