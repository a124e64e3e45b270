"""A real browser, Chromium, told what to do through a pipe; it has no network."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium")
_FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # No name has an address, whatever asks for one.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # The page renders what is in sight.
    "--window-size=1440,20000",
    "--remote-debugging-pipe",
)
# It wants its pipes as 3 and 4, which may be anything here.
_START = """
import fcntl, os, sys
commands, events = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(commands, 3), os.dup2(events, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
# On a machine that is busy.
_PATIENCE = 60.0


class Browser:
    """Show one page, and remember what it asked for and what it complained of.

    Args:
        commands: Where commands are written to, each ended by a zero byte.
        events: Where answers and events are read from.
    """

    def __init__(self, commands: int, events: int) -> None:
        self._commands = commands
        self._events = os.fdopen(events, "rb", buffering=0)
        self._buffer = b""
        self._number = 0
        self._session: str | None = None
        self.asked: list[str] = []
        self.complaints: list[str] = []

    def open(self, address: str) -> None:
        """Open a page; requests and complaints are noted from its beginning."""
        target = self._command("Target.createTarget", url="about:blank")["targetId"]
        session = self._command("Target.attachToTarget", targetId=target, flatten=True)
        self._session = session["sessionId"]
        for domain in ("Network", "Log", "Runtime", "Page"):
            self._command(f"{domain}.enable")
        self._command("Page.navigate", url=address)

    def text(self, *wanted: str) -> str:
        """Give the text that is shown, as soon as it holds all that is wanted, or after a long while."""
        end = time.monotonic() + _PATIENCE
        while True:
            shown = str(self.evaluate("document.body ? document.body.innerText : ''"))
            if all(text in shown for text in wanted) or time.monotonic() > end:
                return shown
            time.sleep(0.1)

    def evaluate(self, expression: str) -> Any:
        """Give the value of an expression in the page."""
        answer = self._command("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    def close(self) -> None:
        """End the browser."""
        self._session = None
        self._command("Browser.close")

    def _command(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while True:
            came = self._read()
            if came.get("id") == self._number:
                assert "error" not in came, came
                return came["result"]
            self._note(came)

    def _read(self) -> Any:
        while b"\0" not in self._buffer:
            part = self._events.read(65536)
            assert part, "the browser has ended"
            self._buffer += part
        message, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(message)

    def _note(self, event: Any) -> None:
        given = event.get("params", {})
        if event["method"] == "Network.requestWillBeSent":
            self.asked.append(given["request"]["url"])
        elif event["method"] == "Log.entryAdded" and given["entry"]["level"] == "error":
            self.complaints.append(given["entry"]["text"])
        elif event["method"] == "Runtime.exceptionThrown":
            self.complaints.append(str(given["exceptionDetails"]))


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """Run a browser whose profile lies in the folder."""
    assert CHROMIUM is not None
    command_read, command_write = os.pipe()
    event_read, event_write = os.pipe()
    starting = [sys.executable, "-c", _START, str(command_read), str(event_write)]
    arguments = [*starting, CHROMIUM, *_FLAGS, f"--user-data-dir={folder / 'profile'}"]
    with subprocess.Popen(
        arguments,
        pass_fds=(command_read, event_write),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"HOME": str(folder)},
    ) as running:
        os.close(command_read)
        os.close(event_write)
        shown = Browser(command_write, event_read)
        try:
            yield shown
            shown.close()
        finally:
            running.terminate()
            os.close(command_write)
            shown._events.close()
