"""What a call asks its driver to do.

Whatever decides is a generator that yields what it wants done and is told what came of it, so that it is
written once for blocking and awaiting callers; drivers.py has one small driver for each.
"""

from collections.abc import Generator
from typing import NamedTuple, TypeVar

from bingx_spot.core.request import SignedRequest
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.models import Response
from bingx_spot.transport import TransportFailure

Result = TypeVar("Result")


class Sleep(NamedTuple):
    """Ask the driver to wait.

    Attributes:
        seconds: How long at most.
        wakeup: What ends it earlier, or None.
    """

    seconds: float
    wakeup: Wakeup | None = None


class Send(NamedTuple):
    """Ask the driver to send a request.

    Attributes:
        request: Stamped and signed.
        timeout: How long it may take, in seconds.
    """

    request: SignedRequest
    timeout: float


StepResult = Response | TransportFailure | None
#: What is yielded, what is told, what is returned in the end.
CallSteps = Generator[Sleep | Send, StepResult, Result]
