"""The gate that every response passes: bytes of a connection to a verified success or an error of ours.

Each case takes a response, changes a few of its bytes or parts, and sends it through the HTTP parser, the
redaction and the validation. What comes out is judged by rules of its own: a success must state the order of
the request as cancelled; an error must be one of ours, printable, bounded, and without the secrets.
"""

import json
import random
import re
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from bingx_spot import BingxError, Order, Response
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import validate_response
from bingx_spot.redaction import Redactor
from bingx_spot.transport.connection_pool import ConnectionBroken, ResponseTooLarge
from bingx_spot.transport.http11 import ResponseReader
from bingx_spot_api.contract import BY_ID

_VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "answers.json"
_KEY, _SIGNATURE = "Kq3xW9pLz7TbVn2RmYc5HdGf8JsA4eUo", "9f86d081884c7d659a2feaa0c55ad015" * 2
_SYMBOL, _ORDER_ID = "BTC-USDT", 1735964079647111281
_CALL = ApiCall.of(BY_ID["cancelOrder"], {"symbol": _SYMBOL, "orderId": _ORDER_ID})
_ORDER = {"symbol": _SYMBOL, "orderId": _ORDER_ID, "status": "CANCELED", "price": "1.5", "origQty": "2"}
_WORDS = (
    '0|-1|1e400|NaN|null|true|""|{}|[]|{"code":0}|"code":0,|FILLED|\\u0000|\\ud800|\\|"|,|\0|\x1b[2J|\u202e|\x9b|\r\n|'
    "\r\n\r\n|HTTP/1.1 200 OK|Transfer-Encoding: chunked\r\n|Content-Length: 5\r\n|Retry-After: |"
    f"Content-Encoding: gzip\r\n|{_KEY}|{_KEY.upper()}|{_KEY[9:]}|{_SIGNATURE}|{_SIGNATURE[:40]}"
)
_LONG = (b"[" * 5_000, b'{"a":' * 5_000, b"x" * 70_000, b"9" * 5_000, b"\xff", b"\xef\xbb\xbf")
_PIECES = [*map(str.encode, _WORDS.split("|")), *_LONG]
# Of an error's text: message, hint and summary have a thousand characters each.
_LONGEST = 10_000
_PART = 12
_USUAL_CASES = 150_000


def main(seconds: float | None, seed: int | None = None) -> int:
    """Fuzz for so many seconds; print what was found, and return 1 if something was.

    Args:
        seconds: How long to go on; `None` for a number of cases that is the same on every machine.
        seed: Repeats a run; random if not given.
    """
    seed = random.SystemRandom().randrange(10**9) if seed is None else seed
    chance, seeds, cases = random.Random(seed), _seeds(), 0
    end = time.monotonic() + seconds if seconds is not None else 0.0
    while time.monotonic() < end if end else cases < _USUAL_CASES:
        cases += 1
        raw = _changed(chance, chance.choice(seeds))
        try:
            check(raw, chance.randrange(1, len(raw) + 2))
        except Exception:  # noqa: BLE001 - whatever it is, it was found
            print(f"response: case {cases} of seed {seed}, {raw[:2_000]!r}\n{traceback.format_exc()}")
            return 1
    print(f"response: {cases:,} cases, seed {seed}, nothing found")
    return 0


def _seeds() -> list[bytes]:
    """Return complete responses: a success, and one for each vector."""
    bodies = [(200, json.dumps({"code": 0, "msg": "", "data": _ORDER}).encode())]
    for group in json.loads(_VECTORS.read_text("utf-8"))["groups"]:
        answers = [test["answer"] for test in group["tests"]]
        bodies += [(answer["status"], answer["body"].encode()) for answer in answers if "body" in answer]
    return [_http(status, body) for status, body in bodies]


def _http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def _changed(chance: random.Random, raw: bytes) -> bytes:
    """Return a response with up to four changes, most often in its body, and most often of a right length."""
    head, separator, body = raw.partition(b"\r\n\r\n")
    for _ in range(chance.randrange(5)):
        if chance.random() < 0.8:
            body = chance.choice(_CHANGES)(chance, body)
        else:
            head = chance.choice(_CHANGES)(chance, head)
    if chance.random() < 0.2:
        return head + separator + body
    # With the length of the body: otherwise most cases would end at the HTTP parser.
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body)]) + separator + body


def _flip(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _insert(chance: random.Random, data: bytes) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_PIECES) + data[at:]


def _replace(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return data[:start] + chance.choice(_PIECES) + data[end:]


def _cut(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _ in range(2))
    return chance.choice([data[:start], data[:start] + data[end:], data + data[start:end]])


_CHANGES: list[Callable[[random.Random, bytes], bytes]] = [_flip, _insert, _replace, _cut]


def check(raw: bytes, size: int = 65_536) -> None:
    """Check that bytes of a connection, read in pieces, become a success or an error as they must."""
    reader = ResponseReader()
    try:
        for start in range(0, len(raw), size):
            if not reader.complete:
                reader.feed(raw[start : start + size])
        if not reader.complete:
            reader.feed(b"")
        response = reader.received().response
    except (ConnectionBroken, ResponseTooLarge) as broken:
        _check_shown(str(broken))
        return
    redactor = Redactor((_KEY, _SIGNATURE), _CALL.parameters)
    body, headers = redactor.response(response.body, response.headers)
    response = Response(response.http_status, headers, body)
    try:
        verified = validate_response(_CALL, response)
    except BingxError as error:
        _check_error(error)
    else:
        _check_success(verified)


def _check_success(response: Response) -> None:
    envelope = json.loads(response.body)
    data = envelope["data"]
    assert (response.http_status, int(envelope["code"])) == (200, 0)
    assert (str(data["orderId"]), data["symbol"]) == (str(_ORDER_ID), _SYMBOL)
    assert data["status"].strip().upper() in ("CANCELED", "CANCELLED")
    assert Order.from_data(response.data(), response).order_id == _ORDER_ID


def _check_error(error: BingxError) -> None:
    _check_shown(str(error))
    assert error.__context__ is None
    # A byte written as `\\x87` or `\\n` ends in a 7 or an n, which is not one of the key's.
    shown = re.sub(r"\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|.)", " ", f"{error} {error!r}".lower())
    for secret in (_KEY.lower(), _SIGNATURE):
        assert not [at for at in range(len(secret) - _PART + 1) if secret[at : at + _PART] in shown]


def _check_shown(text: str) -> None:
    assert text.isprintable()
    assert len(text) < _LONGEST
