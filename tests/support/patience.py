"""Short timeouts for calls that go on until theirs, and what a busy machine makes of them."""

from collections.abc import Callable
from typing import TypeVar

from bingx_spot import NotSent
from bingx_spot.limits import client_state

T = TypeVar("T")


def unhurried(seconds: float = 30.0) -> None:
    """Let the calls of this process give up no request before: on a busy machine a server seems silent.

    For programs whose requests are counted; in the tests' own process, `tests/e2e/conftest.py` does so.
    """
    client_state._UNKNOWN_ANSWER = client_state._UNKNOWN_OPENING = client_state._LOST_PACKET = seconds


def patiently(call: Callable[[float], T], timeout: float) -> T:
    """Call with a timeout; where nothing was sent in it, since the machine is busy, with a long one.

    Args:
        call: Makes the call with a timeout in seconds. Something is sent where there is time for it.
        timeout: What suffices on an idle machine, in seconds.
    """
    try:
        return call(timeout)
    except NotSent:
        return call(20.0)
