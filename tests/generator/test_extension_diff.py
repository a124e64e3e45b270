"""What changes in our extensions is said in words, and whether it breaks callers."""

from typing import Any

import pytest
import yaml

from generator.contract_diff import extension_changes
from tests.generator.contracts import CONTRACT, edited

CANCEL, QUERY = "POST /openApi/spot/v1/trade/cancel", "GET /openApi/spot/v1/trade/query"
ALIVE = yaml.safe_load(CONTRACT)


def changed(*changes: tuple[str, str]) -> list[str]:
    return [str(change) for change in extension_changes(ALIVE, yaml.safe_load(edited(*changes)))]


def test_nothing_has_changed() -> None:
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
            f"BREAKS  {CANCEL}: `clientOrderID` names the order no more",
        ),
        (
            "exactlyOneOf: [orderId, clientOrderID]",
            "exactlyOneOf: [orderId, clientOrderID, symbol]",
            f"is fine  {CANCEL}: `symbol` may name the order too",
        ),
        (
            "          status: [NEW, PENDING, PARTIALLY_FILLED, FILLED, FAILED]",
            "          status: [NEW]",
            f"is fine  {CANCEL}: what makes a success believed was ",
        ),
        (
            "        repeatable: true\n        settledBy",
            "        repeatable: false\n        settledBy",
            f"BREAKS  {CANCEL}: sending it twice does harm now",
        ),
        (
            "          status: [CANCELED]\n",
            "          status: [CANCELED, EXPIRED]\n",
            f"is fine  {CANCEL}: done of what became of it was ",
        ),
        (
            "          status: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "          status: [NEW]\n",
            f"BREAKS  {CANCEL}: open of what became of it was ",
        ),
        (
            "settledBy: queryOrder",
            "settledBy: serverTime",
            f"BREAKS  {CANCEL}: settledBy of what became of it was ",
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
            "BREAKS  components/schemas/CancelOrderRequest/properties/timestamp: the caller gives it now",
        ),
        (
            "          x-injected: true\n          schema: {type: string",
            "          schema: {type: string",
            "BREAKS  paths//openApi/spot/v1/trade/query/get/parameters/signature: the caller gives it now",
        ),
        (
            "      x-extensible: true\n      enum: [BUY, SELL]",
            "      enum: [BUY, SELL]",
            "is fine  components/schemas/OrderSide: no more words than the listed ones come now",
        ),
        (
            "      enum: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "      x-extensible: true\n      enum: [NEW, PENDING, PARTIALLY_FILLED]\n",
            "BREAKS  components/schemas/CancelRestriction: more words than the listed ones may come now",
        ),
    ],
)
def test_what_has_changed_is_said(old: str, new: str, said: str) -> None:
    assert [line for line in changed((old, new)) if line.startswith(said)], changed((old, new))


def test_an_operation_that_is_new_is_no_change_of_an_extension() -> None:
    before: Any = yaml.safe_load(CONTRACT)
    del before["paths"]["/openApi/spot/v1/trade/query"]
    assert extension_changes(before, ALIVE) == []


def test_what_moves_within_a_list_has_not_changed() -> None:
    after: Any = yaml.safe_load(CONTRACT)
    after["paths"]["/openApi/spot/v1/trade/query"]["get"]["parameters"].reverse()
    after["servers"].reverse()
    assert extension_changes(ALIVE, after) == []
