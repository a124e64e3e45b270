"""A terminal of 80 columns, and its screen."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from pathlib import Path

COMMAND = Path(sys.executable).with_name("bingx-spot")
WIDTH = 80
ANSI_CODE = re.compile(r"\x1b\[[0-9;]*m")


def on_a_terminal(
    arguments: Sequence[object], environment: Mapping[str, str], stdout: int | None = None
) -> str:
    """Run `bingx-spot` on a terminal, and return what it shows.

    Args:
        arguments: Of the command.
        environment: Its whole environment.
        stdout: Where standard output goes instead, or None for the terminal too.
    """
    person, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, WIDTH, 0, 0))
    own = {name: value for name, value in environment.items() if name != "COLUMNS"}
    with subprocess.Popen(
        [COMMAND, *map(str, arguments)],
        stdin=terminal,
        stdout=terminal if stdout is None else stdout,
        stderr=terminal,
        env={**own, "TERM": "xterm-256color"},
    ) as process:
        os.close(terminal)
        seen = b""
        while True:
            try:
                chunk = os.read(person, 65536)
            except OSError:
                break  # on Linux: the other end is closed
            if not chunk:
                break
            seen += chunk
        process.wait(timeout=60)
    os.close(person)
    return seen.decode()
