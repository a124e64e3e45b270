"""What happens to the network: the rows of the table."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from benchmarks.certainty.line import HOST, Line, line, no_way_in
from benchmarks.certainty.worker import SILENT
from bingx_sandbox import Sandbox

_HEALS_AFTER = 1.0
_SLOW = 3.0
_RESETTING = 0.1
_ROUND_TRIP, _LOSS = 0.05, 0.01


@dataclass(frozen=True)
class Scene:
    """What a client meets.

    Attributes:
        url: The primary host.
        fallback: The other host, or None.
        addresses: What the look-up of `localhost` gives, or None for the system's.
        begin: Called when the client is warm, right before what is measured.
    """

    url: str
    fallback: str | None = None
    addresses: list[list[Any]] | None = None
    begin: Callable[[], object] = field(default=lambda: None)


@dataclass(frozen=True)
class Row:
    """One row.

    Attributes:
        title: What happens.
        scene: Lets it happen, in front of a sandbox.
        goal: In how many seconds the cancel is to be known, or None.
        cancels: How many cancels are measured.
        together: Whether they are made at once; the slowest counts.
        warm: How many connections are open and idle when it happens.
        limits: Whether the limits of the exchange hold.
        percentile: Which of the times counts, in percent.
        relative: Whether the goal is what ccxt needs.
    """

    title: str
    scene: Callable[[Sandbox], AbstractContextManager[Scene]]
    goal: float | None
    cancels: int = 1
    together: bool = True
    warm: int = 0
    limits: bool = True
    percentile: int = 100
    relative: bool = False


@contextmanager
def _healthy(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way:
        yield Scene(way.url)


@contextmanager
def _dead(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way:
        yield Scene(way.url, begin=way.kill)


@contextmanager
def _silent_primary(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as primary, line(sandbox.url) as fallback:

        def begin() -> None:
            primary.swallows = True
            primary.kill()

        yield Scene(primary.url, fallback.url, begin=begin)


@contextmanager
def _no_syn(sandbox: Sandbox) -> Iterator[Scene]:
    with no_way_in() as primary, line(sandbox.url) as fallback:
        yield Scene(_at(primary), fallback.url)


@contextmanager
def _no_handshake(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as primary, line(sandbox.url) as fallback:
        primary.swallows = True
        yield Scene(primary.url.replace("http:", "https:"), fallback.url)


@contextmanager
def _no_look_up(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as fallback:
        yield Scene(f"https://{SILENT}", fallback.url)


@contextmanager
def _heals(sandbox: Sandbox) -> Iterator[Scene]:
    with no_way_in() as listener:
        way = Line(int(sandbox.url.rpartition(":")[2]))
        timer = threading.Timer(_HEALS_AFTER, way.serve, (listener.dup(),))
        yield Scene(_at(listener), begin=timer.start)
        timer.join()
        way.close()


@contextmanager
def _no_ipv6(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way, no_way_in(socket.AF_INET6) as dead:
        addresses = [
            ["AF_INET6", ["::1", dead.getsockname()[1], 0, 0]],
            ["AF_INET", [HOST, int(way.url.rpartition(":")[2])]],
        ]
        yield Scene("http://localhost:80", addresses=addresses)


@contextmanager
def _resets(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way:

        def begin() -> None:
            way.resets = True
            threading.Timer(_RESETTING, lambda: setattr(way, "resets", False)).start()

        yield Scene(way.url, begin=begin)


@contextmanager
def _late(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way:
        yield Scene(way.url, begin=lambda: setattr(way, "late", _SLOW))


@contextmanager
def _slow(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url) as way:
        way.late, way.stays_late = _SLOW, True
        yield Scene(way.url)


@contextmanager
def _lossy(sandbox: Sandbox) -> Iterator[Scene]:
    with line(sandbox.url, _ROUND_TRIP, _LOSS) as way:
        yield Scene(way.url)


def _at(listener: socket.socket) -> str:
    return f"http://{HOST}:{listener.getsockname()[1]}"


def rows(lossy_cancels: int) -> list[Row]:
    """Return the rows.

    Args:
        lossy_cancels: How many cancels are made over the line that loses packets.
    """
    lossy = Row(
        f"1 % of packets lost each way, 50 ms: 95th percentile of {lossy_cancels:,}",
        _lossy,
        None,
        cancels=lossy_cancels,
        together=False,
        warm=1,
        limits=False,
        percentile=95,
        relative=True,
    )
    return [
        Row("warm, healthy", _healthy, None, warm=1),
        Row("idle connection silently dead, new ones fine", _dead, 1.0, warm=1),
        Row("five cancels at once on five dead connections", _dead, 1.5, cancels=5, warm=5),
        Row("primary accepts and never answers, fallback healthy", _silent_primary, 1.5),
        Row("primary falls silent in mid-session, fallback healthy", _silent_primary, 1.5, warm=1),
        Row("primary's SYN is dropped, fallback healthy", _no_syn, 1.5),
        Row("primary's TLS handshake hangs, fallback healthy", _no_handshake, 1.5),
        Row("primary's name look-up hangs, fallback healthy", _no_look_up, 1.5),
        Row("SYN dropped, heals after 1 s, no fallback", _heals, 2.5),
        Row("IPv6 dead, IPv4 fine", _no_ipv6, 0.35),
        Row("every connection reset at a burst of five", _resets, 1.2, cancels=5, warm=5),
        Row("one answer 3 s late", _late, 3.2, warm=1),
        Row("every answer 3 s late, no fallback", _slow, None),
        lossy,
    ]
