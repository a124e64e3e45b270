"""Let Ctrl-C and SIGTERM end a run in order, and the second one at once."""

import os
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Self

#: The exit code of a command that was interrupted.
INTERRUPTED = 130

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SHOW_CURSOR = b"\x1b[?25h"


class Interruption:
    """Watch for the signals that ask a process to end, for as long as its `with` block lasts.

    Before `calls` was called, the first signal raises KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.happened = False
        self._stop: Callable[[], object] | None = None
        self._before: dict[signal.Signals, object] = {}

    def calls(self, stop: Callable[[], object]) -> None:
        """Let the first signal call this instead.

        Args:
            stop: Ends in order what is under way.
        """
        self._stop = stop

    def __enter__(self) -> Self:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # What a shell or nohup has told the process to ignore is ignored.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.happened:
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            # Without another word: the journal has what it must have at any moment.
            os._exit(INTERRUPTED)
        self.happened = True
        if self._stop is None:
            raise KeyboardInterrupt
        self._stop()
