"""What the doctor says of `BINGX_LIMITS`, with real servers and files in each state that is wrong."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from bingx_spot.doctor.check_result import CheckResult, Status
from bingx_spot.doctor.check_shared_limits import check_shared_limits
from tests.e2e.shared_limits.redis_server import RedisServer, free_port, redis_server

PASSWORD = "planted-password"


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


def looked(monkeypatch: pytest.MonkeyPatch, text: str) -> CheckResult:
    monkeypatch.setenv("BINGX_LIMITS", text)
    finding = check_shared_limits()
    assert PASSWORD not in repr(finding)
    return finding


@pytest.mark.parametrize("text", [None, ""])
def test_not_set_is_well(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    monkeypatch.delenv("BINGX_LIMITS", raising=False)
    if text is not None:
        monkeypatch.setenv("BINGX_LIMITS", text)
    assert check_shared_limits().status is Status.PASS


def test_off_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = looked(monkeypatch, "off")
    assert (finding.status, finding.found) == (
        Status.WARN,
        "BINGX_LIMITS is off: nothing keeps within the exchange's limits",
    )


@pytest.mark.parametrize("text", ["limits.db", f"http://:{PASSWORD}@localhost/0", "redis://", "redis://h:x"])
def test_what_cannot_be_read_fails_with_what_may_be_written(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    finding = looked(monkeypatch, text)
    assert finding.status is Status.FAIL
    assert finding.fix.startswith(
        ("Set it to off; redis://HOST:PORT/DB", "Set it to redis://USER:PASSWORD@HOST")
    )


def test_a_file_can_be_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert looked(monkeypatch, str(tmp_path / "limits.db")).status is Status.PASS
    assert looked(monkeypatch, f"file://{tmp_path}/limits.db").status is Status.PASS


def test_a_file_in_no_folder_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    finding = looked(monkeypatch, str(tmp_path / "nowhere" / "limits.db"))
    assert finding.status is Status.FAIL
    assert "the file cannot be opened: No such file or directory" in finding.found


def test_a_file_of_something_else_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database\n" * 100)
    finding = looked(monkeypatch, str(path))
    assert finding.status is Status.FAIL
    assert "file is not a database" in finding.found
    assert path.read_text() == "not a database\n" * 100


def test_a_server_that_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    finding = looked(monkeypatch, f"redis://:{PASSWORD}@127.0.0.1:{port}/0")
    assert finding.status is Status.FAIL
    assert "it cannot be reached" in finding.found


def test_a_server_that_hangs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        finding = looked(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    assert finding.status is Status.FAIL
    assert "it did not answer in time" in finding.found


def test_a_server_can_be_used(monkeypatch: pytest.MonkeyPatch, redis: RedisServer) -> None:
    assert looked(monkeypatch, redis.url).status is Status.PASS


def test_a_wrong_password_fails(monkeypatch: pytest.MonkeyPatch, redis: RedisServer) -> None:
    redis.client().config_set("requirepass", "right")
    finding = looked(monkeypatch, redis.url.replace("://", f"://:{PASSWORD}@"))
    assert finding.status is Status.FAIL
    assert "it does not accept the user or the password" in finding.found


def test_a_user_who_may_not_is_told_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, redis: RedisServer
) -> None:
    redis.client().execute_command("ACL", "SETUSER", "bot", "on", f">{PASSWORD}", "~bingx-spot:*", "+get")
    finding = looked(monkeypatch, redis.url.replace("://", f"://bot:{PASSWORD}@"))
    assert finding.status is Status.FAIL
    assert "its user may not do what is needed" in finding.found
    assert finding.fix.startswith("ACL SETUSER NAME ~bingx-spot:* +eval +evalsha +get +set +time +info;")


def test_an_authority_that_is_not_trusted_can_be_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority, port = trustme.CA(), free_port()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    own = str(tmp_path / "server.pem")
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(own)
    files = ("--tls-cert-file", own, "--tls-key-file", own, "--tls-ca-cert-file", str(tmp_path / "ca.pem"))
    url = f"rediss://localhost:{port}?socket_timeout=10"
    with redis_server("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "no", *files):
        untrusted = looked(monkeypatch, url)
        trusted = looked(monkeypatch, f"{url}&ssl_ca_certs={tmp_path / 'ca.pem'}")
    assert untrusted.status is Status.FAIL
    assert "its certificate is not trusted" in untrusted.found
    assert untrusted.fix.startswith("Name the authority that you trust: ?ssl_ca_certs=")
    assert trusted.status is Status.PASS
