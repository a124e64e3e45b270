"""Ctrl-C, cancelled tasks, deadlines of anyio: nothing is left behind, and a note says what was sent."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, Order
from tests.e2e.outcome.calls import SYMBOL, Unlimited, arrived, options
from tests.e2e.outcome.interrupted import Patience, sockets

ROOT = Path(__file__).parents[3]
OUT = "bingx_spot: a request may have been sent; whether it took effect is unknown"
NOTHING_OUT = "bingx_spot: no request was sent that could have taken effect"
HANG = {"operation": "cancel", "seconds": 20.0}
PLANTED = {"api_key": "planted-api-key-7f3a9c", "api_secret": "planted-api-secret-b1d5e8"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(
        limits="off", api_key=PLANTED["api_key"], api_secret=PLANTED["api_secret"], orders=0
    ) as running:
        yield running


def wait_until(happened: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.01)


def assert_no_secret(text: str, sandbox: Sandbox) -> None:
    signatures = [request.get("receivedSignature") for request in sandbox.requests()]
    bodies = "".join(request["body"] for request in sandbox.requests())
    assert "signature" in bodies
    own = [part.split('"')[0] for part in bodies.split('"signature":"')[1:]]
    for secret in (*PLANTED.values(), *own, *filter(None, signatures)):
        assert secret not in text


@contextmanager
def process(sandbox: Sandbox, order_id: int, permits: int | None) -> Iterator[subprocess.Popen[str]]:
    """Run a process that cancels the order."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BINGX_")},
        "BINGX_API_KEY": sandbox.api_key,
        "BINGX_API_SECRET": sandbox.api_secret,
    }
    command = [sys.executable, "-m", "tests.e2e.outcome.interrupted"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, env=environment
    ) as running:
        try:
            assert running.stdin is not None
            settings = {"url": sandbox.url, "orderId": order_id, "permits": permits}
            running.stdin.write(json.dumps(settings) + "\n")
            running.stdin.flush()
            yield running
        finally:
            running.kill()


@pytest.mark.parametrize(
    ("fault", "permits", "arrive", "note", "status"),
    [
        pytest.param("hang-before-executing", None, 1, OUT, "NEW", id="in mid-answer"),
        pytest.param("hang-after-executing", None, 1, OUT, "CANCELED", id="in mid-answer, after it acted"),
        pytest.param(None, 0, 0, NOTHING_OUT, "NEW", id="before the first request"),
        pytest.param("reset-after-executing", 1, 1, OUT, "CANCELED", id="between two attempts"),
    ],
)
def test_ctrl_c(
    sandbox: Sandbox,
    fault: str | None,
    permits: int | None,
    arrive: int,
    note: str,
    status: str,
) -> None:
    order_id = int(sandbox.place_order(SYMBOL)["orderId"])
    if fault is not None:
        rule = {"fault": fault, "operation": "cancel"}
        sandbox.faults([{**rule, **({"seconds": 20.0} if "hang" in fault else {})}])
    with process(sandbox, order_id, permits) as running:
        assert running.stdout is not None
        if permits is not None:
            assert running.stdout.readline() == "waiting\n"
            time.sleep(0.2)  # until it really waits; earlier would be no less right
        wait_until(lambda: arrived(sandbox) >= arrive)
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        report = json.loads(running.stdout.readline())
        assert running.wait(30) == 0
    assert report["notes"] == [note]
    assert report["sockets"] == 0, "the connection that was broken off is closed"
    assert report["socketsInTheEnd"] == 0
    assert report["status"] == status, "the next call on the same client works"
    assert "KeyboardInterrupt" in report["traceback"]
    if arrive:
        assert_no_secret(report["traceback"], sandbox)


def test_ctrl_c_on_the_command_line_says_that_the_outcome_is_unknown(sandbox: Sandbox) -> None:
    order_id = int(sandbox.place_order(SYMBOL)["orderId"])
    sandbox.faults([{"fault": "hang-after-executing", **HANG}])
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    program = str(Path(sys.executable).with_name("bingx-spot"))
    command = [program, "cancel", SYMBOL, "--order-id", str(order_id)]
    with subprocess.Popen(
        [*command, "--env", sandbox.url], stderr=subprocess.PIPE, text=True, env={**os.environ, **keys}
    ) as running:
        wait_until(lambda: arrived(sandbox) >= 1)
        time.sleep(0.2)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Unknown whether order" in said
    assert "Traceback" not in said
    assert_no_secret(said, sandbox)


async def until_arrived(sandbox: Sandbox, count: int = 1) -> None:
    with anyio.fail_after(30):
        while arrived(sandbox) < count:  # noqa: ASYNC110 - the sandbox runs in a thread and signals nothing
            await anyio.sleep(0.01)


async def by_task_cancel(sandbox: Sandbox, call: Awaitable[Order]) -> BaseException | None:
    async def own() -> Order:
        return await call

    task = asyncio.create_task(own())
    await until_arrived(sandbox)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError as interruption:
        return interruption
    return None


async def by_asyncio_timeout(sandbox: Sandbox, call: Awaitable[Order]) -> BaseException | None:
    try:
        async with asyncio.timeout(60) as limit, anyio.create_task_group() as tasks:
            tasks.start_soon(then, sandbox, lambda: limit.reschedule(0))
            await seen_by(call)
    except TimeoutError:
        return SEEN.pop()
    return None


