"""One deadline for the whole call, however slow the server is."""

import time
from collections.abc import Callable

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import CallError, Order, OutcomeUnknown
from tests.e2e.outcome.calls import (
    CLIENT_KINDS,
    SYMBOL,
    ClientKind,
    attempt,
    options,
)
from tests.support.scripted_server import http, scripted_server

SLACK = 5.0


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_sends_a_byte_a_second_cannot_stretch_a_call(
    client_kind: ClientKind, part: str
) -> None:
    if part == "head":
        with Sandbox(limits="off") as sandbox:
            sandbox.faults([{"fault": "trickle", "bytesPerSecond": 1.0}])
            order = sandbox.place_order(SYMBOL)
            result, took = timed(
                lambda: attempt(client_kind, options(sandbox, timeout=1.2), order_id=order["orderId"])
            )
    else:
        # The head and most of the body at once, and the rest never: the scripted server is silent then.
        whole = http('{"code":0,"msg":"","data":{"symbol":"BTC-USDT"}}')
        with Sandbox(limits="off") as sandbox, scripted_server(whole[:-5]) as server:
            client_options = {**options(sandbox, timeout=1.2), "environment": server.url}
            result, took = timed(lambda: attempt(client_kind, client_options, order_id=7))
    assert isinstance(result, OutcomeUnknown)
    assert took < 1.2 + SLACK


def timed(call: Callable[[], Order | CallError]) -> tuple[Order | CallError, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_a_slow_body_cannot_stretch_a_call(client_kind: ClientKind) -> None:
    with Sandbox(limits="off") as sandbox:
        # Fast enough that the head is through at once, and the body by far not.
        sandbox.faults([{"fault": "trickle", "bytesPerSecond": 300.0}])
        order = sandbox.place_order(SYMBOL)
        client_options = options(sandbox, timeout=1.2)
        result, took = timed(lambda: attempt(client_kind, client_options, order_id=order["orderId"]))
    assert isinstance(result, OutcomeUnknown)
    assert took < 1.2 + SLACK


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("timeout", [0.001, 0.05])
def test_a_deadline_too_short_for_any_request_is_kept(client_kind: ClientKind, timeout: float) -> None:
    with Sandbox(limits="off") as sandbox:
        sandbox.faults([{"fault": "hang-before-executing", "seconds": 5.0}])
        order = sandbox.place_order(SYMBOL)
        result, took = timed(
            lambda: attempt(client_kind, options(sandbox, timeout=timeout), order_id=order["orderId"])
        )
    assert isinstance(result, CallError)
    assert took < timeout + SLACK
