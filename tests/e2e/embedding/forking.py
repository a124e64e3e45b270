"""A program that forks with a client in its hands, for `test_fork.py`: each process tells its part.

It reads as one JSON line which part is to be played, and where the server is. It is a program of its own, for
pytest's process has threads and warnings of its own.
"""

import asyncio
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

import httpx
import uvloop

from bingx_spot import AsyncBingxSpot, BingxSpot, InvalidInput
from bingx_spot.limits.client_state import backoff
from bingx_spot.shared_limits import file_store
from bingx_spot.shared_limits.file_store import FileStore
from tests.support.samples import SYMBOL, awaiting, blocking
from tests.unit.shared_limits.reports import report

asked: dict[str, Any] = json.loads(sys.stdin.readline()) if __name__ == "__main__" else {}
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}
MANY = 25


def made_with() -> dict[str, Any]:
    """Return the options of the client."""
    options: dict[str, Any] = {"timeout": 20.0, **asked["options"]}
    if asked["authority"]:
        options["tls"] = ssl.create_default_context(cafile=asked["authority"])
    return options


def tell(who: str, **what: Any) -> None:
    """Write one line, in one piece: two processes write."""
    os.write(1, (json.dumps({"who": who, **what}) + "\n").encode())


def cancel(bingx: BingxSpot, orders: range) -> list[int]:
    """Cancel, and return the ids of the orders in the answers."""
    return [bingx.cancel_order(SYMBOL, order_id=each).order_id for each in orders]


async def cancel_async(bingx: AsyncBingxSpot, orders: range) -> list[int]:
    """Likewise."""
    return [(await bingx.cancel_order(SYMBOL, order_id=each)).order_id for each in orders]


def in_child(act: Callable[[], None], code: int = 0) -> int:
    """Fork, let the child act and end as a program ends, and return its pid."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)
        act()
        sys.exit(code)
    return pid


def ended(pid: int) -> int:
    """Wait for a child and return its exit code."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def together() -> None:
    """Cancel in both processes at the same time, over a client that has an open connection."""
    bingx = blocking(asked["url"], **made_with())
    cancel(bingx, range(1, 2))

    def act() -> None:
        with bingx:
            tell("child", got=cancel(bingx, range(201, 201 + MANY)))

    child = in_child(act)
    got = cancel(bingx, range(101, 101 + MANY))
    code = ended(child)
    # The child has closed its client and is gone: the parent's connection must not have noticed.
    got += cancel(bingx, range(150, 152))
    bingx.close()
    tell("parent", got=got, child=code)


def together_async() -> None:
    """The same with an async client whose event loop is running when it forks."""
    bingx = awaiting(asked["url"], **made_with())

    async def child_s() -> None:
        async with bingx:
            tell("child", got=await cancel_async(bingx, range(201, 201 + MANY)))

    async def main() -> None:
        async with bingx:
            await cancel_async(bingx, range(1, 2))
            # As a process pool does it: at the bottom of the stack of a process that goes on elsewhere.
            process = multiprocessing.get_context("fork").Process(target=lambda: asyncio.run(child_s()))
            process.start()
            got = await cancel_async(bingx, range(101, 101 + MANY))
            await asyncio.to_thread(process.join)
            got += await cancel_async(bingx, range(150, 152))
            tell("parent", got=got, child=process.exitcode)

    with asyncio.Runner(loop_factory=LOOPS[asked["loop"]]) as runner:
        runner.run(main())


def in_a_thread() -> None:
    """Fork in a thread other than the main one, which is all that lives in the child."""
    bingx = blocking(asked["url"], **made_with())
    cancel(bingx, range(1, 2))
    codes: list[int] = []

    def carry() -> None:
        pid = os.fork()
        if pid == 0:
            tell("child", got=cancel(bingx, range(201, 203)))
            os._exit(0)
        codes.append(ended(pid))

    thread = threading.Thread(target=carry)
    thread.start()
    thread.join()
    tell("parent", got=cancel(bingx, range(101, 103)), child=codes[0])
    bingx.close()


def preloaded() -> None:
    """Make a client, then workers that go on with it, as a server does that loads a program ahead."""
    bingx = blocking(asked["url"], **made_with())
    cancel(bingx, range(1, 2))

    def worker(first: int) -> Callable[[], None]:
        return lambda: tell(f"worker {first}", got=cancel(bingx, range(first, first + 5)))

    workers = [in_child(worker(first)) for first in (100, 200, 300)]
    tell("parent", children=[ended(each) for each in workers], got=cancel(bingx, range(2, 4)))
    bingx.close()


def cancel_anew(method: str, url: str, writer: Any) -> None:
    """Cancel in a process that began with nothing, with a client of its own."""
    with blocking(url) as bingx:
        writer.send({method: cancel(bingx, range(1, 3))})


