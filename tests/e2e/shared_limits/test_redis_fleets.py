"""Several servers that stand in for each other, and what becomes of limits when one of them goes: a cluster,
and one that Sentinels watch."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bingx_spot.shared_limits.protocol import StoreError
from bingx_spot.shared_limits.redis_store import RedisStore
from tests.e2e.shared_limits.redis_server import RedisServer, free_port, redis_server
from tests.e2e.shared_limits.servers import PASSWORD, PATIENT, WRITTEN, asked, is_shared_through, trouble_with
from tests.unit.shared_limits.calling import until

#: Names whose slots lie in the first and in the second half of them.
FIRST, SECOND = "bingx-spot:{begin}:limit", "bingx-spot:{end}:limit"
# A server waits for more replicas before it serves the first.
AT_ONCE = ("--repl-diskless-sync-delay", "0")


def told(server: RedisServer, *words: object) -> str:
    """Tell a server something, and return what it says."""
    with server.client() as admin:
        answer = admin.execute_command(*words)
    return answer.decode() if isinstance(answer, bytes) else str(answer)


def known(server: RedisServer, section: str) -> str:
    """Return what a server knows of itself."""
    with server.client() as admin:
        return str(admin.info(section))


def can_be_asked(store: RedisStore, name: str) -> bool:
    try:
        asked(store, "again", name)
    except StoreError:
        return False
    return True


class Cluster:
    """Two servers that hold half of the slots each, and a replica of the first."""

    def __init__(self, ends: ExitStack) -> None:
        self.ports, buses = [free_port() for _ in range(3)], [free_port() for _ in range(3)]
        self.nodes = [
            ends.enter_context(
                redis_server(
                    "--port", str(port), "--cluster-enabled", "yes", "--cluster-port", str(bus), *AT_ONCE
                )
            )
            for port, bus in zip(self.ports, buses, strict=True)
        ]
        first, second, replica = self.nodes
        told(first, "CLUSTER", "ADDSLOTSRANGE", 0, 8191)
        told(second, "CLUSTER", "ADDSLOTSRANGE", 8192, 16383)
        for port, bus in zip(self.ports[1:], buses[1:], strict=True):
            told(first, "CLUSTER", "MEET", "127.0.0.1", port, bus)
        until(lambda: all(self._has(node, "cluster_known_nodes:3") for node in self.nodes))
        told(replica, "CLUSTER", "REPLICATE", told(first, "CLUSTER", "MYID"))
        until(lambda: "'master_link_status': 'up'" in known(replica, "replication"))
        until(lambda: all(self._has(node, "cluster_state:ok") for node in self.nodes))

    def _has(self, node: RedisServer, line: str) -> bool:
        return line in told(node, "CLUSTER", "INFO")

    def url(self, node: int, options: str = PATIENT) -> str:
        return f"redis://127.0.0.1:{self.ports[node]}?{options}"


class TestCluster:
    @pytest.fixture
    def cluster(self) -> Iterator[Cluster]:
        with ExitStack() as ends:
            yield Cluster(ends)

    def test_any_of_its_nodes_leads_to_all(self, cluster: Cluster) -> None:
        for node in range(3):
            store = RedisStore(cluster.url(node))
            for name in (FIRST, SECOND):
                assert asked(store, f"p{node}", name) == (3, 2, 0)[node]
            store.close()

    def test_a_user_needs_a_little_more(self, cluster: Cluster) -> None:
        little = ["+eval", "+evalsha", "+get", "+set", "+time", "+info"]
        for node in cluster.nodes:
            told(node, "ACL", "SETUSER", "bot", "on", f">{PASSWORD}", "~bingx-spot:*", *little)
        url = cluster.url(1).replace("://", f"://bot:{WRITTEN}@")
        assert trouble_with(url) == "its user may not do what is needed"
        for node in cluster.nodes:
            told(node, "ACL", "SETUSER", "bot", "+cluster|slots", "+command")
        assert is_shared_through(url)

    def test_a_node_goes_and_its_replica_comes(self, cluster: Cluster) -> None:
        store = RedisStore(cluster.url(0))
        assert asked(store, "a", FIRST) == 3
        first, _, replica = cluster.nodes
        first.stop()
        with pytest.raises(StoreError):
            asked(store, "b", FIRST)
        told(replica, "CLUSTER", "FAILOVER", "TAKEOVER")
        until(lambda: can_be_asked(store, FIRST))
        store.close()

    def test_it_has_one_database(self, cluster: Cluster) -> None:
        assert trouble_with(f"{cluster.url(0)}&db=1") == "it has no database of that number"

    def test_none_of_it_is_left(self, cluster: Cluster) -> None:
        store = RedisStore(cluster.url(0))
        assert asked(store, "a", FIRST) == 3
        for node in cluster.nodes:
            node.stop()
        for _ in range(3):
            assert not can_be_asked(store, FIRST)
        store.close()


class Watched:
    """A server, its replica, and a Sentinel that watches both; each wants to know who asks."""

    def __init__(self, ends: ExitStack, folder: Path) -> None:
        master, replica, self.port = free_port(), free_port(), free_port()
        self.master = ends.enter_context(redis_server("--port", str(master), *AT_ONCE))
        self.replica = ends.enter_context(
            redis_server("--port", str(replica), "--replicaof", f"127.0.0.1 {master}")
        )
        until(lambda: "'master_link_status': 'up'" in known(self.replica, "replication"))
        for server in (self.master, self.replica):
            told(server, "ACL", "SETUSER", "bot", "on", f">{PASSWORD}", "~bingx-spot:*", "+@all")
        file = folder / "sentinel.conf"
        file.write_text(
            f"port {self.port}\nsentinel monitor main 127.0.0.1 {master} 1\n"
            "sentinel down-after-milliseconds main 500\nsentinel failover-timeout main 3000\n"
        )
        sentinel = ends.enter_context(redis_server(str(file), "--sentinel"))
        until(lambda: "'slaves': 1" in known(sentinel, "sentinel"))
        told(sentinel, "ACL", "SETUSER", "asker", "on", f">{PASSWORD}", "+@all")
        told(sentinel, "ACL", "SETUSER", "default", "-sentinel")

    def url(self, master: str = "main", login: str = f"bot:{WRITTEN}@", asker: str = "asker") -> str:
        place = f"{login}127.0.0.1:1,127.0.0.1:{self.port}"
        asking = f"sentinel_username={asker}&sentinel_password={WRITTEN}"
        return f"redis+sentinel://{place}/{master}?{PATIENT}&{asking}"


class TestSentinel:
    @pytest.fixture
    def watched(self, tmp_path: Path) -> Iterator[Watched]:
        with ExitStack() as ends:
            yield Watched(ends, tmp_path)

    def test_it_tells_where_the_server_is(self, watched: Watched) -> None:
        # The first Sentinel that is named is not there; the second knows.
        assert is_shared_through(watched.url())
        assert is_shared_through(watched.url("main/3"))
        assert "db3" in known(watched.master, "keyspace")

    def test_another_server_takes_over(self, watched: Watched) -> None:
        store = RedisStore(watched.url())
        assert asked(store, "a") == 3
        watched.master.stop()
        assert not can_be_asked(store, FIRST)
        until(lambda: can_be_asked(store, FIRST))
        assert "'role': 'master'" in known(watched.replica, "replication")
        store.close()

    def test_what_is_wrong_is_said(self, watched: Watched) -> None:
        unknown = "no Sentinel tells where the master is"
        assert trouble_with(watched.url("another")) == unknown
        assert trouble_with(watched.url(asker="nobody")) == unknown
        refused = "it does not accept the user or the password"
        assert trouble_with(watched.url(login="nobody:planted@")) == refused
        place = f"127.0.0.1:{watched.port}?{PATIENT}"
        assert trouble_with(f"redis://asker:{WRITTEN}@{place}") == "it is a Sentinel"
