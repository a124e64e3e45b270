"""What the doctor says of `BINGX_LIMITS`; tests/e2e/shared_limits shows it with a real server."""

import socket
from pathlib import Path

import pytest

from bingx_spot.doctor import CheckResult, Status
from bingx_spot.doctor.checks import check_shared_limits

PASSWORD = "planted-password"


def check(monkeypatch: pytest.MonkeyPatch, text: str) -> CheckResult:
    monkeypatch.setenv("BINGX_LIMITS", text)
    result = check_shared_limits()
    assert PASSWORD not in repr(result)
    return result


@pytest.mark.parametrize("text", [None, ""])
def test_not_set_passes(monkeypatch: pytest.MonkeyPatch, text: str | None) -> None:
    monkeypatch.delenv("BINGX_LIMITS", raising=False)
    if text is not None:
        monkeypatch.setenv("BINGX_LIMITS", text)
    assert check_shared_limits().status is Status.PASS


def test_off_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    result = check(monkeypatch, "off")
    assert (result.status, result.found) == (
        Status.WARN,
        "BINGX_LIMITS is off: requests may exceed the exchange's limits",
    )


@pytest.mark.parametrize(
    "text", ["limits.db", f"valkey://:{PASSWORD}@localhost/0", "redis://h:x", "redis://h?nonsense=1"]
)
def test_what_cannot_be_used_fails_with_the_allowed_values(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    result = check(monkeypatch, text)
    assert result.status is Status.FAIL
    assert result.fix.startswith(("Set it to off; redis://", "Set it to redis://"))


def test_a_file_passes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert check(monkeypatch, str(tmp_path / "limits.db")).status is Status.PASS
    assert check(monkeypatch, f"file://{tmp_path}/limits.db").status is Status.PASS


def test_a_file_that_cannot_be_opened_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = check(monkeypatch, str(tmp_path / "nowhere" / "limits.db"))
    assert result.status is Status.FAIL
    assert result.found == (
        "the store of BINGX_LIMITS cannot be used: the file cannot be opened: No such file or directory"
    )


def test_a_server_that_is_not_there_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    result = check(monkeypatch, f"redis://:{PASSWORD}@127.0.0.1:{port}/0")
    assert result.status is Status.FAIL
    assert result.found.endswith(": ConnectionError: Connection refused")
    assert result.fix.startswith("Check that redis-cli reaches the server")


def test_a_server_that_hangs_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = check(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
    assert result.status is Status.FAIL
    assert result.found.endswith(": TimeoutError")
