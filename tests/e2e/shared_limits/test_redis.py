"""Real servers of Redis and Valkey: what a URL or a client object leads to, and what their errors become."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis.asyncio
import trustme
from hypothesis import HealthCheck, given, settings

from bingx_spot import Order
from bingx_spot.doctor import Status
from bingx_spot.doctor.checks import check_shared_limits
from bingx_spot.shared_limits import redis_store
from bingx_spot.shared_limits.allocation import State, allocate
from bingx_spot.shared_limits.store import ProcessReport
from tests.e2e.shared_limits.checks import (
    NAME,
    PASSWORD,
    PATIENT,
    PATIENT_SOCKET,
    QUOTED_PASSWORD,
    granted,
    is_shared_through,
    reason_against,
)
from tests.e2e.shared_limits.clients import Arrivals, cancel, client, wait_until
from tests.e2e.shared_limits.redis_server import RedisServer, free_port, redis_server, valkey_server_binary
from tests.unit.shared_limits.exchanges import exchanges, reports_of
from tests.unit.shared_limits.reports import report

#: Runs the script's function at a time that the test gives.
AT = """
local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed) or {}
local allocation = allocate(state, tonumber(ARGV[2]), cjson.decode(ARGV[1]))
redis.call('SET', KEYS[1], cmsgpack.pack(state))
return cjson.encode({allocation = allocation, state = state})
"""
LITTLE = ["+eval", "+evalsha", "+get", "+set", "+time"]


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[str, float, ProcessReport], Any]]:
    with redis_server() as server, server.client() as client:
        script = client.register_script(redis_store.script() + AT)

        def run(name: str, now: float, report: ProcessReport) -> Any:
            return json.loads(script(keys=[name], args=[json.dumps(report), now]))

        run.client = client  # type: ignore[attr-defined]
        yield run


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(exchanges)
def test_the_script_allocates_as_python_does(run: Any, steps: list[Any]) -> None:
    run.client.flushall()
    state: State = {}
    # One of them keeps half the rate, and the store's clock goes back once.
    for number, (now, each, receive) in enumerate(reports_of(steps, {"c3": (1, 500)})):
        clock = now if number < 20 else now - 400_000
        expected = allocate(state, clock, each)
        result = run("limit", clock, each)
        # Lua has one kind of table: an empty one is an object in JSON.
        assert {**result["allocation"], "granted": list(result["allocation"]["granted"])} == expected
        assert {name: value or None for name, value in result["state"].items()} == {
            name: value or None for name, value in state.items()
        }
        receive(expected)


class TestServer:
    @pytest.mark.parametrize("option", ["client_name=bot", "protocol=3", "decode_responses=1", "db=3"])
    def test_options_of_the_url_are_redis_py_s(self, redis: RedisServer, option: str) -> None:
        assert is_shared_through(f"{redis.url}?{PATIENT_SOCKET}&{option}")

    def test_client_objects(self, redis: RedisServer) -> None:
        url = f"{redis.url}?{PATIENT_SOCKET}"
        for create in (redis_py().Redis.from_url, redis_py().asyncio.Redis.from_url):
            assert is_shared_through(create(url), url)
            with redis.client() as admin:
                admin.flushall()

    def test_a_script_that_the_server_has_forgotten_is_sent_again(
        self, server: Arrivals, redis: RedisServer
    ) -> None:
        with client(server, redis.url, timeout=10) as bingx, redis.client() as admin:
            assert isinstance(cancel(bingx), Order)
            admin.script_flush()
            assert isinstance(cancel(bingx), Order)

    def test_one_that_knows_no_script_may_have_an_older_state(self, redis: RedisServer) -> None:
        with (
            closing(redis_store.RedisStore(f"{redis.url}?{PATIENT_SOCKET}")) as store,
            redis.client() as admin,
        ):
            assert granted(store, "a") == 3
            assert granted(store, "b") == 2
            admin.script_flush()
            answer = store.exchange(NAME, report("new"))
            assert (answer["held_for"], answer["members"]) == (1250, 3)

    def test_the_doctor_can_use_it(self, redis: RedisServer, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BINGX_LIMITS", f"{redis.url}?{PATIENT_SOCKET}")
        assert check_shared_limits().status is Status.PASS


class TestErrors:
    def test_of_users(self, redis: RedisServer) -> None:
        url = redis.url.replace("://", f"://bot:{QUOTED_PASSWORD}@") + f"?{PATIENT_SOCKET}"
        assert reason_against(url) == "AuthenticationError"
        rule = ["on", f">{PASSWORD}", "~bingx-spot:*", *LITTLE]
        with redis.client() as admin:
            admin.execute_command("ACL", "SETUSER", "bot", *rule)
        assert is_shared_through(url)
        for lacking in ("-evalsha", "-time", "resetkeys"):
            with redis.client() as admin:
                admin.execute_command("ACL", "SETUSER", "bot", *rule, lacking)
            assert reason_against(url).startswith(("NoPermissionError", "ResponseError"))

    def test_of_a_replica(self, redis: RedisServer) -> None:
        with redis.client() as admin:
            admin.replicaof("127.0.0.1", str(free_port()))
        assert reason_against(f"{redis.url}?{PATIENT_SOCKET}") == "ReadOnlyError"

    def test_of_a_database_that_does_not_exist(self, redis: RedisServer) -> None:
        assert reason_against(f"{redis.url}?{PATIENT_SOCKET}&db=99").startswith("ResponseError")

    def test_of_a_key_that_holds_something_else(
        self, server: Arrivals, redis: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        with client(server, f"{redis.url}?{PATIENT_SOCKET}", timeout=10) as bingx:
            assert isinstance(cancel(bingx), Order)
            with redis.client() as admin:
                (name,) = admin.scan_iter()
                # In one transaction: between the two the client could write it anew.
                admin.pipeline().delete(name).lpush(name, "of another program").execute()
            assert isinstance(cancel(bingx), Order)
            wait_until(lambda: "shared rate limiter unavailable (ResponseError" in caplog.text)


@dataclass
class TlsServer:
    """A server that speaks TLS, its certificate authority, and the client's certificate."""

    port: int
    authority: Path
    certificate: Path


