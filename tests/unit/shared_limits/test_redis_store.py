"""The Redis store with clients that need no server: what it makes of a URL, of a client, and of an error."""

import json
import ssl
import threading
import time
from typing import Any

import pytest
import redis
import redis.asyncio
import redis.asyncio.sentinel
from redis.asyncio.cluster import ClusterNode

from bingx_spot import InvalidInput
from bingx_spot.shared_limits import redis_store
from bingx_spot.shared_limits.redis_store import RedisStore, _blocking
from bingx_spot.shared_limits.store import StoreError
from tests.unit.shared_limits.reports import report

ANSWER = {"granted": {}, "wait": -1, "members": 1, "locked_for": 0, "requests": 5, "window": 1000}


class Client:
    """A client of a server that answers, fails or hangs as the test says."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_closed = False

    def evalsha(self, *_: Any) -> str:
        assert self.may_answer.wait(60)
        if self.error is not None:
            raise self.error
        return json.dumps(ANSWER)

    eval = evalsha

    def close(self) -> None:
        self.is_closed = True


def reason_of(server: Any) -> str:
    store = RedisStore(server)
    with pytest.raises(StoreError) as failure:
        store.exchange("name", report("p"))
    error = failure.value
    assert "planted" not in f"{error!r} {error.fix} {error.__cause__!r} {error.__context__!r}"
    return error.reason


class TestExchange:
    def test_returns_the_allocation(self) -> None:
        assert RedisStore(Client()).exchange("name", report("p")) == {**ANSWER, "granted": []}

    def test_that_hangs_fails_in_time_and_holds_one_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 0.02)
        client = Client()
        client.may_answer.clear()
        before = threading.active_count()
        store = RedisStore(client)
        reasons = []
        for _ in range(3):
            with pytest.raises(StoreError) as failure:
                store.exchange("name", report("p"))
            reasons.append(failure.value.reason)
        assert reasons == ["no answer within 0.02 s"] + ["still waiting for an earlier answer"] * 2
        assert threading.active_count() == before + 1
        client.may_answer.set()
        monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 10.0)
        for _ in range(1000):
            if threading.active_count() == before:
                break
            time.sleep(0.001)
        assert store.exchange("name", report("p"))["members"] == 1

    def test_at_the_end_of_a_program_needs_no_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def start(_: threading.Thread) -> None:
            raise RuntimeError("can't create new thread at interpreter shutdown")

        monkeypatch.setattr(threading.Thread, "start", start)
        assert RedisStore(Client()).exchange("name", report("p"))["members"] == 1


class TestReason:
    @pytest.mark.parametrize(
        ("error", "reason"),
        [
            (redis.TimeoutError("planted"), "TimeoutError"),
            (redis.AuthenticationError("invalid username-password pair: planted"), "AuthenticationError"),
            (redis.exceptions.ReadOnlyError("planted"), "ReadOnlyError"),
            (redis.ResponseError("WRONGTYPE planted"), "ResponseError: WRONGTYPE"),
            (redis.ResponseError("unknown command 'AUTH', with args: planted"), "ResponseError"),
            (ValueError("planted"), "ValueError"),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.replace(" ", "-"),
    )
    def test_is_the_kind_of_error(self, error: Exception, reason: str) -> None:
        assert reason_of(Client(error)) == reason

    def test_names_what_the_system_says(self) -> None:
        error = redis.ConnectionError("Error 111 connecting to planted:6379")
        error.__cause__ = ConnectionRefusedError(111, "Connection refused")
        assert reason_of(Client(error)) == "ConnectionError: Connection refused"

    def test_names_what_tls_says(self) -> None:
        error = redis.ConnectionError("planted")
        error.__context__ = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] planted")
        error.__context__.reason = "CERTIFICATE_VERIFY_FAILED"
        assert reason_of(Client(error)) == "ConnectionError: CERTIFICATE_VERIFY_FAILED"


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "parameters"),
        [
            ("redis://cache.example:6380/3", {"host": "cache.example", "port": 6380, "db": 3}),
            ("redis://bot:p%40ss@cache.example", {"username": "bot", "password": "p@ss"}),
            ("unix:///run/redis.sock?db=2", {"path": "/run/redis.sock", "db": 2}),
            ("redis://cache.example", {"socket_timeout": 0.1, "socket_connect_timeout": 0.1}),
            ("redis://cache.example?socket_timeout=0.5", {"socket_timeout": 0.5}),
            ("rediss://cache.example?ssl_ca_certs=/etc/ca.pem", {"ssl_ca_certs": "/etc/ca.pem"}),
        ],
    )
    def test_is_parsed_by_redis_py(self, url: str, parameters: dict[str, Any]) -> None:
        known = RedisStore(url)._server.connection_pool.connection_kwargs
        assert {name: known.get(name) for name in parameters} == parameters
        assert known["retry"]._retries == 0

    @pytest.mark.parametrize(
        "url",
        [
            "redis://bot:planted#word@host",
            "redis://host:planted",
            "redis://host?planted=1",
            "redis://host?socket_timeout=planted",
            "redis://host?ssl_ca_certs=/planted.pem",
            "redis://[::1/planted",
        ],
    )
    def test_that_redis_py_cannot_use_is_rejected_and_not_repeated(self, url: str) -> None:
        with pytest.raises(InvalidInput, match="limits is not a URL that redis-py can use") as rejected:
            RedisStore(url)
        error = rejected.value
        assert "planted" not in f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"

    def test_its_password_is_in_no_repr(self) -> None:
        store = RedisStore("redis://bot:planted-password@127.0.0.1:1/0")
        assert "planted" not in f"{store} {store!r} {vars(store)}"
        assert (
            reason_of("redis://bot:planted-password@127.0.0.1:1/0") == "ConnectionError: Connection refused"
        )

    def test_without_redis_py_the_extra_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(__import__("sys").modules, "redis", None)
        with pytest.raises(InvalidInput, match=r"pip install 'bingx-spot\[redis\]'"):
            RedisStore("redis://localhost")


class TestClient:
    """An asyncio client belongs to its event loop, so the store makes blocking connections like its."""

    def test_a_blocking_one_is_used_as_it_is_and_left_open(self) -> None:
        client = Client()
        store = RedisStore(client)
        store.exchange("name", report("p"))
        store.close()
        assert store._server is client
        assert not client.is_closed

    def test_of_asyncio_of_another_package_is_rejected(self) -> None:
        class Valkey:
            async def __aenter__(self) -> None: ...

            async def evalsha(self, *_: Any) -> None: ...

        with pytest.raises(InvalidInput, match="asyncio client of another package"):
            RedisStore(Valkey())

    def test_of_asyncio(self) -> None:
        url = "redis://bot:word@cache.example:6380/3?socket_timeout=0.5"
        client = _blocking(redis.asyncio.Redis.from_url(url))
        assert type(client) is redis.Redis
        parameters = client.connection_pool.connection_kwargs
        assert {name: parameters[name] for name in ("host", "port", "db", "username", "password")} == {
            "host": "cache.example",
            "port": 6380,
            "db": 3,
            "username": "bot",
            "password": "word",
        }
        assert parameters["socket_timeout"] == 0.5

    def test_of_asyncio_over_tls(self) -> None:
        client = _blocking(
            redis.asyncio.Redis(
                host="cache.example", ssl=True, ssl_ca_certs="/ca.pem", ssl_keyfile="/key.pem"
            )
        )
        assert client.connection_pool.connection_class is redis.SSLConnection
        parameters = client.connection_pool.connection_kwargs
        assert (parameters["ssl_ca_certs"], parameters["ssl_keyfile"]) == ("/ca.pem", "/key.pem")

    def test_of_asyncio_on_a_socket(self) -> None:
        client = _blocking(redis.asyncio.Redis(unix_socket_path="/run/redis.sock", db=2))
        assert client.connection_pool.connection_kwargs["path"] == "/run/redis.sock"
        assert client.connection_pool.connection_kwargs["db"] == 2

    def test_of_asyncio_for_sentinels(self) -> None:
        sentinels = redis.asyncio.sentinel.Sentinel(
            [("one", 1), ("two", 2)], sentinel_kwargs={"password": "theirs"}, password="ours", db=3
        )
        client = _blocking(sentinels.master_for("main"))
        assert isinstance(client.connection_pool, redis.sentinel.SentinelConnectionPool)
        assert client.connection_pool.service_name == "main"
        assert client.connection_pool.connection_kwargs["password"] == "ours"
        assert client.connection_pool.connection_kwargs["db"] == 3
        known = [
            each.connection_pool.connection_kwargs
            for each in client.connection_pool.sentinel_manager.sentinels
        ]
        assert [(each["host"], each["port"], each["password"]) for each in known] == [
            ("one", 1, "theirs"),
            ("two", 2, "theirs"),
        ]

    def test_of_asyncio_for_a_cluster(self, monkeypatch: pytest.MonkeyPatch) -> None:
        created: dict[str, Any] = {}
        monkeypatch.setattr(redis, "RedisCluster", lambda **parameters: created.update(parameters))
        nodes = [ClusterNode("10.0.0.1", 7001), ClusterNode("10.0.0.2", 7002)]
        _blocking(redis.asyncio.RedisCluster(startup_nodes=nodes, password="word", ssl=True))
        assert [(node.host, node.port) for node in created["startup_nodes"]] == [
            ("10.0.0.1", 7001),
            ("10.0.0.2", 7002),
        ]
        assert (created["password"], created["ssl"]) == ("word", True)
