"""Send one signed request and report the response, or why there is none.

An engine never repeats a request, follows no redirect, and raises no exception of its HTTP library.
"""

from typing import NamedTuple, Protocol

from bingx_spot.core.request import SignedRequest
from bingx_spot.limits.client_state import Patience
from bingx_spot.models import Response


class TransportFailure(NamedTuple):
    """A request without a complete response."""

    request_sent: bool  # may have been. False is certain: the exchange has seen nothing of it
    reason: str  # in words; holds nothing secret
    timed_out: bool = False  # while the request was in flight: the exchange may still be working on it
    reset: bool = False  # the connection was reset: nothing of the request arrives any more
    reused: bool = False  # the connection was an old one: the host may be well, and the next is a new one
    too_large: bool = False  # a response arrived, larger than any of the exchange's: the network works


#: HTTP statuses after which the exchange rejects every request. An engine reports such a response with as
#: much of its body as it can read: to go on as without a response would make the ban longer.
BAN_STATUSES = (403, 418, 429)
#: The result of every request on a closed engine.
CLOSED = TransportFailure(request_sent=False, reason="the client is closed")

#: The note on an exception, such as KeyboardInterrupt, that ended a request which may have been sent.
MAYBE_SENT_NOTE = "bingx_spot: a request may have been sent; whether it took effect is unknown"
#: The note on one that ended a call of which no such request was sent.
NOT_SENT_NOTE = "bingx_spot: no request was sent that could have taken effect"
_ENDED = "_bingx_spot_ended"


class Engine(Protocol):
    """Sends a request and returns the response, or why there is none.

    `timeout` is in seconds and covers the whole exchange: name look-up, connection, TLS, request, response.
    `patience` bounds its steps, and is told what they took.
    An exception that ends a request from outside (KeyboardInterrupt, CancelledError) passes through;
    `interrupted` reads from it what became of the request.
    """

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        """Send the request and wait for the response."""
        ...

    async def send_async(
        self, request: SignedRequest, timeout: float, patience: Patience
    ) -> Response | TransportFailure:
        """Send the request and await the response."""
        ...

    def close(self) -> None:
        """Close the connections of `send`. Requests in flight end at once."""
        ...

    async def aclose(self) -> None:
        """Close the connections of `send_async`. Requests in flight end at once."""
        ...


def mark_interruption(interruption: BaseException, *, request_sent: bool, reset: bool = False) -> None:
    """Record on an exception what became of the request that it ended: two members of `TransportFailure`.

    Its traceback is removed: the frames hold the API key and the signature.
    """
    if request_sent:
        interruption.add_note(MAYBE_SENT_NOTE)
    interruption.__dict__[_ENDED] = TransportFailure(request_sent, "interrupted", reset=reset)
    interruption.__traceback__ = None


def note_interruption(interruption: BaseException, *, acted: bool) -> None:
    """Note on an exception whether what it ended may have taken effect, unless a note says that it may."""
    notes = [note for note in getattr(interruption, "__notes__", ()) if note != NOT_SENT_NOTE]
    if MAYBE_SENT_NOTE not in notes:
        interruption.__notes__ = [*notes, MAYBE_SENT_NOTE if acted else NOT_SENT_NOTE]


def interrupted(interruption: BaseException) -> TransportFailure:
    """Return what became of the request that an exception ended.

    It may have been sent unless the engine was certain that it was not. The record is removed: a signal
    handler may raise the same object again.
    """
    unknown = TransportFailure(request_sent=True, reason="interrupted")
    ended: TransportFailure = interruption.__dict__.pop(_ENDED, unknown)
    return ended
