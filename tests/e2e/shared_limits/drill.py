"""`make fleet-drill`: a fleet whose store fails in every way, and what its exchange counts.

Each row is three clients that share nothing but a real server, and cancel as fast as they may. The exchange
counts arrivals itself. The table is written into docs/how-to/fleet.md.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import redis

from bingx_spot import BingxSpot, Order
from bingx_spot.core.clock import Clock
from tests.e2e.shared_limits.clients import Arrivals, arrivals, as_another_process, cancelling, client
from tests.e2e.shared_limits.redis_server import (
    BINARY,
    RedisServer,
    free_port,
    redis_server,
    valkey_server_binary,
)

PAGE = Path("docs/how-to/fleet.md")
BEGIN = "<!-- Counted by `make fleet-drill`. -->"
END = "<!-- The end of what `make fleet-drill` counts. -->"
PROCESSES = 3
#: How long a store works before it is disturbed, and afterwards, in seconds.
BEFORE, AFTER = 1.5, 3.0
#: So many rows run at a time.
_AT_A_TIME = 9
# Clients are created one after another: those of one row must not know each other.
_creating = threading.Lock()


@dataclass
class Drill:
    """A fleet, its store and its exchange.

    Attributes:
        server: The store.
        replica: Another server, which is started by the row that needs it.
        stack: Closes what a row opens.
    """

    server: RedisServer
    binary: str | None
    stack: ExitStack
    admin: redis.Redis = field(init=False)

    def __post_init__(self) -> None:
        self.admin = self.stack.enter_context(self.server.client())

    def key(self) -> Any:
        """Return the name of the fleet's limit in the store."""
        return next(iter(self.admin.scan_iter("bingx-spot:*")))

    def command(self, *words: object) -> None:
        """Send a command to the store."""
        self.admin.execute_command(*words)


def _nothing(_: Drill) -> None:
    time.sleep(2)


def _killed(drill: Drill) -> None:
    drill.server.stop()
    time.sleep(2)


def _replaced_by_an_empty_one(drill: Drill) -> None:
    drill.server.stop()
    drill.server.start()


def _restarted_with_an_old_copy(drill: Drill) -> None:
    drill.command("SAVE")
    time.sleep(0.5)
    drill.server.stop()
    drill.server.start()


def _frozen(seconds: float) -> Callable[[Drill], None]:
    def frozen(drill: Drill) -> None:
        drill.server.freeze()
        time.sleep(seconds)
        drill.server.thaw()

    return frozen


def _emptied(times: int, pause: float) -> Callable[[Drill], None]:
    def emptied(drill: Drill) -> None:
        for _ in range(times):
            drill.command("FLUSHALL")
            time.sleep(pause)

    return emptied


def _restored(drill: Drill) -> None:
    for age in (0.2, 0.5, 1.0):
        key = drill.key()
        state = drill.admin.get(key)
        time.sleep(age)
        drill.admin.set(key, state or b"", px=60_000)
        time.sleep(0.5)


def _evicted(drill: Drill) -> None:
    """Fill the memory with keys that may not be evicted; the limit's may."""
    for number in range(5):
        used = drill.admin.info("memory")["used_memory"]
        drill.command("CONFIG", "SET", "maxmemory-policy", "volatile-lru", "maxmemory", used + 50_000)
        with suppress(redis.RedisError):
            drill.admin.set(f"another program's:{number}", "x" * 100_000)
        drill.command("CONFIG", "SET", "maxmemory", 0)
        time.sleep(0.4)


def _during_two_seconds(
    words: tuple[object, ...], then: tuple[object, ...], *, disconnect: bool = False
) -> Callable[[Drill], None]:
    def disturbed(drill: Drill) -> None:
        drill.command(*words)
        if disconnect:
            drill.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(2)
        drill.command(*then)

    return disturbed


def _failed_over(drill: Drill) -> None:
    """Let a replica that is half a second behind take over the master's address."""
    port = free_port()
    drill.command("CONFIG", "SET", "repl-diskless-sync-delay", 0, "bind", "127.0.0.1", "port", port)
    replica = drill.stack.enter_context(
        redis_server("--port", "0", "--replicaof", f"127.0.0.1 {port}", binary=drill.binary)
    )
    with replica.client() as admin:
        while admin.info("replication").get("master_link_status") != "up":
            time.sleep(0.01)
        replica.freeze()
        time.sleep(0.5)
        drill.server.stop()
        replica.thaw()
        admin.replicaof("NO", "ONE")
    replica.socket.rename(drill.server.socket)
    time.sleep(1)


@dataclass(frozen=True)
class Row:
    """A way to disturb a store.

    Args:
        what: What happens, in words.
        disturb: Does it.
        skew: How far the clocks of the processes are apart, in seconds.
    """

    what: str
    disturb: Callable[[Drill], None]
    skew: float = 0.0


