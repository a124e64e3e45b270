"""A collection for Postman, version 2.1 of its format."""

from collections.abc import Sequence
from typing import Any

from generator.collections.requests import KEY_HEADER, SIGNING, TITLE, VARIABLES, Request
from generator.document import json_text

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_ABOUT = (
    "Each request is stamped and signed before it is sent, by the script of the collection. The variables are"
    " those of a sandbox that was started with this key and secret. Ids are texts. Read those of an answer in"
    " its raw text."
)
_SCRIPT = """
if (pm.request.headers.has("X-BX-APIKEY")) {
  const filled = (text) => pm.variables.replaceIn(text || "");
  const secret = pm.variables.get("apiSecret");
  const hmac = (text) => require("crypto-js").HmacSHA256(text, secret).toString();
  if (pm.request.method === "GET") {
    const query = pm.request.url.query.filter((each) => !each.disabled);
    const signed = sign(stamped(query.map(({ key, value }) => [key, JSON.stringify(filled(value))])), hmac);
    pm.request.url.query.clear();
    pm.request.addQueryParams(signed.query);
  } else {
    const signed = sign(stamped(readObject(filled(pm.request.body.raw))), hmac);
    pm.request.body.update({ mode: "raw", raw: signed.json });
  }
}
"""
_TEST = """const answer = pm.response.text();
pm.test("code is 0: " + answer, () => pm.expect(/"code" *: *"?0\\b/.test(answer)).to.be.true);
"""


def postman(requests: Sequence[Request]) -> dict[str, str]:
    """Return the file of the collection."""
    collection = {
        "info": {"name": TITLE, "description": _ABOUT, "schema": _SCHEMA},
        "item": [_item(request) for request in requests],
        "event": [_event("prerequest", SIGNING + _SCRIPT), _event("test", _TEST)],
        "variable": [{"key": name, "value": value, "type": "string"} for name, value in VARIABLES.items()],
    }
    return {"bingx-spot.postman_collection.json": json_text(collection)}


def _item(request: Request) -> dict[str, Any]:
    headers = [{"key": KEY_HEADER, "value": "{{apiKey}}"}] if request.signed else []
    raw = "{{baseUrl}}" + request.path
    url: dict[str, Any] = {"raw": raw, "host": ["{{baseUrl}}"], "path": request.path.strip("/").split("/")}
    sent: dict[str, Any] = {"method": request.method, "header": headers, "url": url}
    if request.in_body:
        headers.append({"key": "Content-Type", "value": "application/json"})
        sent["body"] = {"mode": "raw", "raw": request.body, "options": {"raw": {"language": "json"}}}
    elif request.texts:
        url["query"] = [{"key": name, "value": text} for name, text in request.texts.items()]
        url["raw"] = f"{raw}?{'&'.join(f'{name}={text}' for name, text in request.texts.items())}"
    return {"name": request.name, "request": sent}


def _event(listen: str, script: str) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": script.splitlines()}}
