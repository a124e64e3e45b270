"""A signal handler that runs at any line of a call, in the call's own thread."""

import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any


def handled_at_every_line(act: Callable[[], object], handler: Callable[[], object]) -> int:
    """Let `handler` interrupt `act` at its first line, then at its second, ...; return how many lines it has.

    An assertion fails where one of them waits for the other.
    """
    line = 0
    while _handled_at(line, act, handler):
        line += 1
    return line


def _handled_at(line: int, act: Callable[[], object], handler: Callable[[], object]) -> bool:
    left, handled = line, False

    def trace(_: FrameType, event: str, __: Any) -> Any:
        nonlocal left, handled
        left -= event == "line"
        if left < 0 and not handled:
            handled = True
            handler()
        return trace

    def run() -> None:
        sys.settrace(trace)
        act()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive(), f"line {line}: the handler waits for the call that it has interrupted"
    return handled
