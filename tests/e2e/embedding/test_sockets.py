"""The sockets that a child process puts dead ones in the place of: its parent's, and nobody else's."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from bingx_spot.transport.happy_eyeballs import InheritedSockets

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_one_that_was_noted_leads_nowhere():
    sockets = InheritedSockets()
    one, other = socket.socketpair()
    with one, other:
        other.setblocking(False)
        sockets.add(one.fileno())
        sockets.replace()
        with pytest.raises(OSError):  # noqa: PT011 - whatever the system calls that
            one.send(b"heard by nobody")
        # The only one that had it has let it go.
        assert other.recv(1) == b""


def test_another_one_that_has_its_number_by_now_is_left_alone():
    sockets = InheritedSockets()
    reader, writer = os.pipe()
    one, other = socket.socketpair()
    with other:
        number = one.fileno()
        sockets.add(number)
        one.close()
        os.dup2(writer, number)
        sockets.replace()
        os.write(number, b"heard")
        assert os.read(reader, 5) == b"heard"
        for each in (reader, writer, number):
            os.close(each)


def test_writing_into_it_ends_no_process():
    program = (
        "import signal, socket; from bingx_spot.transport.happy_eyeballs import InheritedSockets;"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL);"
        "one, other = socket.socketpair(); sockets = InheritedSockets(); sockets.add(one.fileno());"
        "sockets.replace(); one.send(b'heard by nobody')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode != -signal.SIGPIPE
    assert "OSError" in done.stderr
