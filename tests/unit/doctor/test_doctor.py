"""`bingx-spot doctor` against the sandbox in each state that keeps a cancel from working."""

import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from bingx_sandbox import Sandbox
from bingx_spot.doctor.check_result import CheckResult, Status
from bingx_spot.doctor.checks import run_checks

COMMAND = str(Path(sys.executable).with_name("bingx-spot"))
DAY = 86_400_000
FAR = 4_000_000_000_000


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing of the person's own environment play a part."""
    for name in list(os.environ):
        if name.startswith("BINGX_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def now() -> int:
    return time.time_ns() // 1_000_000


def found_on(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, **changed: str) -> dict[str, CheckResult]:
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret, **changed}
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    return found_at(sandbox.url)


def found_at(url: str, *, probe: bool = True) -> dict[str, CheckResult]:
    return {finding.check: finding for finding in run_checks(url, lambda: probe)}


class TestWell:
    def test_everything_passes_and_no_order_is_touched(self, sandbox, monkeypatch):
        before = sandbox.orders()
        found = found_on(sandbox, monkeypatch)
        assert {finding.verdict for finding in found.values()} == {Status.PASS}
        looked_at = [
            "key",
            "shared limits",
            "proxy",
            "DNS",
            "TCP",
            "clock",
            "key accepted",
            "placement",
            "limits",
        ]
        assert list(found) == looked_at
        assert "json, query, form" in found["placement"].found
        assert sandbox.orders() == before

    def test_names_neither_key_nor_secret(self, sandbox, monkeypatch):
        told = repr(found_on(sandbox, monkeypatch))
        assert sandbox.api_key not in told
        assert sandbox.api_secret not in told

    def test_without_leave_no_signed_request_is_sent(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        found = found_at(sandbox.url, probe=False)
        assert found["key accepted"].verdict is Status.SKIP
        assert {request["path"] for request in sandbox.requests()} == {"/openApi/swap/v2/server/time"}


class TestKey:
    def test_none(self, sandbox):
        found = found_at(sandbox.url)
        assert found["key"].verdict is Status.FAIL
        assert "BINGX_KEY_FILE" in found["key"].mend
        assert found["key accepted"].verdict is Status.SKIP

    def test_half_of_one(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", "a-key")
        assert "API secret is empty" in found_at(sandbox.url)["key"].found

    def test_a_file_that_others_can_read(self, sandbox, monkeypatch, tmp_path):
        file = tmp_path / "keys.json"
        file.write_text(json.dumps({"apiKey": sandbox.api_key, "apiSecret": sandbox.api_secret}))
        file.chmod(0o644)
        monkeypatch.setenv("BINGX_KEY_FILE", str(file))
        found = found_at(sandbox.url)["key"]
        assert found.verdict is Status.FAIL
        assert f"chmod 600 {file}" in found.found
        file.chmod(0o600)
        assert found_at(sandbox.url)["key accepted"].verdict is Status.PASS

    def test_wrong(self, sandbox, monkeypatch):
        found = found_on(sandbox, monkeypatch, BINGX_API_KEY="another-key")["key accepted"]
        assert (found.verdict, "Incorrect apiKey" in found.found) == (Status.FAIL, True)
        assert found.mend

    def test_of_another_secret(self, sandbox, monkeypatch):
        found = found_on(sandbox, monkeypatch, BINGX_API_SECRET="another-secret")["key accepted"]
        assert found.verdict is Status.FAIL
        assert "ignature" in found.found

    def test_without_permission(self, monkeypatch):
        with Sandbox(permissions=()) as sandbox:
            found = found_on(sandbox, monkeypatch)["key accepted"]
        assert (found.verdict, "ermission" in found.found) == (Status.FAIL, True)

    def test_from_an_address_that_is_not_on_the_whitelist(self, sandbox, monkeypatch):
        text = "your current request IP does not match IP whitelist"
        sandbox.faults([{"fault": "error", "code": 100419, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox, monkeypatch)["key accepted"]
        assert (found.verdict, "whitelist" in found.found) == (Status.FAIL, True)


class TestPlacement:
    def test_json_is_not_understood(self, monkeypatch):
        with Sandbox(placements=["query"]) as sandbox:
            found = found_on(sandbox, monkeypatch)
        assert found["key accepted"].verdict is Status.PASS
        assert found["placement"].verdict is Status.WARN
        assert '"query" saves it' in found["placement"].mend

    def test_nothing_is_understood(self, sandbox, monkeypatch):
        text = "signature is missing"
        sandbox.faults([{"fault": "error", "code": 100412, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox, monkeypatch)
        assert found["placement"].verdict is Status.FAIL
        assert found["key accepted"].verdict is Status.SKIP


class TestClock:
    @pytest.mark.parametrize(
        ("offset", "verdict"),
        [(0, Status.PASS), (3_600_000, Status.WARN), (-3_600_000, Status.WARN), (2 * DAY, Status.FAIL)],
    )
    def test_offset(self, monkeypatch, offset, verdict):
        with Sandbox(clock=lambda: now() + offset) as sandbox:
            found = found_on(sandbox, monkeypatch)
        assert found["clock"].verdict is verdict
        if verdict is Status.WARN:
            # The SDK mends it by itself, as the finding says.
            assert "NTP" in found["clock"].mend
            assert found["key accepted"].verdict is Status.PASS


class TestLimits:
    def test_locked_out(self, sandbox, monkeypatch):
        text = f"code:100410:The endpoint trigger frequency limit rule will be unblocked after {FAR}"
        sandbox.faults([{"fault": "error", "code": 100410, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox, monkeypatch)
        assert found["limits"].verdict is Status.FAIL
        assert "locked out until" in found["limits"].found

    def test_the_firewall(self, sandbox, monkeypatch):
        sandbox.faults([{"fault": "html", "status": 403, "operation": "cancel"}])
        found = found_on(sandbox, monkeypatch)
        assert found["key accepted"].verdict is Status.FAIL
        assert found["limits"].verdict is Status.FAIL


class TestWayToTheHost:
    def test_no_such_name(self):
        found = found_at("https://no-such-host.invalid")
        assert found["DNS"].verdict is Status.FAIL
        assert "TCP" not in found

    def test_nobody_listens(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("BINGX_API_KEY", "a-key")
        monkeypatch.setenv("BINGX_API_SECRET", "a-secret")
        found = found_at(url)
        assert found["TCP"].verdict is Status.FAIL
        assert found["key accepted"].verdict is Status.SKIP

    def test_a_certificate_of_nobody_we_trust(self):
        with _tls_server() as url:
            found = found_at(url)
        assert found["TLS"].verdict is Status.FAIL
        assert "ssl.SSLContext" in found["TLS"].mend

    def test_something_that_speaks_no_tls(self, sandbox):
        found = found_at(sandbox.url.replace("http://", "https://"))
        assert found["TLS"].verdict is Status.FAIL

    def test_a_proxy_that_the_sdk_does_not_use(self, sandbox, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://someone:their-password@proxy.invalid:3128")
        found = found_at(sandbox.url)["proxy"]
        assert (found.verdict, "proxy.invalid" in found.found) == (Status.WARN, True)
        assert "their-password" not in repr(found)

    def test_the_fallback_is_looked_at_too(self):
        found = found_at("live", probe=False)
        assert found["DNS"].verdict is found["fallback DNS"].verdict

    def test_an_exchange_that_only_sends_pages(self, sandbox):
        sandbox.faults([{"fault": "html", "status": 403, "operation": "time"}])
        assert found_at(sandbox.url)["clock"].verdict is Status.FAIL


class _tls_server:  # noqa: N801 - used like a function
    """Accept TLS connections with a certificate of an authority that nobody knows."""

    def __enter__(self) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, args=(context,))
        self._thread.start()
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self, context: ssl.SSLContext) -> None:
        connection, _ = self._listener.accept()
        with connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()


def run(*arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COMMAND, "doctor", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        env={**os.environ, "COLUMNS": "80", **variables},
        check=False,
    )


class TestCommand:
    def keys(self, sandbox: Sandbox) -> dict[str, Any]:
        return {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}

    def test_a_healthy_machine_exits_0(self, sandbox):
        done = run("--env", sandbox.url, "--yes", **self.keys(sandbox))
        assert done.returncode == 0, done.stdout
        assert done.stdout.endswith("Nothing stands in the way of a cancel.\n")
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert "\x1b" not in done.stdout

    def test_a_sick_one_exits_1_and_says_what_to_mend(self, sandbox):
        done = run("--env", sandbox.url, "--yes", BINGX_API_KEY="x" * 20, BINGX_API_SECRET="y" * 20)
        assert done.returncode == 1
        assert "fail  key accepted" in done.stdout
        assert "xxxx" not in done.stdout + done.stderr

    def test_asks_nobody_where_there_is_nobody(self, sandbox):
        done = run("--env", sandbox.url, **self.keys(sandbox))
        assert done.returncode == 0
        assert "--yes" in done.stdout

    def test_json(self, sandbox):
        done = run("--env", sandbox.url, "--yes", "--json", **self.keys(sandbox))
        told = json.loads(done.stdout)
        assert told["well"] is True
        assert {"check", "verdict", "found", "mend"} == set(told["findings"][0])

    def test_an_environment_that_is_none(self):
        done = run("--env", "nowhere")
        assert done.returncode == 2
        assert "--env" in done.stderr

    def test_a_person_is_asked(self, sandbox):
        import pty

        person, terminal = pty.openpty()
        with subprocess.Popen(
            [COMMAND, "doctor", "--env", sandbox.url],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **self.keys(sandbox)},
        ) as process:
            os.write(person, b"n\n")
            out, err = process.communicate(timeout=60)
        os.close(person)
        os.close(terminal)
        assert "nothing can be cancelled by it" in err
        assert "Run this again with --yes" in out
