"""What a call asks its driver to do.

Whatever decides is a generator that yields what it wants done and is told what came of it, so that it is
written once for blocking and awaiting callers; drivers.py has one small driver for each.
"""

from collections.abc import Generator
from typing import NamedTuple, TypeVar

from bingx_spot.answers import Answer
from bingx_spot.engines import Failure
from bingx_spot.policy.signal import Signal
from bingx_spot.request import SignedRequest

Result = TypeVar("Result")


class Wait(NamedTuple):
    """Ask the driver to wait.

    Attributes:
        seconds: How long at most.
        signal: What ends it earlier, or None.
    """

    seconds: float
    signal: Signal | None = None


class Send(NamedTuple):
    """Ask the driver to send a request.

    Attributes:
        request: Stamped and signed.
        timeout: How long it may take, in seconds.
    """

    request: SignedRequest
    timeout: float


Came = Answer | Failure | None
#: What is yielded, what is told, what is returned in the end.
Steps = Generator[Wait | Send, Came, Result]
