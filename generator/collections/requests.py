"""The requests of the collections: one for each operation, with what it needs and no more."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TITLE = "BingX spot"
KEY_HEADER = "X-BX-APIKEY"
VARIABLES = {
    "baseUrl": "http://127.0.0.1:8642",
    "apiKey": "sandbox-key",
    "apiSecret": "sandbox-secret",
    "symbol": "BTC-USDT",
    "orderId": "1735964079647111281",
}
"""The variables, for a sandbox that was started with this key and secret; the order is its first one.

The order id is a text, which no tool rounds.
"""

SIGNING = Path(__file__).with_name("signing.js").read_text("utf-8")
"""The script that signs. Each tool adds some lines of its own."""

# Without the pair a request cancels all orders of the account; without `process` it cancels all or none.
_ALWAYS = {"symbol", "process"}
_FROM_VARIABLES = {"symbol": '"{{symbol}}"', "orderId": "{{orderId}}", "orderIds": '"{{orderId}}"'}


@dataclass(frozen=True, slots=True)
class Request:
    """A request.

    Args:
        name: Its title.
        operation: The id of its operation.
        method: The HTTP method.
        path: The path.
        signed: Whether it is signed.
        parameters: The JSON token of each parameter, perhaps with a variable in it.
        in_body: Whether they are sent as a JSON body, not in the query string.
    """

    name: str
    operation: str
    method: str
    path: str
    signed: bool
    parameters: Mapping[str, str]
    in_body: bool

    @property
    def body(self) -> str:
        """Return the parameters as a JSON object, before signing."""
        return "{" + ", ".join(f'"{name}": {token}' for name, token in self.parameters.items()) + "}"

    @property
    def texts(self) -> dict[str, str]:
        """Return the parameters as the texts of a query string, not encoded."""
        return {name: token.strip('"') for name, token in self.parameters.items()}


def requests(compiled: Mapping[str, Any]) -> list[Request]:
    """Return a request for each operation of the compiled contract.

    It has the required parameters, and where exactly one of several names the order, the permanent one.
    """
    return [
        Request(
            name=operation["summary"],
            operation=operation["id"],
            method=operation["method"],
            path=operation["path"],
            signed=operation["signed"],
            parameters={
                each["name"]: _FROM_VARIABLES.get(each["name"]) or json.dumps(each["example"])
                for each in operation["parameters"]
                if each["required"] or each["name"] in {*_ALWAYS, operation.get("permanentId")}
            },
            in_body=operation["placement"] == "json",
        )
        for operation in compiled["operations"]
    ]
