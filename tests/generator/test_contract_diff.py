"""Each change of an extension or of the error table is named, and whether it breaks callers."""

from typing import Any

import pytest

from generator.contract_diff import error_changes, extension_changes
from tests.generator.contracts import CONTRACT, edited, with_placing
from tests.support.plain_yaml import load_yaml

CANCEL, QUERY = "POST /openApi/spot/v1/trade/cancel", "GET /openApi/spot/v1/trade/query"
WORKING = load_yaml(CONTRACT)


def changed(*changes: tuple[str, str]) -> list[str]:
    return [str(change) for change in extension_changes(WORKING, load_yaml(edited(*changes)))]


def test_equal_contracts_have_no_changes() -> None:
    assert changed() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "uid: {requests: 5, seconds: 1}",
            "uid: {requests: 4, seconds: 1}",
            f"BREAKS  {CANCEL}: the limit per UID was 5 in 1 s and is 4 in 1 s",
        ),
        (
            "uid: {requests: 5, seconds: 1}",
            "uid: {requests: 10, seconds: 1}",
            f"is fine  {CANCEL}: the limit per UID was 5 in 1 s and is 10 in 1 s",
        ),
        (
            "uid: {requests: 10, seconds: 1}",
            "uid: {requests: 2, seconds: 0.1}",
            f"BREAKS  {QUERY}: the limit per UID was 10 in 1 s and is 2 in 0.1 s",
        ),
        (
            "        uid: {requests: 5, seconds: 1}\n",
            "",
            f"is fine  {CANCEL}: the limit per UID is gone",
        ),
        ("        ipGroup: 3\n", "        ipGroup: 2\n", f"is fine  {CANCEL}: the IP group was 3 and is 2"),
        (
            "- number: 2\n    endpoint: {requests: 300, seconds: 10}",
            "- number: 2\n    endpoint: {requests: 200, seconds: 10}",
            "BREAKS  IP group 2: the limit of its endpoint was 300 in 10 s and is 200 in 10 s",
        ),
        (
            "      x-bingx-limits: {}",
            "      x-bingx-limits: {uid: {requests: 1, seconds: 1}}",
            "BREAKS  GET /openApi/swap/v2/server/time: the limit per UID is now 1 in 1 s; none was",
        ),
        (
            "x-bingx-permission: Spot Trading",
            "x-bingx-permission: Read",
            f'BREAKS  {CANCEL}: the permission of the API key was "Spot Trading" and is "Read"',
        ),
        (
            "exactlyOneOf: [orderId, clientOrderID]",
            "exactlyOneOf: [orderId, symbol]",
            f"BREAKS  {CANCEL}: `clientOrderID` no longer names the order",
        ),
        (
            "exactlyOneOf: [orderId, clientOrderID]",
            "exactlyOneOf: [orderId, clientOrderID, symbol]",
            f"is fine  {CANCEL}: `symbol` may name the order too",
        ),
        (
            "        uid: {requests: 5, seconds: 1}\n        copyTrading: {requests: 1, seconds: 1}\n",
            "        uid: {requests: 5, seconds: 1}\n",
            f"is fine  {CANCEL}: the limit per UID of copy-trading leaders is gone",
        ),
        (
            "        permanent: orderId\n",
            "",
            f'BREAKS  {CANCEL}: the permanent id was "orderId" and is nothing',
        ),
        (
            "          status: [CANCELED, CANCELLED]",
            "          status: [CANCELED]",
            f'is fine  {CANCEL}: `requires.status` of the rule for believing a success was ["CANCELED", ',
        ),
        (
            "        repeat: harmless\n        settledBy",
            "        repeat: never\n        settledBy",
            f'BREAKS  {CANCEL}: repeat was "harmless" and is "never"',
        ),
        (
            "        repeat: harmless\n        settledBy",
            "        repeat: same-answer\n        settledBy",
            f'is fine  {CANCEL}: repeat was "harmless" and is "same-answer"',
        ),
        (
            "          filled: [FILLED]\n",
            "          filled: [FILLED, DONE]\n",
            f"is fine  {CANCEL}: states was ",
        ),
        (
            "          open: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "          open: [NEW]\n",
            f"BREAKS  {CANCEL}: states was ",
        ),
        (
            "operation: queryOrder",
            "operation: serverTime",
            f"BREAKS  {CANCEL}: settledBy was ",
        ),
        (
            "            seconds: 20\n",
            "            seconds: 30\n",
            f"is fine  {CANCEL}: timing was ",
        ),
        (
            "output: hex-lower",
            "output: base64",
            'BREAKS  x-bingx-signing: output was "hex-lower" and is "base64"',
        ),
        (
            "  - url: https://open-api.bingx.pro\n",
            "  - url: https://open-api.bingx.example\n",
            "BREAKS  servers: https://open-api.bingx.pro is gone",
        ),
        (
            "  - url: https://open-api.bingx.pro\n",
            "  - url: https://open-api.bingx.example\n",
            "is fine  servers: https://open-api.bingx.example is new",
        ),
        (
            "{name: live, role: fallback}",
            "{name: vst, role: fallback}",
            "BREAKS  servers: https://open-api.bingx.pro was ",
        ),
        (
            "          x-injected: true\n          example: 1696751141337",
            "          example: 1696751141337",
            "BREAKS  components/schemas/CancelOrderRequest/properties/timestamp: callers give it now",
        ),
        (
            "          x-injected: true\n          schema: {type: string",
            "          schema: {type: string",
            "BREAKS  paths//openApi/spot/v1/trade/query/get/parameters/signature: callers give it now",
        ),
        (
            "      x-extensible: true\n      enum: [BUY, SELL]",
            "      enum: [BUY, SELL]",
            "is fine  components/schemas/OrderSide: it holds only the listed words now",
        ),
        (
            "      enum: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "      x-extensible: true\n      enum: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "BREAKS  components/schemas/CancelRestriction: it may hold other words than the listed ones now",
        ),
    ],
)
def test_names_each_change_of_an_extension(old: str, new: str, said: str) -> None:
    assert [line for line in changed((old, new)) if line.startswith(said)], changed((old, new))


