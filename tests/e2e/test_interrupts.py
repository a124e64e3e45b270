"""Ctrl-C, or what a signal handler raises, at any line of a call: it ends the call, and its note is true.

The note never says that nothing was sent when the exchange has it.
"""

import itertools
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
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot.transport.http11 import ResponseReader
from tests.support.handling import handled_at_every_line
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.support.scripted_server import ScriptedServer, scripted_server

PACKAGE = str(Path(bingx_spot.__file__).parent)


class TaskTooLong(Exception):
    """What a task queue's signal handler raises: an ordinary exception."""


class InterruptAt:
    """Raises an interrupt at one line of the package, counted from the beginning of a call."""

    def __init__(self, line: int, kind: type[BaseException]) -> None:
        self._left = line
        self._kind = kind
        self.raised = False

    def __call__(self, frame: FrameType, event: str, _: Any) -> Any:
        if not frame.f_code.co_filename.startswith(PACKAGE):
            return None
        if event == "line":
            self._left -= 1
            if self._left < 0 and not self.raised:
                self.raised = True
                raise self._kind
        return self


def interrupted(bingx: BingxSpot, line: int, kind: type[BaseException]) -> BaseException | None:
    """Interrupt a call at a line, and return the interrupt, or None where the call has fewer lines."""
    interrupt_at = InterruptAt(line, kind)
    sys.settrace(interrupt_at)
    try:
        bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    # Of one in the parser, Python 3.11 may have lost the kind in this thread: see below.
    except (kind, KeyboardInterrupt) as interrupt:
        return interrupt
    finally:
        sys.settrace(None)
    assert not interrupt_at.raised, f"line {line}: the interrupt was swallowed"
    return None


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with scripted_server(SUCCESS) as server:
        yield server


# A socket whose owner was interrupted before it could close it is closed, and reset, when it is collected.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("connection", ["new", "open"])
@pytest.mark.parametrize(
    ("kind", "step"),
    [
        (KeyboardInterrupt, 4),
        (TaskTooLong, 8),
        pytest.param(KeyboardInterrupt, 1, marks=pytest.mark.slow),
        pytest.param(TaskTooLong, 1, marks=pytest.mark.slow),
    ],
)
def test_at_any_line_the_note_is_true(
    server: ScriptedServer, connection: str, kind: type[BaseException], step: int
) -> None:
    # In a thread that ends with the test: after an interrupt in an `except` block, Python 3.11 takes the
    # exception that was handled there for the context of all that the thread raises later.
    with ThreadPoolExecutor(1) as threads:
        lines, notes_seen = threads.submit(interrupt_at_lines, server, connection, kind, step).result()
    assert notes_seen == {NOT_SENT_NOTE, MAYBE_SENT_NOTE}
    assert lines > 600


def interrupt_at_lines(
    server: ScriptedServer, connection: str, kind: type[BaseException], step: int
) -> tuple[int, set[str]]:
    """Interrupt calls at every `step`th line; return how many lines a call has, and the notes."""
    line, notes_seen = 0, set[str]()
    while True:
        with blocking(server.url) as bingx:
            if connection == "open":
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            server.requests.clear()
            interrupt = interrupted(bingx, line, kind)
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


@pytest.mark.parametrize("kind", [TaskTooLong, TimeoutError, OSError, KeyboardInterrupt])
def test_a_signal_handler_that_raises_while_the_answer_is_awaited_ends_the_call(
    kind: type[BaseException],
) -> None:
    released = threading.Event()

    def answer(_: bytes) -> bytes:
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        released.wait(20)
        return SUCCESS

    def interrupt(*_: object) -> None:
        raise kind("too long")

    before = signal.signal(signal.SIGUSR1, interrupt)
    try:
        with scripted_server(answer) as server, blocking(server.url, timeout=20.0) as bingx:
            with pytest.raises(kind, match="too long") as raised:
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            released.set()
            assert len(server.requests) == 1
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert raised.value.__notes__ == [MAYBE_SENT_NOTE]


@pytest.mark.parametrize("kind", [TaskTooLong, KeyboardInterrupt])
def test_an_interrupt_inside_the_parser_goes_on(kind: type[BaseException]) -> None:
    class Interrupted(ResponseReader):
        def on_headers_complete(self) -> None:
            raise kind

    with pytest.raises(kind):
        Interrupted().feed(SUCCESS)


@pytest.mark.slow
def test_a_signal_handler_may_cancel_on_the_same_client_at_any_line(server: ScriptedServer) -> None:
    seconds = itertools.count()
    limits = LocalRateLimiter(now=lambda: float(next(seconds)))  # always a permit, after a lock
    with blocking(server.url, limits=limits) as bingx:

        def cancel() -> None:
            assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID

        lines = handled_at_every_line(cancel, cancel)
    assert lines > 600
    assert len(server.requests) == 2 * lines + 1
