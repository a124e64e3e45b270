"""A way to the network: one HTTP library, in one colour, taken for one request after another.

What is true of every engine, the deadline, the reading of an answer and the words for what failed, is not
repeated in each; network.py has it.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from bingx_spot.core.request import SignedRequest
from bingx_spot.transport.request_context import RequestContext


class ResponseHead(NamedTuple):
    """Hold what stands before an answer's body.

    Attributes:
        status: HTTP status.
        headers: Names in lower case, and values.
    """

    status: int
    headers: Mapping[str, str]

    @classmethod
    def of(cls, status: int, pairs: Iterable[tuple[bytes, bytes]]) -> "ResponseHead":
        """Make a head of names and values as they came."""
        return cls(status, {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in pairs})


class ConnectionBroken(Exception):
    """Say, in words that hold nothing of the request, why there is no answer.

    Args:
        reason: The words, the system's for example.
    """


class Backend(Protocol):
    """Send requests, blocking, each held to the `progress` of its thread.

    What it raises is TimeoutError, Unfinished, Broken, or anything else, whose text is told to nobody. The
    progress says whether anything was written; where a library cannot tell, it says that it was.
    """

    def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...


class AsyncBackend(Protocol):
    """Send requests, awaiting, each held to the `progress` of its task; else as `Backend`."""

    async def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...

    def abandon(self) -> None:
        """Drop the connections and say nothing to their event loop: it has ended, or is another process's."""
        ...
