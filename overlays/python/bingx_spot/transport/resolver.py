"""Name look-ups that end with the deadline."""

import codecs
import socket
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from itertools import chain, zip_longest
from threading import RLock, Thread
from time import monotonic
from typing import NamedTuple

from bingx_spot.environments import address_of
from bingx_spot.transport.connection_pool import ConnectionBroken

# The first look-up would import this codec, in its own thread: `fork_safety.fork_lock` says why not there.
codecs.lookup("idna")

# In the machine's own hosts file, so that no name server is asked.
_LOCAL = "localhost"
# A look-up that takes longer than this, in seconds, may have lost a packet, which costs the system five.
_USUAL = 0.4


class Address(NamedTuple):
    """One address of a host."""

    family: socket.AddressFamily
    target: tuple[str | int | bytes, ...]  # what `socket.connect` takes


class Resolver:
    """Looks hosts up in daemon threads: the system's look-up blocks, and knows no time-out.

    Every caller that needs a host which is being looked up waits for the same look-up, so that one which
    hangs holds a single thread, however many callers give up on it. One that comes later than usual begins
    another beside it, and the first to end counts; the next has to come twice as late. A daemon thread does
    not keep a program, or `asyncio.run`, from ending.
    """

    def __init__(self) -> None:
        # A signal handler may make a call while its own thread is inside.
        self._lock = RLock()
        # With the moment from which on another thread is begun, and the pause since the last, in seconds.
        self._running: dict[tuple[str, int], tuple[Future[list[Address]], float, float]] = {}

    def resolve(self, host: str, port: int) -> "Future[list[Address]]":
        """Return the addresses of a host, IPv6 and IPv4 in turns, as a future.

        It raises ConnectionBroken where there is none.
        """
        if address_of(host) is not None or host == _LOCAL:
            return _look_up(host, port, Future())
        with self._lock:
            now = monotonic()
            running, due, pause = self._running.get((host, port), (None, now, 0.0))
            is_first = running is None or running.done()
            if running is None or is_first:
                running, due, pause = Future(), now, _USUAL / 2
                # From now on no caller can cancel it for the others.
                running.set_running_or_notify_cancel()
            if now >= due:
                try:
                    # Whatever it raises, as what a program puts in the place of the system's look-up may: who
                    # waits, and who comes later, would else wait for ever.
                    Thread(target=_look_up, args=(host, port, running, BaseException), daemon=True).start()
                except RuntimeError:  # at the end of a program (atexit) there are no new threads
                    if is_first:
                        _look_up(host, port, running)
                # Last: no call may wait for a look-up that Ctrl-C has kept from beginning.
                self._running[host, port] = running, now + 2 * pause, 2 * pause
            return running


def _look_up(
    host: str,
    port: int,
    future: "Future[list[Address]]",
    failures: type[BaseException] | tuple[type[BaseException], ...] = (OSError, UnicodeError),
) -> "Future[list[Address]]":
    """Complete a future with the addresses of a host, and return it."""
    with suppress(InvalidStateError):  # another was faster
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            addresses = _in_turns([Address(entry[0], entry[4]) for entry in found])
        except failures as error:
            future.set_exception(ConnectionBroken(f"no address: {getattr(error, 'strerror', None) or error}"))
        else:
            future.set_result(addresses)
    return future


def _in_turns(addresses: list[Address]) -> list[Address]:
    # The system has sorted them; the families take turns, so that a dead one costs one step (RFC 8305).
    preferred = dict.fromkeys(each for each in addresses if each.family == addresses[0].family)
    others = dict.fromkeys(each for each in addresses if each.family != addresses[0].family)
    return [each for each in chain(*zip_longest(preferred, others)) if each is not None]
