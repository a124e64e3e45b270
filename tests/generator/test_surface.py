"""`surface.py` and `tags.py` of the generated package: a typed method for each operation."""

import json
import re
from pathlib import Path

from generator.run import generate
from tests.generator.conftest import Python, run_python
from tests.generator.contracts import edited

SENDER = """
import inspect, json
from bingx_spot_api.tags import Tags, AsyncTags

class Client(Tags):
    raise_on_unexpected_status = False
    answer = {"code": 0}
    def __init__(self): self._client = self
    def get_httpx_client(self): return self
    def json(self): return self.answer
    def request(self, method, url, **sent):
        print(json.dumps([method, url, sent]))
        return self

client = Client()
"""
MARKET = r'''
  /openApi/spot/v2/market/kline:
    get:
      operationId: candles
      tags: [market-data]
      summary: List candles
      security: []
      x-bingx-limits: {}
      parameters:
        - name: interval
          in: query
          required: true
          description: How long.
          schema: {type: string, enum: [1m, 1h]}
        - name: limit
          in: query
          description: 'How many; say """10""", or \d.'
          schema: {type: integer, format: int64, minimum: 1, maximum: 1440}
        - name: clientOrderIDs
          in: query
          description: Some ids, unlike `limit`.
          schema:
            type: string
            x-bingx-text: {form: joined, items: {type: string, pattern: '^[a-z]+$'}, maxItems: 10}
      responses:
        '200':
          description: The envelope.
          content:
            application/json:
              schema:
                type: object
                required: [code]
                properties:
                  code: {type: integer, format: int64}
                  data: {type: array, items: {$ref: '#/components/schemas/Candle'}}
              example: {code: 0, data: [{open: '1.5'}]}
'''
CANDLE = """
    Candle:
      type: object
      description: A candle.
      required: [open]
      properties:
        open: {type: string, description: First price.}
"""


def test_a_method_has_the_parameters_of_the_contract_and_sends_them(python: Python) -> None:
    shown = python(
        f"{SENDER}client.answer['data'] = {{'symbol': 'A-B', 'orderId': '7', 'status': 'NEW'}}\n"
        "print(inspect.signature(client.trade.cancel_order))\n"
        "print(client.trade.cancel_order(symbol='A-B', order_id=2**62).order_id)\n"
        "print(inspect.getdoc(client.trade.cancel_order))"
    )
    signature, sent, order_id, *doc = shown.splitlines()
    assert "(*, symbol: 'str', order_id: 'int | None' = None, client_order_id: 'str | None'" in signature
    assert "cancel_restrictions: \"Literal['NEW', 'PENDING', 'PARTIALLY_FILLED'] | None\" = None" in signature
    assert json.loads(sent) == [
        *("POST", "/openApi/spot/v1/trade/cancel"),
        {"json": {"symbol": "A-B", "orderId": 2**62}},
    ]
    assert order_id == "7"
    text = " ".join(" ".join(doc).split())
    assert text.startswith("Cancel an order. ")
    assert (
        "The API key needs the permission Spot Trading. Limits: 5 requests in 1 s of an account, 1 " in text
    )
    assert "Give exactly one of `order_id` or `client_order_id`." in text
    assert "client_order_id: Customized order id" in text
    assert re.search("Args: symbol: .* Raises: InvalidInput: .* OutcomeUnknown: ", text)


def test_lists_bounds_and_answers_of_any_kind(tmp_path: Path) -> None:
    spec = tmp_path / "openapi.yaml"
    spec.write_text(
        edited(("\npaths:\n", f"\npaths:{MARKET}"), ("\n  schemas:\n", f"\n  schemas:{CANDLE}")), "utf-8"
    )
    generate(spec, "spec/openapi.yaml", tmp_path / "generated")
    shown = run_python(
        tmp_path / "generated",
        f"{SENDER}client.answer = {{'code': 0, 'data': [{{'open': '1.5'}}]}}\n"
        "print(inspect.signature(client.market_data.candles))\n"
        "print(client.market_data.candles(interval='1h', client_order_ids=['a', 'b'])[0].open_)\n"
        "print(inspect.iscoroutinefunction(AsyncTags.market_data.fget(client).candles))\n"
        "print(inspect.getdoc(client.market_data.candles))",
    )
    signature, sent, first, awaits, *doc = shown.splitlines()
    assert "interval: \"Literal['1m', '1h']\", limit: 'int | None' = None" in signature
    assert "client_order_ids: 'Sequence[str] | None' = None) -> 'list[models.Candle]'" in signature
    assert json.loads(sent)[2] == {"params": {"interval": "1h", "clientOrderIDs": ["a", "b"]}}
    assert (first, awaits) == ("1.5", "True")
    text = " ".join(" ".join(doc).split())
    assert r'limit: How many; say """10""", or \d. 1 to 1440.' in text
    assert "client_order_ids: Some ids, unlike `limit`. At most 10 items." in text
    stubs = json.loads((tmp_path / "generated/python/bingx_spot_api/stubs.json").read_text("utf-8"))["stubs"]
    assert stubs[0] == {
        "method": "GET",
        "path": "/openApi/spot/v2/market/kline",
        "data": [{"open": "1.5"}],
        "signed": False,
    }


def test_importing_the_tags_imports_no_surface(python: Python) -> None:
    code = "import sys, bingx_spot_api.tags; print('bingx_spot_api.surface' in sys.modules)"
    assert python(code) == "False\n"
