"""A cluster, and a master behind Sentinels: client objects of redis-py, and limits after a failover."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, TypeVar

import pytest
import redis
import redis.asyncio
import redis.asyncio.sentinel
import redis.cluster

from bingx_spot.shared_limits.redis_store import RedisStore
from tests.e2e.shared_limits.checks import PASSWORD, granted, is_shared_through, is_usable, reason_against
from tests.e2e.shared_limits.clients import wait_until
from tests.e2e.shared_limits.redis_server import RedisServer, ServerEndedError, free_ports, redis_server

#: Names whose slots are in the first and in the second half of all slots.
FIRST, SECOND = "bingx-spot:{begin}:limit", "bingx-spot:{end}:limit"
TIMEOUTS = {"socket_timeout": 10.0, "socket_connect_timeout": 10.0}
# Otherwise a server waits for more replicas before it serves the first.
AT_ONCE = ("--repl-diskless-sync-delay", "0")

Servers = TypeVar("Servers")


def command(server: RedisServer, *words: object) -> str:
    """Send a command to a server, and return its reply."""
    with server.client() as admin:
        reply = admin.execute_command(*words)
    return reply.decode() if isinstance(reply, bytes) else str(reply)


def info(server: RedisServer, section: str) -> str:
    """Return what a server says of itself."""
    with server.client() as admin:
        return str(admin.info(section))


class Cluster:
    """Two servers that hold half of the slots each, and a replica of the first."""

    def __init__(self, stack: ExitStack) -> None:
        free = free_ports(6)
        self.ports, buses = free[:3], free[3:]
        enabled = ("--cluster-enabled", "yes", *AT_ONCE)
        self.nodes = [
            stack.enter_context(redis_server("--port", str(port), "--cluster-port", str(bus), *enabled))
            for port, bus in zip(self.ports, buses, strict=True)
        ]
        first, second, replica = self.nodes
        command(first, "CLUSTER", "ADDSLOTSRANGE", 0, 8191)
        command(second, "CLUSTER", "ADDSLOTSRANGE", 8192, 16383)
        for port, bus in zip(self.ports[1:], buses[1:], strict=True):
            command(first, "CLUSTER", "MEET", "127.0.0.1", port, bus)
        wait_until(lambda: all(self._has(node, "cluster_known_nodes:3") for node in self.nodes))
        command(replica, "CLUSTER", "REPLICATE", command(first, "CLUSTER", "MYID"))
        wait_until(lambda: "'master_link_status': 'up'" in info(replica, "replication"))
        wait_until(lambda: all(self._has(node, "cluster_state:ok") for node in self.nodes))

    def _has(self, node: RedisServer, line: str) -> bool:
        return line in command(node, "CLUSTER", "INFO")

    def client(self) -> Any:
        return redis.RedisCluster(
            host="127.0.0.1", port=self.ports[0], require_full_coverage=False, **TIMEOUTS
        )


def started(start: Callable[[ExitStack], Servers]) -> Iterator[Servers]:
    """Start servers, on other ports where somebody else has taken one meanwhile."""
    for last in (False, False, True):
        with ExitStack() as stack:
            try:
                servers = start(stack)
            except ServerEndedError:
                if last:
                    raise
                continue
            yield servers
            return


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    yield from started(Cluster)


def test_a_cluster(cluster: Cluster) -> None:
    asyncio_client = redis.asyncio.RedisCluster(host="127.0.0.1", port=cluster.ports[1], **TIMEOUTS)
    with cluster.client() as client, closing(RedisStore(client)) as store:
        for name in (FIRST, SECOND):
            assert granted(store, "a", name) == 3
        with closing(RedisStore(asyncio_client)) as other:
            for name in (FIRST, SECOND):
                assert granted(other, "b", name) == 2
        # One of its nodes is not all of it.
        url = f"redis://127.0.0.1:{cluster.ports[1]}?socket_timeout=10"
        with closing(RedisStore(url)) as node:
            assert is_usable(node, SECOND)
            assert not is_usable(node, FIRST)
        first, _, replica = cluster.nodes
        first.stop()
        command(replica, "CLUSTER", "FAILOVER", "TAKEOVER")
        wait_until(lambda: is_usable(store, FIRST))


class Watched:
    """A master, its replica, and a Sentinel that watches both; all of them want a password."""

    def __init__(self, stack: ExitStack, folder: Path) -> None:
        master, replica, self.port = free_ports(3)
        self.master = stack.enter_context(redis_server("--port", str(master), *AT_ONCE))
        self.replica = stack.enter_context(
            redis_server("--port", str(replica), "--replicaof", f"127.0.0.1 {master}")
        )
        wait_until(lambda: "'master_link_status': 'up'" in info(self.replica, "replication"))
        for server in (self.master, self.replica):
            command(server, "ACL", "SETUSER", "bot", "on", f">{PASSWORD}", "~bingx-spot:*", "+@all")
        file = folder / "sentinel.conf"
        file.write_text(
            f"port {self.port}\nsentinel monitor main 127.0.0.1 {master} 1\n"
            "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
        )
        sentinel = stack.enter_context(redis_server(str(file), "--sentinel"))
        wait_until(lambda: "'slaves': 1" in info(sentinel, "sentinel"))
        command(sentinel, "ACL", "SETUSER", "asker", "on", f">{PASSWORD}", "+@all")
        command(sentinel, "ACL", "SETUSER", "default", "-sentinel")

    def client(self, sentinel_class: Any = redis.Sentinel, master: str = "main") -> Any:
        # The first Sentinel is not there; the second knows.
        sentinels = [("127.0.0.1", 1), ("127.0.0.1", self.port)]
        login = {"username": "asker", "password": PASSWORD, **TIMEOUTS}
        manager = sentinel_class(
            sentinels, sentinel_kwargs=login, username="bot", password=PASSWORD, db=3, **TIMEOUTS
        )
        return manager.master_for(master)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    yield from started(lambda stack: Watched(stack, tmp_path))


@pytest.mark.slow
def test_a_master_behind_sentinels(watched: Watched) -> None:
    asyncio_client = watched.client(redis.asyncio.sentinel.Sentinel)
    assert is_shared_through(watched.client(), asyncio_client)
    assert "db3" in info(watched.master, "keyspace")
    assert reason_against(watched.client(master="another")) == "MasterNotFoundError"
    with closing(RedisStore(asyncio_client)) as store:
        assert is_usable(store)
        watched.master.stop()
        assert not is_usable(store)
        wait_until(lambda: is_usable(store))
    assert "'role': 'master'" in info(watched.replica, "replication")
