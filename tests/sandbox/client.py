"""A minimal client that signs by itself, with code of neither the sandbox nor the SDK."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import httpx

from bingx_sandbox import Sandbox

CANCEL = "/openApi/spot/v1/trade/cancel"
QUERY = "/openApi/spot/v1/trade/query"
FORM = "application/x-www-form-urlencoded"
NOT_OPEN = (
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify"
)


def signature_of(canonical: str, secret: str) -> str:
    return hmac.new(secret.encode(), canonical.encode(), hashlib.sha256).hexdigest()


def now() -> int:
    return time.time_ns() // 1_000_000


class Client:
    """Sends requests to a running sandbox and returns the JSON of the response."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client) -> None:
        self.sandbox = sandbox
        self.http = http
        self.headers = {"X-BX-APIKEY": sandbox.api_key}
        self.secret = sandbox.api_secret

    def signed(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the parameters with timestamp and signature, sorted; given ones are kept."""
        stamped = dict(sorted({"timestamp": now(), **parameters}.items()))
        signature = stamped.pop("signature", None)
        canonical = "&".join(f"{name}={value}" for name, value in stamped.items())
        return {**stamped, "signature": signature or signature_of(canonical, self.secret)}

    def cancel(self, placement: str = "json", **parameters: Any) -> dict[str, Any]:
        return self.post(placement, self.signed(parameters))

    def query(self, **parameters: Any) -> dict[str, Any]:
        return self.answer("GET", QUERY, params=self.signed(parameters))

    def post(self, placement: str, parameters: Mapping[str, Any], path: str = CANCEL) -> dict[str, Any]:
        where = {"json": "json", "query": "params", "form": "data"}[placement]
        return self.answer("POST", path, **{where: parameters})

    def post_raw(self, body: bytes, content_type: str, query: str = "") -> dict[str, Any]:
        headers = self.headers | {"Content-Type": content_type}
        return self.answer("POST", CANCEL + query, content=body, headers=headers)

    def answer(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        request = {"headers": self.headers, **request}
        response = self.http.request(method, self.sandbox.url + path, **request)
        assert response.status_code == 200
        answer: dict[str, Any] = response.json()
        return answer

    def control(self, method: str, path: str, **request: Any) -> httpx.Response:
        return self.http.request(method, f"{self.sandbox.url}/_sandbox{path}", **request)

    def last_request(self) -> dict[str, Any]:
        last: dict[str, Any] = self.control("GET", "/requests").json()["requests"][-1]
        return last


def form(parameters: Mapping[str, Any]) -> bytes:
    return urlencode(parameters).encode()
