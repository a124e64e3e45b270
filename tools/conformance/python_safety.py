"""Python's part of safety.json: a client in hostile surroundings, over real sockets."""

import json
import os
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from bingx_spot import BingxSpot, CallError, InvalidInput
from bingx_spot.credentials import Credentials

ORDER_ID = 1735964079647111281
_DATA = {"symbol": "BTC-USDT", "orderId": ORDER_ID, "status": "CANCELED"}
_CANCELLED = {"status": 200, "body": json.dumps({"code": 0, "data": _DATA})}


def is_safe(kind: str, test: Any, secrets: dict[str, str]) -> bool:
    """Return whether a client keeps its promises in the case, with the parameters in either place."""
    credentials = Credentials(secrets["key"], secrets["secret"])
    checks = {"baseUrl": _refuses, "server": _survives, "proxy": _bypasses}
    return all(checks[kind](test, credentials, placement) for placement in ("json", "query"))


def _refuses(test: Any, credentials: Credentials, placement: Any) -> bool:
    try:
        BingxSpot(credentials, environment=test["url"], placement=placement).close()
    except InvalidInput as refusal:
        return test["result"] == "refused" and "hunter2" not in f"{refusal} {refusal!r}"
    return bool(test["result"] == "accepted")


def _survives(test: Any, credentials: Credentials, placement: Any) -> bool:
    with _server(_CANCELLED) as (elsewhere, strayed), _server(test["answer"], elsewhere) as (url, received):
        error = _cancel(url, credentials, placement)
    expected = test["expected"]
    signatures = re.findall("[0-9a-f]{64}", " ".join(received))
    shown = _shown(error) if error else ""
    hidden = not any(secret in shown for secret in (*signatures, credentials.api_key, credentials.api_secret))
    return bool(signatures) and hidden and not strayed and ("row" not in expected or error is not None)


def _bypasses(test: Any, credentials: Credentials, placement: Any) -> bool:
    with _server(_CANCELLED) as (proxy, strayed), _server(_CANCELLED) as (url, _):
        os.environ[test["variable"]] = proxy
        try:
            return _cancel(url, credentials, placement) is None and not strayed
        finally:
            del os.environ[test["variable"]]


def _cancel(url: str, credentials: Credentials, placement: Any) -> CallError | None:
    with BingxSpot(credentials, environment=url, placement=placement, timeout=0.5) as bingx:
        try:
            bingx.cancel_order("BTC-USDT", order_id=ORDER_ID)
        except CallError as error:
            return error
    return None


def _shown(error: Exception) -> str:
    stack = traceback.TracebackException.from_exception(error, capture_locals=True)
    return "".join(stack.format()) + repr(error) + repr(vars(error))


@contextmanager
def _server(answer: Any, elsewhere: str = "") -> Iterator[tuple[str, list[str]]]:
    """Give one answer to every request, and collect the requests."""
    received: list[str] = []
    over = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.path + self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            received.append(sent)
            if answer is None:
                over.wait(5)
                return
            signature = re.search("[0-9a-f]{64}", sent)
            body = answer["body"].replace("{signature}", signature[0] if signature else "").encode()
            self.send_response(answer["status"])
            for name, value in answer.get("headers", {}).items():
                self.send_header(name, value.replace("{elsewhere}", elsewhere))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            slow = "pace" in answer
            for start in range(0, len(body), 1 if slow else len(body)):
                self.wfile.write(body[start : start + 1] if slow else body)
                if slow and over.wait(0.1):
                    break

        do_GET = do_POST  # noqa: N815 - the library's name

        def log_message(self, *_: object) -> None:
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # type: ignore[method-assign]
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", received
        finally:
            over.set()
            server.shutdown()
