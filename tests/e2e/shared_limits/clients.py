"""Clients that share their limits, the server that they call, and what arrived there."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from bingx_spot import BingxSpot, CallError, Credentials, Order
from bingx_spot.shared_limits import options
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL
from tests.support.scripted_server import ScriptedServer, scripted_server
from tests.unit.limits.queueing import fullest_window

KEYS = Credentials("sample-api-key-of-a-user", "sample-secret")


@dataclass
class Arrivals:
    """A server that answers every cancel with success, and records when each arrived, in seconds."""

    server: ScriptedServer
    times: list[float] = field(default_factory=list)

    def fullest_second(self) -> int:
        """Return how many requests the fullest second holds."""
        return fullest_window(self.times, 1.0)


@contextmanager
def arrivals() -> Iterator[Arrivals]:
    """Run such a server until the block ends."""
    with scripted_server(SUCCESS) as server:
        recorded = Arrivals(server)

        def answer(_: bytes) -> bytes:
            recorded.times.append(time.monotonic())
            return SUCCESS

        server.answer = answer
        yield recorded


def as_another_process() -> None:
    """Let clients that are created from now on share nothing within this process with earlier ones."""
    options.forget()


def client(arrivals: Arrivals, limits: object, **more: object) -> BingxSpot:
    """Return a client of the server; all have the same key."""
    return BingxSpot(KEYS, environment=arrivals.server.url, limits=limits, **more)  # type: ignore[arg-type]


def cancel(bingx: BingxSpot) -> Order | CallError:
    """Cancel, and return the order or the error."""
    try:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    except CallError as error:
        return error


@contextmanager
def cancelling(*clients: BingxSpot, threads: int = 2) -> Iterator[Callable[[], list[Order | CallError]]]:
    """Let each client cancel again and again; yield a function that stops them and returns the results."""
    stopped = threading.Event()

    def work(bingx: BingxSpot) -> list[Order | CallError]:
        results = []
        while not stopped.is_set():
            results.append(cancel(bingx))
        return results

    with ThreadPoolExecutor(threads * len(clients)) as pool:
        jobs: list[Future[list[Order | CallError]]] = []
        jobs += [pool.submit(work, bingx) for bingx in clients for _ in range(threads)]

        def stop() -> list[Order | CallError]:
            stopped.set()
            return [each for job in jobs for each in job.result()]

        try:
            yield stop
        finally:
            stopped.set()


def wait_until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)
