"""A process that is interrupted in mid-call, for `test_interruption.py`: prints one JSON line.

It reads one JSON line: the URL, the order, and what holds it up.
"""

import json
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from bingx_spot import BingxSpot, Credentials
from tests.e2e.outcome.calls import SYMBOL, Unlimited
from tests.support.permits import Permits


class Patience(Permits):
    """Give the first permits at once, and let every further one be waited for.

    Args:
        first: How many come at once.
    """

    def __init__(self, first: int) -> None:
        super().__init__(self.take)
        self.first = first

    def take(self, longest: float) -> float:
        """Take a permit."""
        self.first -= 1
        if self.first >= 0:
            return 0.0
        print("waiting", flush=True)
        return longest / 2


def sockets() -> int:
    """Count the sockets of this process."""
    number = 0
    for path in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):  # closed by another thread meanwhile
            number += path.readlink().name.startswith("socket:")
    return number


def main() -> None:
    """Call, be interrupted, call again, and print what happened."""
    settings: dict[str, Any] = json.loads(sys.stdin.readline())
    limits = Unlimited() if settings["permits"] is None else Patience(settings["permits"])
    before = sockets()
    report: dict[str, object] = {}
    credentials = Credentials(os.environ["BINGX_API_KEY"], os.environ["BINGX_API_SECRET"])
    client_options: Any = {
        "environment": settings["url"],
        "timeout": 60.0,
        "limits": limits,
    }
    with BingxSpot(credentials, **client_options) as bingx:
        try:
            bingx.cancel_order(SYMBOL, order_id=settings["orderId"])
        except KeyboardInterrupt as interruption:
            report["notes"] = interruption.__notes__
            report["sockets"] = sockets() - before
            rendered = traceback.TracebackException.from_exception(interruption, capture_locals=True)
            report["traceback"] = "".join(rendered.format())
        again = bingx.with_options(limits=Unlimited())
        report["status"] = again.query_order(SYMBOL, order_id=settings["orderId"]).status
    report["socketsInTheEnd"] = sockets() - before
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
