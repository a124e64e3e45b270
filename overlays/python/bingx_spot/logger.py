"""The logger of the package, `bingx_spot`. It gets metadata only: no URL, parameter, header or body."""

import logging
import traceback
from typing import Any


class _Logger(logging.LoggerAdapter[logging.Logger]):
    """Logger that survives handlers that raise.

    A handler that raises, say because it sends messages over a network that is down, must end neither a call
    whose request has been executed nor the thread that renews a dead man's switch.
    """

    def log(self, level: int, msg: object, *args: object, **named: Any) -> None:
        """Log, and print the error of a handler as Python's own handlers do."""
        try:
            super().log(level, msg, *args, stacklevel=2, **named)
        except Exception:  # noqa: BLE001 - the program's own
            if logging.raiseExceptions:
                traceback.print_exc()


log = _Logger(logging.getLogger("bingx_spot"), {})
