"""A program that forks while it has a client, for `test_fork.py`: each process prints its results.

It reads one JSON line: which part to run, and the URL of the server. It is a separate program because
pytest's process has threads and warnings of its own.
"""

import asyncio
import importlib
import json
import multiprocessing
import os
import signal
import ssl
import sys
import threading
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bingx_spot import AsyncBingxSpot, BingxSpot, InvalidInput
from bingx_spot.limits.client_state import backoff
from bingx_spot.shared_limits import file_store
from bingx_spot.shared_limits.file_store import FileStore
from tests.support.patience import unhurried
from tests.support.samples import SYMBOL, awaiting, blocking
from tests.unit.shared_limits.reports import report

task: dict[str, Any] = json.loads(sys.stdin.readline()) if __name__ == "__main__" else {}
MANY = 25


def client_options() -> dict[str, Any]:
    """Return the options of the client."""
    options: dict[str, Any] = {"timeout": 20.0, **task["options"]}
    if task["authority"]:
        options["tls"] = ssl.create_default_context(cafile=task["authority"])
    return options


def emit(process: str, **results: Any) -> None:
    """Write one line with one system call, since several processes write."""
    os.write(1, (json.dumps({"process": process, **results}) + "\n").encode())


def cancel(bingx: BingxSpot, orders: range) -> list[int]:
    """Cancel the orders, and return the ids in the responses."""
    return [bingx.cancel_order(SYMBOL, order_id=each).order_id for each in orders]


async def cancel_async(bingx: AsyncBingxSpot, orders: range) -> list[int]:
    """Cancel the orders, and return the ids in the responses."""
    return [(await bingx.cancel_order(SYMBOL, order_id=each)).order_id for each in orders]


def in_child(act: Callable[[], None], code: int = 0) -> int:
    """Fork, call `act` in the child, which then exits, and return the child's pid."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        act()
        sys.exit(code)
    return pid


def exit_code(pid: int) -> int:
    """Wait for a child and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def together() -> None:
    """Cancel in both processes at the same time, with a client that has an open connection."""
    bingx = blocking(task["url"], **client_options())
    cancel(bingx, range(1, 2))

    def act() -> None:
        with bingx:
            emit("child", got=cancel(bingx, range(201, 201 + MANY)))

    child = in_child(act)
    got = cancel(bingx, range(101, 101 + MANY))
    code = exit_code(child)
    # The child has closed its client and has exited; the parent's connection must still work.
    got += cancel(bingx, range(150, 152))
    bingx.close()
    emit("parent", got=got, child=code)


def together_async() -> None:
    """Cancel in both processes with an async client whose event loop runs during the fork."""
    bingx = awaiting(task["url"], **client_options())

    async def cancel_in_child() -> None:
        async with bingx:
            emit("child", got=await cancel_async(bingx, range(201, 201 + MANY)))

    async def main() -> None:
        async with bingx:
            await cancel_async(bingx, range(1, 2))
            # As a process pool forks: with the parent's frames still on the child's stack.
            process = multiprocessing.get_context("fork").Process(
                target=lambda: asyncio.run(cancel_in_child())
            )
            process.start()
            got = await cancel_async(bingx, range(101, 101 + MANY))
            await asyncio.to_thread(process.join)
            got += await cancel_async(bingx, range(150, 152))
            emit("parent", got=got, child=process.exitcode)

    with asyncio.Runner(loop_factory=importlib.import_module(task["loop"]).new_event_loop) as runner:
        runner.run(main())


def in_a_thread() -> None:
    """Fork in a thread other than the main one; the child has this thread only."""
    bingx = blocking(task["url"], **client_options())
    cancel(bingx, range(1, 2))
    codes: list[int] = []

    def fork_and_cancel() -> None:
        pid = os.fork()
        if pid == 0:
            emit("child", got=cancel(bingx, range(201, 203)))
            os._exit(0)
        codes.append(exit_code(pid))

    thread = threading.Thread(target=fork_and_cancel)
    thread.start()
    thread.join()
    emit("parent", got=cancel(bingx, range(101, 103)), child=codes[0])
    bingx.close()


def preloaded() -> None:
    """Create a client, then fork workers that use it, as a pre-fork server does."""
    bingx = blocking(task["url"], **client_options())
    cancel(bingx, range(1, 2))

    def worker(first: int) -> Callable[[], None]:
        def act() -> None:
            with bingx:
                emit(f"worker {first}", got=cancel(bingx, range(first, first + 5)))

        return act

    workers = [in_child(worker(first)) for first in (100, 200, 300)]
    emit("parent", children=[exit_code(each) for each in workers], got=cancel(bingx, range(2, 4)))
    bingx.close()


def cancel_in_new_process(method: str, url: str, writer: Any) -> None:
    """Cancel in a process that was not forked from one with a client."""
    with blocking(url) as bingx:
        writer.send({method: cancel(bingx, range(1, 3))})


