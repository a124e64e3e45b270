"""One deadline for everything, whatever the server does with the time."""

import time
from collections.abc import Callable

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import CallError, Order, OutcomeUnknown
from tests.e2e.outcome.calls import (
    COLOURS,
    SYMBOL,
    Colour,
    attempt,
    options,
)
from tests.support.scripted_server import http, scripted_server

SLACK = 2.0


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_sends_a_byte_a_second_cannot_stretch_a_call(colour: Colour, part: str) -> None:
    if part == "head":
        with Sandbox(limits="off") as sandbox:
            sandbox.faults([{"fault": "trickle", "bytesPerSecond": 1.0}])
            order = sandbox.place_order(SYMBOL)
            came, took = timed(
                lambda: attempt(colour, options(sandbox, timeout=1.2), order_id=order["orderId"])
            )
    else:
        # The head and most of the body at once, and the rest never: the scripted server is silent then.
        whole = http('{"code":0,"msg":"","data":{"symbol":"BTC-USDT"}}')
        with Sandbox(limits="off") as sandbox, scripted_server(whole[:-5]) as server:
            made_with = {**options(sandbox, timeout=1.2), "environment": server.url}
            came, took = timed(lambda: attempt(colour, made_with, order_id=7))
    assert isinstance(came, OutcomeUnknown)
    assert took < 1.2 + SLACK


def timed(call: Callable[[], Order | CallError]) -> tuple[Order | CallError, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


@pytest.mark.parametrize("colour", COLOURS)
def test_a_body_that_drips_cannot_stretch_a_call(colour: Colour) -> None:
    with Sandbox(limits="off") as sandbox:
        # Fast enough that the head is through at once, and the body by far not.
        sandbox.faults([{"fault": "trickle", "bytesPerSecond": 300.0}])
        order = sandbox.place_order(SYMBOL)
        made_with = options(sandbox, timeout=1.2)
        came, took = timed(lambda: attempt(colour, made_with, order_id=order["orderId"]))
    assert isinstance(came, OutcomeUnknown)
    assert took < 1.2 + SLACK


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("timeout", [0.001, 0.05])
def test_a_deadline_too_short_for_anything_is_kept_all_the_same(colour: Colour, timeout: float) -> None:
    with Sandbox(limits="off") as sandbox:
        sandbox.faults([{"fault": "hang-before-executing", "seconds": 5.0}])
        order = sandbox.place_order(SYMBOL)
        came, took = timed(
            lambda: attempt(colour, options(sandbox, timeout=timeout), order_id=order["orderId"])
        )
    assert isinstance(came, CallError)
    assert took < timeout + SLACK