def begun_anew() -> None:
    """Cancel in children that are not forked from a process with a client."""
    told: dict[str, Any] = {}
    with blocking(asked["url"]) as bingx:
        cancel(bingx, range(101, 102))
        for method in ("spawn", "forkserver"):
            context = multiprocessing.get_context(method)
            reader, writer = context.Pipe(duplex=False)
            process = context.Process(target=cancel_anew, args=(method, asked["url"], writer))
            process.start()
            told |= reader.recv()
            process.join()
        try:
            multiprocessing.get_context("spawn").Process(target=print, args=(bingx,)).start()
        except TypeError as error:
            told["handed over"] = str(error)
    tell("parent", **told)


def chances() -> None:
    """Pause at random, and let the jitter of two processes be compared."""
    backoff(3)
    child = in_child(lambda: tell("child", pauses=[backoff(3) for _ in range(3)]))
    tell("parent", pauses=[backoff(3) for _ in range(3)], child=ended(child))


def store_of_the_parent() -> None:
    """Fork while another thread is in the midst of a transaction of a file that processes share."""
    store, begun, allocate = FileStore(Path(asked["options"]["path"])), threading.Event(), file_store.allocate

    def slowly(*about: Any) -> Any:
        begun.set()
        time.sleep(0.5)
        return allocate(*about)

    def ask(who: str) -> None:
        granted = store.exchange("limit", report(who, single=[f"{who}:1"]))["granted"]
        tell(who, granted=granted)

    ask("before")
    file_store.allocate = slowly
    thread = threading.Thread(target=ask, args=("parent",))
    thread.start()
    begun.wait()
    file_store.allocate = allocate
    code = ended(in_child(lambda: ask("child")))
    thread.join()
    ask("after")
    tell("end", child=code)


def amid_a_call() -> None:
    """Fork while another thread waits for an answer."""
    bingx = blocking(asked["url"], **made_with())
    came: list[int] = []
    waiting = threading.Thread(target=lambda: came.extend(cancel(bingx, range(900, 901))))
    waiting.start()
    time.sleep(0.3)  # until it is out
    child = in_child(lambda: tell("child", got=cancel(bingx, range(201, 203))))
    code = ended(child)
    tell("parent", child=code)
    waiting.join()
    tell("thread", got=came + cancel(bingx, range(101, 103)))
    bingx.close()


def amid_many_calls() -> None:
    """Fork again and again while threads take every lock there is."""
    bingx = blocking(asked["url"], **made_with())
    stop = threading.Event()

    def call_on() -> None:
        while not stop.is_set():
            cancel(bingx, range(1, 2))

    threads = [threading.Thread(target=call_on) for _ in range(4)]
    for thread in threads:
        thread.start()
    children = [in_child(lambda: tell("child", got=cancel(bingx, range(201, 203)))) for _ in range(20)]
    codes = [ended(child) for child in children]
    stop.set()
    for thread in threads:
        thread.join()
    bingx.close()
    tell("parent", children=codes)


def refused(act: Callable[[], object]) -> None:
    """Tell with which words the child is refused something."""
    try:
        act()
    except InvalidInput as error:
        tell("child", refused=str(error))


def run_of_the_parent() -> None:
    """Go on in a child with a run that was begun before."""
    with (
        blocking(asked["url"], **made_with()) as bingx,
        bingx.cancel_orders([(SYMBOL, each) for each in range(1, 40)]) as run,
    ):
        got = [next(run).order.order_id]

        def act() -> None:
            refused(lambda: next(run))
            run.close()

        code = ended(in_child(act))
        tell("parent", got=got + [each.order.order_id for each in run], child=code)


def transport_of_the_parent() -> None:
    """Use a transport of one's own in a child; only one that was not used before is anybody's."""
    with (
        blocking(asked["url"], transport=httpx.HTTPTransport()) as used,
        blocking(asked["url"], transport=httpx.HTTPTransport()) as new,
    ):
        got = cancel(used, range(1, 2))

        def act() -> None:
            refused(lambda: cancel(used, range(2, 3)))
            used.close()

        code = ended(in_child(act))
        code += ended(in_child(lambda: tell("heir", got=cancel(new, range(3, 4)))))
        tell("parent", got=got + cancel(used, range(4, 5)), child=code)


def warm_of_the_parent() -> None:
    """Keep a connection open in a child too."""
    bingx = blocking(asked["url"], **made_with())
    bingx.warm(60.0)
    before = threading.active_count()

    def act() -> None:
        alone = threading.active_count()
        bingx.warm(60.0)
        tell("child", threads=[alone, threading.active_count()])
        bingx.close()

    code = ended(in_child(act))
    bingx.close()
    tell("parent", child=code, threads=[before, threading.active_count()])


if __name__ == "__main__":
    # From Python 3.12 on; that it does no harm here is what is tried.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded, use of fork", DeprecationWarning)
    globals()[asked["part"]]()