_ALLOW_ALL = ("ACL", "SETUSER", "default", "nopass", "+@all")
_SET, _USER = ("CONFIG", "SET"), ("ACL", "SETUSER", "default")
_FULL = _during_two_seconds((*_SET, "maxmemory", 1), (*_SET, "maxmemory", 0))
_READ_ONLY = _during_two_seconds(("REPLICAOF", "127.0.0.1", 1), ("REPLICAOF", "NO", "ONE"))
_PASSWORD = _during_two_seconds((*_SET, "requirepass", "another"), _ALLOW_ALL, disconnect=True)
_NO_EVAL = _during_two_seconds((*_USER, "-eval", "-evalsha"), _ALLOW_ALL)
_CLIENTS = _during_two_seconds((*_SET, "maxclients", 1), (*_SET, "maxclients", 1000), disconnect=True)
ROWS = (
    Row("works", _nothing),
    Row("works; the clocks of the processes are 3 s apart", _nothing, skew=3.0),
    Row("is killed, and stays away", _killed),
    Row("is replaced by an empty one", _replaced_by_an_empty_one),
    Row("starts again with a copy 0.5 s old", _restarted_with_an_old_copy),
    Row("fails over to a replica that is 0.5 s behind", _failed_over),
    Row("stands still for 80 ms (`SIGSTOP`)", _frozen(0.08)),
    Row("stands still for 0.5 s", _frozen(0.5)),
    Row("stands still for 3 s", _frozen(3.0)),
    Row("is emptied (`FLUSHALL`)", _emptied(1, 0.0)),
    Row("is emptied ten times in 3 s", _emptied(10, 0.3)),
    Row("evicts the key five times in 2 s", _evicted),
    Row("gets a state of 0.2, 0.5 and 1 s ago", _restored),
    Row("has no memory left for 2 s", _FULL),
    Row("is a read-only replica for 2 s", _READ_ONLY),
    Row("wants another password for 2 s", _PASSWORD),
    Row("forbids `EVAL` for 2 s", _NO_EVAL),
    Row("has too many clients for 2 s", _CLIENTS),
)


@dataclass(frozen=True)
class Counted:
    """What the exchange and the callers have seen.

    Attributes:
        most: How many requests the fullest second holds.
        gap: The longest time in which none arrived, in seconds.
        refused: How many calls ended with an error.
        sent: How many requests arrived.
    """

    most: int
    gap: float
    refused: int
    sent: int


@contextmanager
def fleet(exchange: Arrivals, url: str, skew: float = 0.0) -> Iterator[list[BingxSpot]]:
    """Yield clients that know of each other through the store alone; their clocks are so far apart."""
    with ExitStack() as stack:
        clients = []
        with _creating:
            for number in range(PROCESSES):
                as_another_process()
                wrong = round(number * skew * 1e9)
                clock = Clock(lambda wrong=wrong: time.time_ns() + wrong)  # type: ignore[misc] # a default
                clients.append(stack.enter_context(client(exchange, url, timeout=5, clock=clock)))
        yield clients


def count(row: Row, binary: str | None) -> Counted:
    """Run a row against a server."""
    with ExitStack() as stack:
        exchange = stack.enter_context(arrivals())
        server = stack.enter_context(redis_server("--port", "0", binary=binary))
        drill = Drill(server, binary, stack)
        with fleet(exchange, server.url, row.skew) as clients, cancelling(*clients) as stop:
            time.sleep(BEFORE)
            row.disturb(drill)
            time.sleep(AFTER)
            ended = time.monotonic()
            results = stop()
    times = sorted(exchange.times)
    gap = max(after - before for before, after in pairwise([*times, max(ended, times[-1])]))
    refused = sum(not isinstance(result, Order) for result in results)
    return Counted(exchange.fullest_second(), gap, refused, len(times))


def count_all(rows: tuple[Row, ...], binary: str | None) -> list[Counted]:
    """Run rows, a few at a time."""
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        return list(pool.map(lambda row: count(row, binary), rows))


def table(rows: list[tuple[Row, Counted, Counted]]) -> str:
    """Return the table of what both servers led to."""
    lines = ["| the store | most in a second | longest gap | refused |", "| --- | --- | --- | --- |"]
    for row, one, other in rows:
        most, gap = max(one.most, other.most), max(one.gap, other.gap)
        refused, sent = one.refused + other.refused, one.sent + other.sent
        lines.append(f"| {row.what} | {most} | {gap:.1f} s | {refused} of {sent} |")
    return "\n".join(lines)


def main() -> None:
    """Run all rows against Redis and Valkey, and write the table."""
    counted = [count_all(ROWS, binary) for binary in (BINARY, valkey_server_binary())]
    made = table(list(zip(ROWS, *counted, strict=True)))
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n{made}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    print(made)


if __name__ == "__main__":
    main()
