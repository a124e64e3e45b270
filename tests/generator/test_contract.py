"""`contract.py` of the generated package holds what the contract says."""

import json
from pathlib import Path

import pytest

from generator.run import generate
from tests.generator.conftest import Python, run_python
from tests.generator.contracts import with_placing, with_query

IN_FULL = """
import dataclasses, json
from bingx_spot_api import contract

def full(part):
    if dataclasses.is_dataclass(part):
        return {each.name: full(getattr(part, each.name)) for each in dataclasses.fields(part)}
    if hasattr(part, "_asdict"):
        return {name: full(value) for name, value in part._asdict().items()}
    return [full(each) for each in part] if isinstance(part, tuple) else part

"""


def test_an_operation_is_described_in_full(python: Python) -> None:
    said = json.loads(python(IN_FULL + "print(json.dumps(full(contract.BY_ID['cancelOrder'])))"))
    envelope, data, arguments = said.pop("envelope"), said.pop("data"), said.pop("arguments")
    assert said == {
        "operation_id": "cancelOrder",
        "method": "POST",
        "path": "/openApi/spot/v1/trade/cancel",
        "signed": True,
        "permission": "Spot Trading",
        "placement": "json",
        "uid_limit": {"requests": 5, "seconds": 1.0},
        "copy_trading_limit": {"requests": 1, "seconds": 1.0},
        "ip_group": 3,
        "summary": "Cancel an order",
        "parameters": ["symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow"],
        "injected": ["timestamp", "signature"],
        "exactly_one_of": ["orderId", "clientOrderID"],
        "permanent_id": "orderId",
        "repeats": ["symbol", "orderId", "clientOrderID"],
        "requires": [
            {"field": "status", "words": ["CANCELED", "CANCELLED"], "parameter": None, "value": None}
        ],
        "items": None,
        "act": "cancel",
        "repeat": "harmless",
        "advice": None,
        "settled_by": {
            "operation": "queryOrder",
            "parameters": [["symbol", "symbol"], ["orderId", "orderId"], ["clientOrderID", "clientOrderID"]],
            "each": [],
        },
        "states": {
            "field": "status",
            "canceled": ["CANCELED", "CANCELLED"],
            "filled": ["FILLED"],
            "failed": ["FAILED", "EXPIRED", "REJECTED"],
            "open": ["NEW", "PENDING", "PARTIALLY_FILLED"],
            "executed": ["executedQty", "origQty"],
        },
        "timing": {
            "reads_lag": 20.0,
            "takes_effect_within": 5.0,
            "visible_within": 2.0,
            "client_order_id_found_for": 7200.0,
        },
    }
    assert [argument["name"] for argument in arguments] == said["parameters"]
    assert {name: arguments[1][name] for name in ("python_name", "type", "minimum", "maximum")} == {
        "python_name": "order_id",
        "type": "int64",
        "minimum": 1,
        "maximum": 2**63 - 1,
    }
    assert arguments[2]["length"] == [1, 40]
    assert [(field["name"], field["type"], field["required"]) for field in envelope] == [
        ("code", "int64", True),
        ("msg", "string", False),
        ("debugMsg", "string", False),
        ("timestamp", "int64", False),
        ("success", "boolean", False),
    ]
    assert (data["name"], data["type"], data["required"]) == ("data", "object", False)
    assert {field["name"]: field for field in data["fields"]}["status"] == {
        "name": "status",
        "type": "string",
        "required": True,
        "nullable": False,
        "enum": True,
        "open_enum": True,
        "fields": [],
        "items": None,
    }


def test_operations_are_found_by_method_and_path_and_by_id(python: Python) -> None:
    assert (
        python("""
from bingx_spot_api.contract import BY_ID, OPERATIONS
key = ("POST", "/openApi/spot/v1/trade/cancel")
assert list(OPERATIONS)[0] == key and {"cancelOrder", "queryOrder", "serverTime"} <= set(BY_ID)
assert list(BY_ID) == [operation.operation_id for operation in OPERATIONS.values()]
assert len(OPERATIONS) == len(BY_ID) >= 3
assert OPERATIONS[key] is OPERATIONS[key] and OPERATIONS[key] == BY_ID["cancelOrder"]
assert ("GET", key[1]) not in OPERATIONS and OPERATIONS.get(("GET", key[1])) is None
print("found")
""")
        == "found\n"
    )


def test_servers_groups_and_signing_are_the_contracts(python: Python) -> None:
    parts = "(contract.SIGNING, contract.IP_GROUPS[3], *contract.SERVERS)"
    code = f"for part in {parts}: print(json.dumps(full(part)))"
    signing, group, *servers = map(json.loads, python(IN_FULL + code).splitlines())
    assert (signing["algorithm"], signing["join"], signing["pair"]) == ("HMAC-SHA256", "&", "{key}={value}")
    assert (signing["forbidden_in_keys"], signing["forbidden_in_values"]) == ("&=?#\r\n", "&=?\r\n")
    assert [placement["name"] for placement in signing["placements"]] == ["json", "query", "form"]
    assert group["endpoint"] == {"requests": 300, "seconds": 10.0}
    assert servers[1] == {"url": "https://open-api.bingx.pro", "environment": "live", "role": "fallback"}


