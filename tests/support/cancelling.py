"""One cancel, sync or async, and a port that refuses connections."""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bingx_spot import Clock, Credentials, ErrorDetails, NotSent, Order, OutcomeUnknown, Response
from bingx_spot.core.engine import Engine, TransportFailure
from bingx_spot.core.request import ApiCall, RequestSigner, SignedRequest
from bingx_spot.core.response_validation import validate_response
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.httpx_backend import HttpxEngine
from tests.support.samples import BY_ORDER_ID, ORDER_ID, SYMBOL, awaiting, blocking


def cancel_blocking(url: str, **options: Any) -> Order:
    with blocking(url, **options) as bingx:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


def cancel_awaiting(url: str, **options: Any) -> Order:
    async def cancel() -> Order:
        async with awaiting(url, **options) as bingx:
            return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    return asyncio.run(cancel())


def once_blocking(url: str, timeout: float = 5.0, patience: Patience | None = None, **options: Any) -> Order:
    """Let the engine send one request, and validate the response; there is no retry."""
    engine = _engine(**options)
    request = signed(url)
    try:
        return _order(engine.send(request, timeout, patience or Patience()), request)
    finally:
        engine.close()


def once_awaiting(url: str, timeout: float = 5.0, patience: Patience | None = None, **options: Any) -> Order:
    async def ask() -> Order:
        engine = _engine(**options)
        request = signed(url)
        try:
            return _order(await engine.send_async(request, timeout, patience or Patience()), request)
        finally:
            await engine.aclose()

    return asyncio.run(ask())


def _engine(
    transport: Any = None,
    proxy: str | None = None,
    tls: ssl.SSLContext | None = None,
) -> Engine:
    if transport is not None:
        return HttpxEngine(transport)
    return NetworkEngine(proxy, tls)


def signed(url: str, call: ApiCall = BY_ORDER_ID) -> SignedRequest:
    return RequestSigner(Credentials("sample-api-key", "sample-secret")).sign_request(
        call, url, Clock().timestamp()
    )


def _order(result: Response | TransportFailure, request: SignedRequest) -> Order:
    if isinstance(result, TransportFailure):
        details = ErrorDetails(result.reason, request=request.info)
        raise OutcomeUnknown(details) if result.request_sent else NotSent(details)
    response = validate_response(BY_ORDER_ID, result)
    return Order.from_data(response.data(), response)


@contextmanager
def closed_port() -> Iterator[str]:
    """Yield the URL of a port that is bound, so that no other process gets it, and does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
