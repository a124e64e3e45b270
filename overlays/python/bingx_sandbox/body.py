"""The body of a request, read no further than the sandbox cares."""

from __future__ import annotations

from starlette.requests import Request

from bingx_sandbox.parameters import BODY_LIMIT


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Read the body; of one that is too large, just enough to be seen as such.

    Raises:
        ClientDisconnect: The client went away in the middle.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)
