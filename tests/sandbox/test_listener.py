from __future__ import annotations

import socket

import pytest

from bingx_sandbox.server import listen, reserve_port, url_of


def test_port_0_picks_a_free_one() -> None:
    with listen() as one, listen() as other:
        assert url_of(one) != url_of(other)
        assert url_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}"


def test_localhost_is_an_address_of_this_machine() -> None:
    with listen("localhost") as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_stands_in_brackets() -> None:
    with listen("::1") as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_port_that_is_held_refuses_until_it_listens() -> None:
    listener = listen()
    address = listener.getsockname()
    standing = socket.create_connection(address)
    accepted, _ = listener.accept()
    listener.close()
    with standing, accepted, reserve_port(socket.AF_INET, address) as held:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        held.listen()
        socket.create_connection(address).close()


def test_no_part_of_an_answer_waits_for_an_acknowledgement() -> None:
    with listen() as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
