"""The sockets that a child process replaces with dead ones: its parent's, and no others."""

import os
import signal
import socket
import subprocess
import sys

import pytest

from bingx_spot.transport.happy_eyeballs import OpenSockets
from tests.support.scripted_server import http, scripted_server

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


#: Prints how calls end in a process that can open no file and no socket any more.
WITHOUT_DESCRIPTORS = """
import asyncio, os, resource, sys
from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials

def exhaust():
    resource.setrlimit(resource.RLIMIT_NOFILE, (50, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    held = []
    try:
        while True:
            held.append(os.dup(0))
    except OSError:
        return held

def free(held):
    for each in held:
        os.close(each)

def end_of(call):
    try:
        return type(call()).__name__
    except Exception as error:
        return type(error).__name__

options = {"environment": sys.argv[1], "timeout": 0.5}
credentials = Credentials("sample-api-key", "sample-secret")

async def cold():
    async with AsyncBingxSpot(credentials, **options) as bingx:
        held = exhaust()
        try:
            return await bingx.cancel_order("BTC-USDT", order_id=1)
        finally:
            free(held)

print(end_of(lambda: asyncio.run(cold())))
with BingxSpot(credentials, **options) as bingx:
    bingx.warm()
    held = exhaust()
    print(end_of(lambda: bingx.cancel_all(timeout=0.5)))
    free(held)
"""


def test_without_a_free_descriptor_calls_end_with_our_errors_and_an_open_connection_is_used():
    answer = http('{"code": 0, "data": {"serverTime": 1700000000000}}')
    with scripted_server(answer) as server:
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_DESCRIPTORS, server.url],
            capture_output=True,
            text=True,
            check=True,
        )
        assert any(b"cancelOpenOrders" in request for request in server.requests)
    assert done.stdout.split() == ["NotSent", "CancelAllResult"]
