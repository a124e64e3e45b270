"""Requests for the doctor, signed without code of the sandbox."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.doctor import Diagnosis, RejectedRequest, check_signature, rejected_request
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import read_parameters

PATH = "/openApi/spot/v1/trade/cancel"
SECRET = "deadbeefcafebabe0123456789abcdef0123456789abcdefCAFE"
KEY = ApiKey("1000000001", "the-api-key-of-the-first-account", SECRET)
OTHER = ApiKey("1000000002", "the-api-key-of-the-second-account", "the-secret-of-the-second-account")
EARLIER = "5" * 64
# Not sorted, so that a client that does not sort them signs another text.
PARAMETERS: Mapping[str, Any] = {
    "symbol": "MØTH-USDT",
    "recvWindow": 5000,
    "orderId": 1735964079647111281,
    "timestamp": 1696751141337,
}
FORM = "application/x-www-form-urlencoded"


def hmac_hex(secret: bytes, text: bytes) -> str:
    return hmac.new(secret, text, hashlib.sha256).hexdigest()


def joined(parameters: Mapping[str, Any], **changed: Any) -> str:
    return "&".join(f"{name}={value}" for name, value in {**parameters, **changed}.items())


def canonical(**changed: Any) -> str:
    return joined(dict(sorted(PARAMETERS.items())), **changed)


def signed(text: str | bytes, secret: str | bytes = SECRET) -> str:
    return hmac_hex(
        secret.encode() if isinstance(secret, str) else secret,
        text.encode() if isinstance(text, str) else text,
    )


def case_of(received: HttpRequest) -> RejectedRequest:
    return rejected_request(received, read_parameters(received), KEY, [OTHER], [EARLIER])


def as_json(signature: str, raw: str | None = None, query: str = "") -> RejectedRequest:
    """Return a request with the parameters, or with a JSON text without closing brace, as body."""
    body = raw or json.dumps(PARAMETERS, ensure_ascii=False, separators=(",", ":"))[:-1]
    body += f',"signature":"{signature}"}}'
    headers = {"content-type": "application/json"}
    return case_of(HttpRequest("POST", PATH, query=query.encode(), headers=headers, body=body.encode()))


def as_query(
    signature: str, raw: str | None = None, body: str = "", media_type: str = "application/json"
) -> RejectedRequest:
    text = urlencode(sorted(PARAMETERS.items()), quote_via=quote) if raw is None else raw
    query = f"{text}&signature={quote(signature)}".lstrip("&")
    headers = {"content-type": media_type}
    return case_of(HttpRequest("POST", PATH, query=query.encode(), headers=headers, body=body.encode()))


def as_form(signature: str, raw: str, query: str = "") -> RejectedRequest:
    body = f"{raw}&signature={quote(signature)}"
    return case_of(
        HttpRequest("POST", PATH, query=query.encode(), headers={"content-type": FORM}, body=body.encode())
    )


def names(diagnosis: Diagnosis | None) -> list[str]:
    assert diagnosis is not None
    return [mistake.name for mistake in diagnosis.mistakes]


def found(case: RejectedRequest) -> list[str]:
    return names(check_signature(case))
