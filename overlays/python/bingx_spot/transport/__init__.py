"""The seam to the network: an engine sends one signed request and says what came of it.

An engine never retries, follows no redirect, and raises nothing of its HTTP library's.
"""

from typing import NamedTuple, Protocol

from bingx_spot.core.request import SignedRequest
from bingx_spot.models import Response


class TransportFailure(NamedTuple):
    """Say that no answer came, none of the whole of it.

    Attributes:
        written: Whether the exchange may have got the request. False means: surely not.
        reason: What happened, in words, without anything secret.
        pending: Whether the exchange may still be at work on the request: the time was up before the
            connection ended.
        answered: Whether an answer came and was too large to be read: the network did not fail.
    """

    written: bool
    reason: str
    pending: bool = False
    answered: bool = False


#: What a closed engine answers.
CLOSED = TransportFailure(written=False, reason="the client is closed")

#: The note that an engine adds to an interruption, such as Ctrl-C, unless it is sure that it wrote nothing.
MAYBE_SENT_NOTE = "bingx_spot: a request was out; whether it took effect is not known"


class Engine(Protocol):
    """Send a request and return the answer, or why there is none; in both colours.

    `timeout` is in seconds and covers the exchange of one request.
    """

    def send(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:
        """Send the request and wait for the answer."""
        ...

    async def send_async(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:  # noqa: ASYNC109
        """Send the request and await the answer."""
        ...

    def close(self) -> None:
        """Close the connections of `send`."""
        ...

    async def aclose(self) -> None:
        """Close the connections of `send_async`."""
        ...
