"""All checks in their order, the API key, and `BINGX_LIMITS`.

tests/e2e/shared_limits shows the last with a real server.
"""

import json
import socket

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import Environment
from bingx_spot.doctor import Status
from bingx_spot.doctor.checks import check_shared_limits
from tests.unit.doctor.conftest import found_at

PASSWORD = "planted-password"


class TestHealthy:
    def test_everything_passes_and_no_order_is_affected(self, sandbox, found_on):
        before = sandbox.orders()
        found = found_on(sandbox)
        assert {finding.status for finding in found.values()} == {Status.PASS}
        checked = [
            "key",
            "shared limits",
            "proxy",
            "DNS",
            "TCP",
            "clock",
            "key accepted",
            "may cancel",
            "placement",
            "limits",
        ]
        assert list(found) == checked
        assert "json, query, form" in found["placement"].found
        assert sandbox.orders() == before

    def test_a_variable_that_is_not_read_is_named(self, sandbox, found_on, monkeypatch):
        monkeypatch.setenv("BINGX_SECRET_KEY", "planted-secret")
        warning = found_on(sandbox)["variables"]
        assert (warning.status, "BINGX_SECRET_KEY" in warning.found) == (Status.WARN, True)
        assert "planted" not in repr(warning)

    def test_shows_neither_key_nor_secret(self, sandbox, found_on):
        shown = repr(found_on(sandbox))
        assert sandbox.api_key not in shown
        assert sandbox.api_secret not in shown

    def test_without_leave_the_key_is_checked_by_a_query_and_no_cancel_is_sent(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        found = found_at(sandbox.url, probe=False)
        assert found["key accepted"].status is Status.PASS
        assert (found["may cancel"].status, "--yes" in found["may cancel"].fix) == (Status.SKIP, True)
        assert {request["path"] for request in sandbox.requests()} == {
            "/openApi/swap/v2/server/time",
            "/openApi/spot/v1/trade/query",
        }

    def test_the_fallback_host_is_checked_too(self):
        found = found_at("live", probe=False)
        assert found["DNS"].status is found["fallback DNS"].status

    @pytest.mark.usefixtures("_visible_at_once")
    def test_the_key_is_checked_by_the_fallback_host_where_the_other_is_not_reached(
        self, sandbox, monkeypatch
    ):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            unreached = f"http://127.0.0.1:{closed.getsockname()[1]}"
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        found = found_at(Environment("both", unreached, sandbox.url))
        assert (found["TCP"].status, found["may cancel"].status) == (Status.FAIL, Status.PASS)


class TestKey:
    def test_none(self, sandbox):
        found = found_at(sandbox.url)
        assert found["key"].status is Status.FAIL
        assert "BINGX_KEY_FILE" in found["key"].fix
        assert found["key accepted"].status is Status.SKIP

    def test_half_of_one(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", "a-key")
        assert "BINGX_API_SECRET is missing" in found_at(sandbox.url)["key"].found

    @pytest.mark.usefixtures("_visible_at_once")
    def test_a_file_that_others_can_read(self, sandbox, monkeypatch, tmp_path):
        file = tmp_path / "keys.json"
        file.write_text(json.dumps({"apiKey": sandbox.api_key, "apiSecret": sandbox.api_secret}))
        file.chmod(0o644)
        monkeypatch.setenv("BINGX_KEY_FILE", str(file))
        found = found_at(sandbox.url)["key"]
        assert found.status is Status.FAIL
        assert f"chmod 600 {file}" in found.found
        file.chmod(0o600)
        assert found_at(sandbox.url)["key accepted"].status is Status.PASS

    def test_wrong(self, sandbox, found_on):
        found = found_on(sandbox, BINGX_API_KEY="another-key")["key accepted"]
        assert (found.status, "Incorrect apiKey" in found.found) == (Status.FAIL, True)
        assert found.fix

    def test_with_another_secret(self, sandbox, found_on):
        found = found_on(sandbox, BINGX_API_SECRET="another-secret")["key accepted"]
        assert found.status is Status.FAIL
        assert "ignature" in found.found

    @pytest.mark.parametrize(
        ("permissions", "failed"),
        [((), "key accepted"), (("Read",), "may cancel"), (("Spot Trading",), "key accepted")],
    )
    def test_without_a_permission(self, found_on, permissions, failed):
        with Sandbox(permissions=permissions) as sandbox:
            found = found_on(sandbox)
        assert (found[failed].status, "ermission" in found[failed].found) == (Status.FAIL, True)
        assert list(found)[-1] in (failed, "limits")

    def test_from_an_address_that_is_not_whitelisted(self, sandbox, found_on):
        text = "your current request IP does not match IP whitelist"
        sandbox.faults([{"fault": "error", "code": 100419, "msg": text, "operation": "query"}])
        found = found_on(sandbox)["key accepted"]
        assert (found.status, "whitelist" in found.found) == (Status.FAIL, True)


def check(monkeypatch, text):
    monkeypatch.setenv("BINGX_LIMITS", text)
    result = check_shared_limits()
    assert PASSWORD not in repr(result)
    return result


class TestSharedLimits:
    @pytest.mark.parametrize("text", [None, ""])
    def test_not_set_passes(self, monkeypatch, text):
        monkeypatch.delenv("BINGX_LIMITS", raising=False)
        if text is not None:
            monkeypatch.setenv("BINGX_LIMITS", text)
        assert check_shared_limits().status is Status.PASS

    def test_off_is_a_warning(self, monkeypatch):
        result = check(monkeypatch, "off")
        assert (result.status, result.found) == (
            Status.WARN,
            "BINGX_LIMITS is off: requests may exceed the exchange's limits",
        )

    @pytest.mark.parametrize(
        "text", ["limits.db", f"valkey://:{PASSWORD}@localhost/0", "redis://h:x", "redis://h?nonsense=1"]
    )
    def test_what_cannot_be_used_fails_with_the_allowed_values(self, monkeypatch, text):
        result = check(monkeypatch, text)
        assert result.status is Status.FAIL
        assert result.fix.startswith(("Set it to off; redis://", "Set it to redis://"))

    def test_a_file_passes(self, monkeypatch, tmp_path):
        assert check(monkeypatch, str(tmp_path / "limits.db")).status is Status.PASS
        assert check(monkeypatch, f"file://{tmp_path}/limits.db").status is Status.PASS

    def test_a_file_that_cannot_be_opened_fails(self, monkeypatch, tmp_path):
        result = check(monkeypatch, str(tmp_path / "nowhere" / "limits.db"))
        assert result.status is Status.FAIL
        assert result.found == (
            "the store of BINGX_LIMITS cannot be used: the file cannot be opened: No such file or directory"
        )

    def test_a_server_that_is_not_there_fails(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as closed:
            port = closed.getsockname()[1]
        result = check(monkeypatch, f"redis://:{PASSWORD}@127.0.0.1:{port}/0")
        assert result.status is Status.FAIL
        assert result.found.endswith(": ConnectionError: Connection refused")
        assert result.fix.startswith("Check that redis-cli reaches the server")

    def test_a_server_that_hangs_fails(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            result = check(monkeypatch, f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        assert result.status is Status.FAIL
        assert result.found.endswith(": TimeoutError")