IDS = ("components", "schemas", "CancelSeveralRequest", "properties", "orderIds")
SEVERAL = "/openApi/spot/v1/trade/cancelSeveral"


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (
            ("paths", SEVERAL, "post", "x-bingx-answer", "items", "requires", "side"),
            ["SELL"],
            f"is fine  POST {SEVERAL}: `items.requires.side` of the rule for believing a success was",
        ),
        (
            ("paths", SEVERAL, "post", "x-bingx-outcome", "repeat"),
            "never",
            f'BREAKS  POST {SEVERAL}: repeat was "harmless" and is "never"',
        ),
        (
            (
                "components",
                "schemas",
                "CancelSeveralRequest",
                "properties",
                "orderIds",
                "x-bingx-text",
                "maxItems",
            ),
            5,
            "BREAKS  components/schemas/CancelSeveralRequest/properties/orderIds: `maxItems` of its",
        ),
        (
            ("x-bingx-ip-groups", 2, "group", 1, "requests"),
            500,
            "BREAKS  IP group 1: the limit of its group in 60 s was 1000 in 60 s and is 500 in 60 s",
        ),
    ],
    ids=range(4),
)
def test_lists_and_texts_are_looked_into(path: tuple[Any, ...], value: Any, said: str) -> None:
    before, after = (load_yaml(with_placing()) for _ in range(2))
    node = after
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = value
    (line,) = (str(change) for change in extension_changes(before, after))
    assert line.startswith(said)


def test_a_new_operation_is_not_a_change_of_an_extension() -> None:
    before: Any = load_yaml(CONTRACT)
    del before["paths"]["/openApi/spot/v1/trade/query"]
    assert extension_changes(before, WORKING) == []


def test_the_order_of_a_list_is_not_a_change() -> None:
    after: Any = load_yaml(CONTRACT)
    after["paths"]["/openApi/spot/v1/trade/query"]["get"]["parameters"].reverse()
    after["servers"].reverse()
    assert extension_changes(WORKING, after) == []


ROW: Any = {"id": "a", "codes": [1], "order": "untouched", "category": "refused", "advice": "Wait."}


class TestErrorTable:
    def table(self, *rows: Any) -> Any:
        return {"rows": list(rows), "httpStatuses": []}

    @pytest.mark.parametrize(
        ("after", "said"),
        [
            ([], "BREAKS  error a: its row is gone"),
            ([ROW | {"category": "clock"}], "BREAKS  error a: category was 'refused' and is 'clock'"),
            ([ROW | {"codes": [1, 2]}], "is fine  error a: codes was [1] and is [1, 2]"),
            ([ROW | {"advice": "Go."}], "is fine  error a: advice was 'Wait.' and is 'Go.'"),
            ([ROW, ROW | {"id": "b"}], "is fine  error b: its row is new"),
        ],
    )
    def test_names_each_change(self, after: list[Any], said: str) -> None:
        assert [str(change) for change in error_changes(self.table(ROW), self.table(*after))] == [said]

    def test_names_another_order_of_rows(self) -> None:
        other = ROW | {"id": "b"}
        (change,) = error_changes(self.table(ROW, other), self.table(other, ROW))
        assert change.text == "the order of its rows has changed"
