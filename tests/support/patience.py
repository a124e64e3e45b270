"""Short timeouts for calls that go on until theirs, and what a busy machine makes of them."""

from collections.abc import Callable
from typing import TypeVar

from bingx_spot import NotSent

T = TypeVar("T")


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