@pytest.fixture(scope="module")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsServer]:
    folder, authority, port = tmp_path_factory.mktemp("tls"), trustme.CA(), free_port()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    for name, identity in (("server", "localhost"), ("client", "bot@bingx-spot.example")):
        certificate = authority.issue_cert(identity)
        certificate.private_key_and_cert_chain_pem.write_to_path(str(folder / f"{name}.pem"))
    options = {
        "--port": "0",
        "--tls-port": str(port),
        "--tls-cert-file": str(folder / "server.pem"),
        "--tls-key-file": str(folder / "server.pem"),
        "--tls-ca-cert-file": str(folder / "ca.pem"),
        "--tls-auth-clients": "yes",
    }
    with redis_server(*(word for option in options.items() for word in option)):
        yield TlsServer(port, folder / "ca.pem", folder / "client.pem")


class TestTls:
    def options(self, tls_server: TlsServer) -> str:
        certificate = f"ssl_certfile={tls_server.certificate}&ssl_keyfile={tls_server.certificate}"
        return f"{PATIENT}&ssl_ca_certs={tls_server.authority}&{certificate}"

    def test_by_url_and_by_asyncio_client(self, tls_server: TlsServer) -> None:
        url = f"rediss://localhost:{tls_server.port}?{self.options(tls_server)}"
        assert is_shared_through(url, redis_py().asyncio.Redis.from_url(url))

    def test_a_certificate_that_is_not_trusted(self, tls_server: TlsServer) -> None:
        url = f"rediss://localhost:{tls_server.port}?{PATIENT}"
        assert reason_against(url) == "ConnectionError: CERTIFICATE_VERIFY_FAILED"


class TestNameServer:
    def test_that_hangs_costs_no_cancel_and_one_thread(
        self,
        server: Arrivals,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 0.1)
        may_answer, lookups, look_up = threading.Event(), list[str](), socket.getaddrinfo

        def slow_look_up(host: Any, port: Any, *more: Any, **named: Any) -> Any:
            if host != "store.test":
                return look_up(host, port, *more, **named)
            lookups.append(host)
            assert may_answer.wait(60)
            return look_up("127.0.0.1", port, *more, **named)

        monkeypatch.setattr(socket, "getaddrinfo", slow_look_up)
        port = free_port()
        limits = f"redis://store.test:{port}?{PATIENT}"
        with redis_server("--port", str(port)), client(server, limits, timeout=30) as bingx:
            assert all(isinstance(cancel(bingx), Order) for _ in range(6))
            assert "shared rate limiter unavailable" in caplog.text
            assert len(lookups) == 1
            monkeypatch.setattr(redis_store, "EXCHANGE_TIMEOUT", 10.0)
            may_answer.set()
            wait_until(lambda: isinstance(cancel(bingx), Order) and "available again" in caplog.text)
        assert server.fullest_second() <= 5


def test_valkey_by_redis_py_and_by_its_own_client() -> None:
    import valkey

    binary = valkey_server_binary()
    if binary is None:
        pytest.skip("valkey-server is not installed (Debian: valkey-server)")
    with redis_server("--port", "0", binary=binary) as server:
        with server.client() as admin:
            assert admin.info("server")["server_name"] == "valkey"
        own = valkey.Valkey(unix_socket_path=str(server.socket), socket_timeout=10)
        assert is_shared_through(f"{server.url}?{PATIENT_SOCKET}", own)
        own.close()


def redis_py() -> Any:
    """Return redis-py, whose name the fixture takes."""
    return redis
