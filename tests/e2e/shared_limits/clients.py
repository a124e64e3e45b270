"""Clients that share their limits, the server that they call, and what arrived there."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from bingx_spot import BingxSpot, CallError, Credentials, Order
from bingx_spot.shared_limits import options as accounts
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL
from tests.support.scripted_server import ScriptedServer, scripted_server


@dataclass
class Arrivals:
    """A server that answers every cancel with success, and knows when each came, in seconds."""

    server: ScriptedServer
    moments: list[float] = field(default_factory=list)

    def fullest_second(self) -> int:
        """Count what the fullest second held."""
        moments = sorted(self.moments)
        return max((sum(begin <= each < begin + 1.0 for each in moments) for begin in moments), default=0)


@contextmanager
def arrivals() -> Iterator[Arrivals]:
    """Run a server that counts, until the block ends."""
    with scripted_server(SUCCESS) as server:
        counted = Arrivals(server)

        def answer(_: bytes) -> bytes:
            counted.moments.append(time.monotonic())
            return SUCCESS

        server.answer = answer
        yield counted


def as_another_process() -> None:
    """Let clients that are made from now on share nothing within this process with those that are there."""
    accounts.forget()


def client(arrivals: Arrivals, limits: object, **options: object) -> BingxSpot:
    """Make a client of the server; all have the same key."""
    keys = Credentials("sample-api-key-of-a-user", "sample-secret")
    return BingxSpot(keys, environment=arrivals.server.url, limits=limits, **options)  # type: ignore[arg-type]


def cancelled(bingx: BingxSpot) -> Order | CallError:
    """Cancel, and return the order or the error."""
    try:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    except CallError as error:
        return error


@contextmanager
def cancelling(*clients: BingxSpot, threads: int = 2) -> Iterator[Callable[[], list[Order | CallError]]]:
    """Let each client cancel again and again; what is yielded stops them and returns all that came."""
    stopped = threading.Event()

    def work(bingx: BingxSpot) -> list[Order | CallError]:
        came = []
        while not stopped.is_set():
            came.append(cancelled(bingx))
        return came

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


def until(happened: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait until something has happened."""
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)
