"""A contract of the tests' own, and copies of it that are changed for a test.

`contract.yaml` is not the live contract: that one may grow without breaking a test.
"""

import functools
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from generator import run
from generator.document import Document, yaml_text
from generator.problem import Problem, SpecError
from tests.support.plain_yaml import load_yaml

ROOT = Path(__file__).resolve().parents[2]
LIVE = (ROOT / "spec" / "openapi.yaml").read_text("utf-8")
"""The working contract, for tests of what it says."""
CONTRACT = (Path(__file__).parent / "contract.yaml").read_text("utf-8")
"""Three operations of it, for tests of the generator."""

Step = Callable[[Document], Iterator[Problem]]

_REQUEST = """
    {name}Request:
      type: object
      description: What to cancel.
      required: [symbol, timestamp]
      properties:
        symbol: {{type: string, description: Trading pair., example: BTC-USDT}}
        timestamp: {{type: integer, format: int64, description: Unix milliseconds., x-injected: true}}
        signature: {{type: string, description: Lower-case hex., x-injected: true}}
    {name}Response:
      type: object
      description: The envelope.
      required: [code]
      properties:
        code: {{type: integer, format: int64, description: 0 for success.}}
        data:
          type: object
          description: What was cancelled.
          required: [orders]
          properties:
            orders: {{type: array, items: {{$ref: '#/components/schemas/CancelledOrder'}}}}
"""
_OPERATION = """
  /openApi/spot/v1/trade/{operation_id}:
    post:
      operationId: {operation_id}
      tags: [trade]
      summary: {operation_id}
      security: [{{bingxSignature: []}}]
      x-bingx-permission: Spot Trading
      x-bingx-limits: {{uid: {{requests: 2, seconds: 1}}, ipGroup: 3}}
      requestBody:
        required: true
        content:
          application/json:
            schema: {{$ref: '#/components/schemas/{name}Request'}}
      responses:
        '200':
          description: The envelope.
          content:
            application/json:
              schema: {{$ref: '#/components/schemas/{name}Response'}}
"""
QUERY_OPERATION = """
  /openApi/spot/v1/trade/order:
    get:
      operationId: readOrder
      tags: [trade]
      summary: Read an order
      security: [{bingxSignature: []}]
      x-bingx-permission: Spot Trading
      x-bingx-limits: {}
      parameters:
        - {name: symbol, in: query, required: true, schema: {type: string}, example: BTC-USDT}
        - {name: orderId, in: query, schema: {type: integer, format: int64}}
        - $ref: '#/components/parameters/Timestamp'
        - {name: signature, in: query, x-injected: true, schema: {type: string}}
      responses:
        '200':
          description: The envelope.
          content:
            application/json:
              schema: {$ref: '#/components/schemas/CancelOrderResponse'}
"""
_TIMESTAMP = """
  parameters:
    Timestamp:
      {name: timestamp, in: query, required: true, x-injected: true, schema: {type: integer, format: int64}}
"""


def edited(*changes: tuple[str, str]) -> str:
    """Return the contract with texts replaced, each once. A text that is not in it fails the test."""
    text = CONTRACT
    for old, new in changes:
        assert old in text, f"the contract no longer holds {old!r}"
        text = text.replace(old, new, 1)
    return text


def with_operations(*operation_ids: str) -> str:
    """Return the contract with further signed operations."""
    names = [(operation_id, operation_id[0].upper() + operation_id[1:]) for operation_id in operation_ids]
    operations = "".join(_OPERATION.format(operation_id=key, name=name) for key, name in names)
    schemas = "".join(_REQUEST.format(name=name) for _, name in names)
    return edited(("\npaths:\n", f"\npaths:{operations}"), ("\n  schemas:\n", f"\n  schemas:{schemas}"))


def with_query() -> str:
    """Return the contract with a signed GET, whose timestamp is a shared parameter."""
    return edited(
        ("\npaths:\n", f"\npaths:{QUERY_OPERATION}"), ("\ncomponents:\n", f"\ncomponents:{_TIMESTAMP}")
    )


@functools.cache
def with_placing() -> str:
    """Return the contract with placing.yaml on top."""
    more = load_yaml((Path(__file__).parent / "placing.yaml").read_text("utf-8"))
    contract = load_yaml(CONTRACT)
    contract["x-bingx-ip-groups"] += more["x-bingx-ip-groups"]
    contract["tags"].append({"name": "market", "description": "Prices"})
    contract["paths"] |= more["paths"]
    contract["components"]["parameters"] = more["components"]["parameters"]
    contract["components"]["schemas"] |= more["components"]["schemas"]
    return yaml_text(contract)


def line_of(text: str, marker: str) -> int:
    """Return the line, from 1, on which a text first holds a marker."""
    return text[: text.index(marker)].count("\n") + 1


def complaint(folder: Path, text: str, *, of: tuple[Step, ...] = run._STEPS) -> str:
    """Return the generator's error text for a contract, or an empty text.

    Args:
        folder: Where the contract is written to.
        text: The contract.
        of: The steps that may complain. The validators of OpenAPI take most of the time.
    """
    path = folder / "openapi.yaml"
    path.write_text(text, "utf-8")
    try:
        with mock.patch.object(run, "_STEPS", of):
            run.lint(path, "spec/openapi.yaml")
    except SpecError as error:
        return str(error)
    return ""


def fingerprint(folder: Path) -> str:
    """Return a digest of every name and byte under a folder."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        digest.update(path.relative_to(folder).as_posix().encode())
        digest.update(path.read_bytes() if path.is_file() else b"/")
    return digest.hexdigest()
