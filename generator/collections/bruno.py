"""A collection for Bruno: a folder with a file for each request."""

import textwrap
from collections.abc import Iterator, Sequence

from generator.collections.requests import KEY_HEADER, SIGNING, TITLE, VARIABLES, Request
from generator.document import json_text

_SCRIPT = """
// As a number, an order id of the answer would be rounded.
req.disableParsingResponseJson();
if (req.getHeader("X-BX-APIKEY")) {
  const hmac = (text) => require("crypto-js").HmacSHA256(text, bru.getEnvVar("apiSecret")).toString();
  if (req.getMethod() === "GET") {
    const [path, query] = req.getUrl().split("?");
    const pairs = query.split("&").map((pair) => pair.split("="));
    const filled = pairs.map(([name, text]) => [name, JSON.stringify(bru.interpolate(text))]);
    req.setUrl(`${path}?${sign(stamped(filled), hmac).query}`);
  } else {
    req.setBody(sign(stamped(readObject(bru.interpolate(req.getBody({ raw: true })))), hmac).json);
  }
}
"""
_TEST = """
const answer = res.getBody();
test("code is 0: " + answer, () => expect(/"code" *: *"?0\\b/.test(answer)).to.equal(true));
"""


def bruno(requests: Sequence[Request]) -> dict[str, str]:
    """Return the files of the collection."""
    files = {
        "bruno.json": json_text({"version": "1", "name": TITLE, "type": "collection"}),
        "collection.bru": _block("script:pre-request", SIGNING + _SCRIPT) + "\n" + _block("tests", _TEST),
        "environments/sandbox.bru": _dictionary("vars", VARIABLES),
    }
    for number, request in enumerate(requests, 1):
        files[f"{request.operation}.bru"] = "\n".join(_blocks(number, request))
    return {f"bruno/{name}": text for name, text in files.items()}


def _blocks(number: int, request: Request) -> Iterator[str]:
    yield _dictionary("meta", {"name": request.name, "type": "http", "seq": str(number)})
    url = "{{baseUrl}}" + request.path
    if request.texts and not request.in_body:
        url += "?" + "&".join(f"{name}={text}" for name, text in request.texts.items())
    yield _dictionary(
        request.method.lower(), {"url": url, "body": "text" if request.in_body else "none", "auth": "none"}
    )
    if request.signed:
        headers = {KEY_HEADER: "{{apiKey}}"} | (
            {"Content-Type": "application/json"} if request.in_body else {}
        )
        yield _dictionary("headers", headers)
    if request.in_body:
        yield _block("body:text", request.body)
    # The script has encoded the values.
    yield _dictionary("settings", {"encodeUrl": "false"})


def _dictionary(name: str, members: dict[str, str]) -> str:
    return _block(name, "\n".join(f"{key}: {value}" for key, value in members.items()))


def _block(name: str, text: str) -> str:
    return f"{name} {{\n{textwrap.indent(text.strip(), '  ')}\n}}\n"