async def by_fail_after(sandbox: Sandbox, call: Awaitable[Order]) -> BaseException | None:
    async with anyio.create_task_group() as tasks:
        try:
            with anyio.fail_after(60) as scope:
                tasks.start_soon(then, sandbox, lambda: end(scope))
                await seen_by(call)
        except TimeoutError:
            return SEEN.pop()
    return None


async def by_move_on_after(sandbox: Sandbox, call: Awaitable[Order]) -> BaseException | None:
    async with anyio.create_task_group() as tasks:
        with anyio.move_on_after(60) as scope:
            tasks.start_soon(then, sandbox, lambda: end(scope))
            await seen_by(call)
    return SEEN.pop() if scope.cancelled_caught else None


async def then(sandbox: Sandbox, do: Callable[[], None]) -> None:
    """Do something when the request has arrived."""
    await until_arrived(sandbox)
    do()


def end(scope: anyio.CancelScope) -> None:
    """Let the time of a scope be up."""
    scope.deadline = anyio.current_time()


SEEN: list[BaseException] = []


async def seen_by(call: Awaitable[Order]) -> None:
    """Keep what goes by, for anyio swallows it."""
    try:
        await call
    except BaseException as interruption:
        SEEN.append(interruption)
        raise


WAYS = (by_task_cancel, by_asyncio_timeout, by_fail_after, by_move_on_after)


@pytest.mark.anyio
@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize(("when", "status"), [("before", "NEW"), ("after", "CANCELED")])
async def test_a_task_that_is_cancelled(
    sandbox: Sandbox, way: Callable[..., Awaitable[Any]], when: str, status: str
) -> None:
    order_id = int(sandbox.place_order(SYMBOL)["orderId"])
    sandbox.faults([{"fault": f"hang-{when}-executing", **HANG}])
    before, tasks = sockets(), asyncio.all_tasks()
    async with AsyncBingxSpot(**options(sandbox, timeout=60.0)) as bingx:
        interruption = await way(sandbox, bingx.cancel_order(SYMBOL, order_id=order_id))
        assert isinstance(interruption, asyncio.CancelledError)
        assert interruption.__notes__ == [OUT]
        assert interruption.__cause__ is interruption.__context__ is None
        rendered = traceback.TracebackException.from_exception(interruption, capture_locals=True)
        assert_no_secret("".join(rendered.format()), sandbox)
        # The sandbox, in this process too, notices in its own time that its connection is gone.
        await settle(lambda: sockets() == before)
        assert asyncio.all_tasks() == tasks
        assert (await bingx.query_order(SYMBOL, order_id=order_id)).status == status
    await settle(lambda: sockets() == before)
    assert asyncio.all_tasks() == tasks


async def settle(happened: Callable[[], bool]) -> None:
    with anyio.fail_after(30):
        while not happened():  # noqa: ASYNC110 - there is no event to wait for
            await anyio.sleep(0.01)


@pytest.mark.anyio
@pytest.mark.parametrize(("permits", "note"), [(0, NOTHING_OUT), (1, OUT)])
async def test_a_task_that_is_cancelled_while_it_waits(sandbox: Sandbox, permits: int, note: str) -> None:
    order_id = int(sandbox.place_order(SYMBOL)["orderId"])
    sandbox.faults([{"fault": "reset-after-executing", "operation": "cancel"}])
    limits, tasks = Patience(permits), asyncio.all_tasks()
    async with AsyncBingxSpot(**options(sandbox, timeout=60.0, limits=limits)) as bingx:
        call = asyncio.create_task(seen_by(bingx.cancel_order(SYMBOL, order_id=order_id)))
        await settle(lambda: limits.first < 0)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        assert SEEN.pop().__notes__ == [note]
        assert arrived(sandbox) == permits
        assert asyncio.all_tasks() == tasks


@pytest.mark.anyio
async def test_a_second_attempt_that_was_not_sent_does_not_hide_the_first(sandbox: Sandbox) -> None:
    order_id = int(sandbox.place_order(SYMBOL)["orderId"])
    # The first connection is reset; every further one is refused.
    sandbox.faults([{"fault": "refuse", "seconds": 5.0, "operation": "cancel"}])
    async with AsyncBingxSpot(**options(sandbox, timeout=60.0)) as bingx:
        call = asyncio.create_task(seen_by(bingx.cancel_order(SYMBOL, order_id=order_id)))
        await until_arrived(sandbox)
        await anyio.sleep(0.3)
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
    assert SEEN.pop().__notes__ == [OUT]


@pytest.mark.anyio
async def test_other_tasks_of_the_client_go_on(sandbox: Sandbox) -> None:
    held, *orders = (int(order["orderId"]) for order in sandbox.place_orders(6, SYMBOL))
    sandbox.faults([{"fault": "hang-before-executing", "orderId": held, "seconds": 20.0}])
    async with AsyncBingxSpot(**options(sandbox, timeout=60.0, limits=Unlimited())) as bingx:
        task = asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=held))
        await until_arrived(sandbox)
        others = asyncio.gather(*(bingx.cancel_order(SYMBOL, order_id=order) for order in orders))
        task.cancel()
        assert [order.order_id for order in await others] == orders
        with pytest.raises(asyncio.CancelledError):
            await task