def in_new_processes() -> None:
    """Cancel in children that `spawn` and `forkserver` start."""
    results: dict[str, Any] = {}
    with blocking(task["url"]) as bingx:
        cancel(bingx, range(101, 102))
        for method in ("spawn", "forkserver"):
            context = multiprocessing.get_context(method)
            reader, writer = context.Pipe(duplex=False)
            process = context.Process(target=cancel_in_new_process, args=(method, task["url"], writer))
            process.start()
            results |= reader.recv()
            process.join()
        try:
            multiprocessing.get_context("spawn").Process(target=print, args=(bingx,)).start()
        except TypeError as error:
            results["passed on"] = str(error)
    emit("parent", **results)


def jitter() -> None:
    """Print random pauses of both processes."""
    backoff(3)
    child = in_child(lambda: emit("child", pauses=[backoff(3) for _ in range(3)]))
    emit("parent", pauses=[backoff(3) for _ in range(3)], child=exit_code(child))


def during_a_file_transaction() -> None:
    """Fork while another thread is in a transaction of a file that processes share."""
    store, begun, allocate = FileStore(Path(task["options"]["path"])), threading.Event(), file_store.allocate

    def slowly(*arguments: Any) -> Any:
        begun.set()
        time.sleep(0.5)
        return allocate(*arguments)

    def request_permit(process: str) -> None:
        granted = store.exchange("limit", report(process, single=[f"{process}:1"]))["granted"]
        emit(process, granted=granted)

    request_permit("before")
    file_store.allocate = slowly
    thread = threading.Thread(target=request_permit, args=("parent",))
    thread.start()
    begun.wait()
    file_store.allocate = allocate
    code = exit_code(in_child(lambda: request_permit("child")))
    thread.join()
    request_permit("after")
    emit("end", child=code)


def during_a_call() -> None:
    """Fork while another thread waits for a response."""
    bingx = blocking(task["url"], **client_options())
    # An exchange that is known to be slow: a request that waits is not given up meanwhile.
    bingx._state.times.of(task["url"], "cancelOrder").answer.note(20.0)
    cancelled: list[int] = []
    waiting = threading.Thread(target=lambda: cancelled.extend(cancel(bingx, range(900, 901))))
    waiting.start()
    time.sleep(0.3)  # until the request is sent
    child = in_child(lambda: emit("child", got=cancel(bingx, range(201, 203))))
    code = exit_code(child)
    emit("parent", child=code)
    waiting.join()
    emit("thread", got=cancelled + cancel(bingx, range(101, 103)))
    bingx.close()


def during_many_calls() -> None:
    """Fork repeatedly while threads acquire and release every lock of the client."""
    bingx = blocking(task["url"], **client_options())
    stop = threading.Event()

    def keep_calling() -> None:
        while not stop.is_set():
            cancel(bingx, range(1, 2))

    threads = [threading.Thread(target=keep_calling) for _ in range(4)]
    for thread in threads:
        thread.start()
    children = [in_child(lambda: emit("child", got=cancel(bingx, range(201, 203)))) for _ in range(10)]
    codes = [exit_code(child) for child in children]
    stop.set()
    for thread in threads:
        thread.join()
    bingx.close()
    emit("parent", children=codes)


def refused(act: Callable[[], object]) -> None:
    """Print with which error the child is refused an action."""
    try:
        act()
    except InvalidInput as error:
        emit("child", refused=str(error))


def run_started_by_the_parent() -> None:
    """Continue in a child with a run that the parent started."""
    with (
        blocking(task["url"], **client_options()) as bingx,
        bingx.cancel_orders([(SYMBOL, each) for each in range(1, 40)]) as run,
    ):
        got = [next(run).order.order_id]

        def act() -> None:
            refused(lambda: next(run))
            run.close()

        code = exit_code(in_child(act))
        emit("parent", got=got + [each.order.order_id for each in run], child=code)


def transport_of_the_caller() -> None:
    """Use the caller's own transport in a child; it may be used there only if the parent has not used it."""
    transport = importlib.import_module("httpx").HTTPTransport
    with (
        blocking(task["url"], transport=transport()) as used,
        blocking(task["url"], transport=transport()) as new,
    ):
        got = cancel(used, range(1, 2))

        def act() -> None:
            refused(lambda: cancel(used, range(2, 3)))
            used.close()

        code = exit_code(in_child(act))
        code += exit_code(in_child(lambda: emit("other child", got=cancel(new, range(3, 4)))))
        emit("parent", got=got + cancel(used, range(4, 5)), child=code)


def kept_warm() -> None:
    """Keep a connection open in the parent and in the child."""
    bingx = blocking(task["url"], **client_options())
    bingx.warm(60.0)
    before = threading.active_count()

    def act() -> None:
        alone = threading.active_count()
        bingx.warm(60.0)
        emit("child", threads=[alone, threading.active_count()])
        bingx.close()

    code = exit_code(in_child(act))
    bingx.close()
    emit("parent", child=code, threads=[before, threading.active_count()])


if __name__ == "__main__":
    unhurried()
    # Python 3.12 and later warn; the tests show that the fork is safe.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded, use of fork", DeprecationWarning)
    globals()[task["part"]]()