@pytest.mark.parametrize(
    "change", ["operation.path = ''", "contract.SIGNING.join = ''", "operation.more = 1"]
)
def test_the_contract_is_frozen(python: Python, change: str) -> None:
    assert (
        python(f"""
from bingx_spot_api import contract
operation = contract.BY_ID["cancelOrder"]
try:
    {change}
except (AttributeError, TypeError):
    print("refused")
""")
        == "refused\n"
    )


@pytest.fixture(scope="module")
def placing(tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Run code that imports the package of the contract with placing.yaml on top."""
    folder = tmp_path_factory.mktemp("placing")
    (folder / "openapi.yaml").write_text(with_placing(), "utf-8")
    generate(folder / "openapi.yaml", "spec/openapi.yaml", folder / "generated")
    return lambda code: run_python(folder / "generated", code)


def test_a_placing_is_settled_by_its_client_order_id_under_another_name(placing: Python) -> None:
    said = placing("""
from bingx_spot_api.contract import BY_ID, Settlement
place = BY_ID["placeOrder"]
print(place.act, place.repeat, place.states, place.timing.takes_effect_within)
print(place.settled_by.operation, *place.settled_by.parameters)
print({its for its, _ in place.settled_by.parameters} <= set(BY_ID[place.settled_by.operation].parameters))
""")  # fmt: skip
    assert said.splitlines() == [
        "place never None 5.0",
        "queryOrder ('symbol', 'symbol') ('clientOrderID', 'newClientOrderId')",
        "True",
    ]


def test_a_lost_placing_is_not_repeated_and_its_query_names_the_new_id(placing: Python) -> None:
    said = placing("""
from bingx_spot.core.request import ApiCall
from bingx_spot_api.contract import BY_ID
from tests.unit.core.playing import NOT_FOUND, RESET, Exchange, order
given = {"symbol": "BTC-USDT", "side": "BUY", "type": "MARKET", "newClientOrderId": "my_1"}
found = order("PENDING", clientOrderID="my_1")
played = Exchange().play(RESET, NOT_FOUND, found, call=ApiCall.of(BY_ID["placeOrder"], given))
for request in (send.request for send in played.sent):
    print(request.method, request.address.rpartition("/")[2], request.info.parameters.get("clientOrderID"))
print(played.result.json()["data"]["status"])
""")  # fmt: skip
    assert said.splitlines() == ["POST order None", "GET query my_1", "GET query my_1", "PENDING"]


def test_a_text_may_hold_json_and_data_may_be_a_list(placing: Python) -> None:
    said = placing("""
from bingx_spot.validation import allowed, fits
from bingx_spot.core.request import ApiCall
from bingx_spot.middleware import call_of
from bingx_spot_api.api.market import candles, tickers
from bingx_spot_api.contract import BY_ID, IP_GROUPS
from tests.unit.core.playing import Exchange, answer
orders = BY_ID["batchOrders"].arguments[0]
print(fits(orders, '[{"symbol":"A-B","side":"BUY","type":"LIMIT"}]'), fits(orders, '[{"symbol":"A-B"}]'))
print(IP_GROUPS[1].endpoint, [(rate.requests, rate.seconds) for rate in IP_GROUPS[1].group])
call = call_of(**candles._get_kwargs(symbol="A-B"))
played = Exchange().play(answer({"code": 0, "data": [[1, "0.1"]]}), call=call)
url = played.sent[0].request.url
print(played.result.json()["data"], "timestamp" in url, "signature" in url)
parsed = tickers._parse_response(client=None, response=type("R", (), {
    "status_code": 200, "json": lambda self: {"code": 0, "data": [{"symbol": "A-B"}]}})())
print([ticker.symbol for ticker in parsed.data])
""")  # fmt: skip
    assert said.splitlines() == [
        "True False",
        "None [(500, 10.0), (1000, 60.0)]",
        "[[1, '0.1']] True False",
        "['A-B']",
    ]


def test_a_get_sends_its_parameters_in_the_query(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(with_query(), "utf-8")
    generate(tmp_path / "openapi.yaml", "spec/openapi.yaml", tmp_path / "generated")
    said = run_python(tmp_path / "generated", """
from bingx_spot_api.contract import BY_ID
query = BY_ID["readOrder"]
print(query.method, query.placement, query.parameters, query.injected, query.uid_limit, query.ip_group)
print(query.act, query.repeat, query.settled_by, query.states, query.timing)
from bingx_spot_api.api.trade import read_order
print(read_order._get_kwargs(symbol="BTC-USDT", order_id=7)["params"])
""")  # fmt: skip
    assert said.splitlines() == [
        "GET query ('symbol', 'orderId') ('timestamp', 'signature') None None",
        "None never None None None",
        "{'symbol': 'BTC-USDT', 'orderId': 7}",
    ]
