"""The sockets that a child process replaces with dead ones: its parent's, and no others."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from bingx_spot.transport.happy_eyeballs import OpenSockets

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def test_a_noted_socket_is_replaced():
    sockets = OpenSockets()
    one, other = socket.socketpair()
    with one, other:
        other.setblocking(False)
        sockets.add(one)
        sockets.replace()
        with pytest.raises(OSError):  # noqa: PT011 - systems differ in the kind
            one.send(b"lost")
        # The last descriptor of the socket was closed.
        assert other.recv(1) == b""


def test_another_file_that_now_has_the_number_is_kept():
    sockets = OpenSockets()
    reader, writer = os.pipe()
    one, other = socket.socketpair()
    with other:
        number = one.fileno()
        sockets.add(one)
        one.close()
        os.dup2(writer, number)
        sockets.replace()
        os.write(number, b"heard")
        assert os.read(reader, 5) == b"heard"
        for each in (reader, writer, number):
            os.close(each)


def test_writing_to_it_does_not_end_the_process():
    program = (
        "import signal, socket; from bingx_spot.transport.happy_eyeballs import OpenSockets;"
        "signal.signal(signal.SIGPIPE, signal.SIG_DFL);"
        "one, other = socket.socketpair(); sockets = OpenSockets(); sockets.add(one);"
        "sockets.replace(); one.send(b'lost')"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode != -signal.SIGPIPE
    assert "OSError" in done.stderr
