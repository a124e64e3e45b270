"""Ctrl-C at any line of a call: the note on it never says that nothing was sent when the exchange has it."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import bingx_spot
from bingx_spot import BingxSpot
from bingx_spot.core.engine import MAYBE_SENT_NOTE, NOT_SENT_NOTE
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.support.scripted_server import ScriptedServer, scripted_server

PACKAGE = str(Path(bingx_spot.__file__).parent)


class InterruptAt:
    """Raises KeyboardInterrupt at one line of the package, counted from the beginning of a call."""

    def __init__(self, line: int) -> None:
        self._left = line

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            self._left -= 1
            if self._left < 0:
                raise KeyboardInterrupt
        return self


def interrupted(bingx: BingxSpot, line: int) -> KeyboardInterrupt | None:
    """Interrupt a call at a line, and return the interrupt, or None where the call has fewer lines."""
    sys.settrace(InterruptAt(line))
    try:
        bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    except KeyboardInterrupt as interrupt:
        return interrupt
    finally:
        sys.settrace(None)
    return None


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(SUCCESS) as server:
        yield server


# A socket whose owner was interrupted before it could close it is closed, and reset, when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("connection", ["new", "open"])
@pytest.mark.parametrize("step", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_at_any_line_the_note_is_true(server: ScriptedServer, connection: str, step: int) -> None:
    # In a thread that ends with the test: after an interrupt in an `except` block, Python 3.11 takes the
    # exception that was handled there for the context of all that the thread raises later.
    with ThreadPoolExecutor(1) as threads:
        lines, notes_seen = threads.submit(interrupt_at_lines, server, connection, step).result()
    assert notes_seen == {NOT_SENT_NOTE, MAYBE_SENT_NOTE}
    assert lines > 100


def interrupt_at_lines(server: ScriptedServer, connection: str, step: int) -> tuple[int, set[str]]:
    """Interrupt calls at every `step`th line; return how many lines a call has, and the notes."""
    line, notes_seen = 0, set[str]()
    while True:
        with blocking(server.url) as bingx:
            if connection == "open":
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            server.requests.clear()
            interrupt = interrupted(bingx, line)
            if interrupt is None:
                break
            # One that is on its way has arrived by the time that another has been answered.
            sent = len(server.requests)
            assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID, f"line {line}"
            sent = len(server.requests) - 1
        notes = getattr(interrupt, "__notes__", [])
        assert len(notes) <= 1, f"line {line}: {notes}"
        if sent:
            assert notes != [NOT_SENT_NOTE], f"line {line}"
        notes_seen.update(notes)
        line += step
    return line, notes_seen


PROGRAM = """
import sys
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.engine import NetworkEngine
from tests.support.cancelling import signed
print(NetworkEngine().send(signed(sys.argv[1]), 1.5, Patience()).http_status)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system does not stop processes")
def test_a_response_that_arrived_while_the_process_was_stopped_is_read() -> None:
    arrived, released = threading.Event(), threading.Event()

    def answer(_: bytes) -> bytes:
        arrived.set()
        released.wait(20)
        return SUCCESS

    with scripted_server(answer) as server:
        command = [sys.executable, "-c", PROGRAM, server.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as running:
            assert arrived.wait(30)
            running.send_signal(signal.SIGSTOP)
            released.set()
            time.sleep(1.6)  # until its deadline is over
            running.send_signal(signal.SIGCONT)
            said, _ = running.communicate(timeout=30)
    assert said == "200\n"
