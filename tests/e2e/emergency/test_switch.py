"""The dead man's switch of both clients, on real sockets; only the exchange's clock jumps."""

import asyncio
import os
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Any

import anyio
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, InvalidInput, NotSent, OutcomeUnknown, SwitchWarning
from tests.support.jumping_clock import JumpingClock
from tests.support.sandboxes import keys, options

SWITCH = "/openApi/spot/v1/trade/cancelAllAfter"
FAILED = {"fault": "variant", "operation": SWITCH, "status": "FAILED"}
Use = Callable[..., Any]


@pytest.fixture
def clock() -> JumpingClock:
    return JumpingClock()


@pytest.fixture
def exchange(clock: JumpingClock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock, limits="off") as sandbox:
        yield sandbox


def use_blocking(sandbox: Sandbox, body: Callable[[Any], object], **more: Any) -> Any:
    with BingxSpot(keys(sandbox), **options(sandbox, timeout=2.0)) as bingx:
        with bingx.dead_mans_switch(**{"seconds": 10, **more}) as switch:
            body(switch)
        return switch


def use_awaiting(sandbox: Sandbox, body: Callable[[Any], object], **more: Any) -> Any:
    async def use() -> Any:
        async with AsyncBingxSpot(keys(sandbox), **options(sandbox, timeout=2.0)) as bingx:
            async with bingx.dead_mans_switch(**{"seconds": 10, **more}) as switch:
                body(switch)
            return switch

    return asyncio.run(use())


@pytest.fixture(params=[use_blocking, use_awaiting], ids=["sync", "async"])
def use(request: pytest.FixtureRequest) -> Use:
    chosen: Use = request.param
    return chosen


def states(sandbox: Sandbox) -> set[str]:
    return {order["status"] for order in sandbox.orders()}


def switched(sandbox: Sandbox) -> list[str]:
    return [request["parameters"]["type"] for request in sandbox.requests() if request["path"] == SWITCH]


def test_a_clean_end_closes_it(exchange, clock, use):
    told: list[tuple[int, float, bool]] = []
    use(exchange, lambda switch: told.append((switch.triggers_at, switch.seconds_left, switch.lapsed)))
    [(triggers_at, seconds_left, lapsed)] = told
    assert abs(triggers_at - clock() - 10_000) < 5_000
    assert 0 < seconds_left <= 10
    assert not lapsed
    assert switched(exchange) == ["ACTIVATE", "CLOSE"]
    clock.jump(600)
    assert "CANCELED" not in states(exchange)


@pytest.mark.parametrize(
    ("error", "closed"),
    [
        (ValueError(), False),
        (KeyboardInterrupt(), False),
        (SystemExit(1), False),
        (SystemExit(0), True),
        (SystemExit(), True),
    ],
    ids=["exception", "Ctrl-C", "exit 1", "exit 0", "exit"],
)
def test_a_crash_does_not_close_it(exchange, clock, use, error, closed):
    def crash(_switch: object) -> None:
        raise error

    with pytest.raises(type(error)):
        use(exchange, crash)
    clock.jump(11)
    assert (states(exchange) == {"CANCELED"}) is not closed


def test_the_block_is_not_entered_where_the_exchange_says_failed(exchange, use):
    exchange.faults([FAILED])
    entered: list[object] = []
    with pytest.raises(OutcomeUnknown):
        use(exchange, entered.append)
    assert entered == []


def test_a_close_that_is_not_believed_raises(exchange, use):
    exchange.faults([{**FAILED, "skip": 1}])
    with pytest.raises(OutcomeUnknown):
        use(exchange, lambda _: None)


@pytest.mark.parametrize("seconds", [9, 121])
def test_the_countdown_is_checked_before_anything_is_sent(exchange, use, seconds):
    with pytest.raises(InvalidInput):
        use(exchange, print, seconds=seconds)
    assert switched(exchange) == []


def test_a_switch_is_used_once(exchange):
    with BingxSpot(keys(exchange), **options(exchange)) as bingx:
        switch = bingx.dead_mans_switch(10)
        with switch:
            pass
        with pytest.raises(InvalidInput), switch:
            pass


def test_a_closed_client_is_warned_of(exchange):
    warned: SimpleQueue[SwitchWarning] = SimpleQueue()
    bingx = BingxSpot(keys(exchange), **options(exchange, timeout=2.0))
    switch = bingx.dead_mans_switch(10, on_warning=warned.put).__enter__()
    bingx.close()
    assert isinstance(warned.get(timeout=60).error, NotSent)
    with pytest.raises(NotSent):
        switch.__exit__(None, None, None)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_forked_child_that_leaves_the_block_does_not_close_it(exchange):
    with BingxSpot(keys(exchange), **options(exchange)) as bingx:
        switch = bingx.dead_mans_switch(10).__enter__()
        child = os.fork()
        if child == 0:
            switch.__exit__(None, None, None)
            os._exit(0)
        os.waitpid(child, 0)
        assert switched(exchange) == ["ACTIVATE"]
        switch.__exit__(None, None, None)
    assert switched(exchange) == ["ACTIVATE", "CLOSE"]


def test_a_cancelled_task_leaves_it_on(exchange, clock):
    async def bot(is_on: asyncio.Event) -> None:
        async with AsyncBingxSpot(keys(exchange), **options(exchange)) as bingx, bingx.dead_mans_switch(10):
            is_on.set()
            await asyncio.sleep(600)

    async def main() -> None:
        is_on = asyncio.Event()
        task = asyncio.create_task(bot(is_on))
        await is_on.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    clock.jump(11)
    assert states(exchange) == {"CANCELED"}


def test_on_trio_it_is_refused(exchange):
    async def use() -> None:
        async with AsyncBingxSpot(keys(exchange), **options(exchange)) as bingx, bingx.dead_mans_switch(10):
            raise AssertionError

    with pytest.raises(InvalidInput):
        anyio.run(use, backend="trio")
    assert switched(exchange) == []


def test_without_a_thread_to_renew_it_it_is_closed(
    exchange: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("bingx_spot.emergency.switch.Thread.start", exhausted)
    with pytest.raises(RuntimeError, match="new thread"):
        use_blocking(exchange, lambda _: pytest.fail("the block has begun"))
    assert switched(exchange) == ["ACTIVATE", "CLOSE"]


def test_it_is_closed_where_the_program_has_cancelled_all_of_its_tasks(exchange: Sandbox) -> None:
    def cancel_tasks(_: object) -> None:
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    use_awaiting(exchange, cancel_tasks)
    assert switched(exchange) == ["ACTIVATE", "CLOSE"]
