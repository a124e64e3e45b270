from __future__ import annotations

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client


def test_public_clients_find_the_listed_pairs(client: Client, sandbox: Sandbox) -> None:
    sandbox.place_order("NEWPAIR-USDT")
    answer = client.answer("GET", "/openApi/spot/v1/common/symbols", headers={})
    symbols = [described["symbol"] for described in answer["data"]["symbols"]]
    assert symbols[0] == "BTC-USDT"
    assert {"MØTH-USDT", "NEWPAIR-USDT"} <= set(symbols)


def test_the_assets_need_a_signature(client: Client) -> None:
    path = "/openApi/wallets/v1/capital/config/getall"
    answer = client.answer("GET", path, params=client.signed({}))
    assert {"BTC", "USDT", "MØTH"} <= {asset["coin"] for asset in answer["data"]}
    assert client.answer("GET", path)["code"] == 100412
