"""What a command does when Ctrl-C or a signal asks it to end."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from bingx_spot.core.engine import NOT_SENT_NOTE

#: The exit code of a command that a signal has ended.
INTERRUPTED = 130
_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SHOW_CURSOR = b"\x1b[?25h"


@contextmanager
def interruptible(text: str, unsent: str = "") -> Iterator[None]:
    """Let Ctrl-C and other signals end the command with a text that says what is known and what to do next.

    `unsent` is the text where nothing was sent that can have taken effect.
    """
    try:
        yield
    except KeyboardInterrupt as interruption:
        from bingx_spot.cli.output import print_line

        said = unsent if NOT_SENT_NOTE in getattr(interruption, "__notes__", ()) else text
        print_line(f"Interrupted. {said or text}", err=True)
        sys.exit(INTERRUPTED)


@contextmanager
def signals_to(handler: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    """Let a function handle the signals that ask a process to end.

    A signal that the shell or nohup lets the process ignore stays ignored.
    """
    numbers = [getattr(signal, name) for name in _SIGNALS if hasattr(signal, name)]
    heeded = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, handler) for number in heeded}
    try:
        yield
    finally:
        for number, before in previous.items():
            signal.signal(number, before)


class Interruption:
    """The signals that ask a run to end, and whether one did; for `signals_to`.

    The first signal calls `stop`, or raises KeyboardInterrupt if there is none yet. The second one ends the
    process at once.
    """

    def __init__(self) -> None:
        self.happened = False
        self.stop: Callable[[], object] | None = None

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal."""
        if self.happened:
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            # Nothing has to be saved: the journal is complete at any moment.
            os._exit(INTERRUPTED)
        self.happened = True
        if self.stop is None:
            raise KeyboardInterrupt
        self.stop()
