"""All checks in their order, and the API key."""

import json

from bingx_sandbox import Sandbox
from bingx_spot.doctor import Status
from tests.unit.doctor.conftest import found_at


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
            "placement",
            "limits",
        ]
        assert list(found) == checked
        assert "json, query, form" in found["placement"].found
        assert sandbox.orders() == before

    def test_shows_neither_key_nor_secret(self, sandbox, found_on):
        shown = repr(found_on(sandbox))
        assert sandbox.api_key not in shown
        assert sandbox.api_secret not in shown

    def test_without_permission_no_signed_request_is_sent(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", sandbox.api_key)
        monkeypatch.setenv("BINGX_API_SECRET", sandbox.api_secret)
        found = found_at(sandbox.url, probe=False)
        assert found["key accepted"].status is Status.SKIP
        assert {request["path"] for request in sandbox.requests()} == {"/openApi/swap/v2/server/time"}

    def test_the_fallback_host_is_checked_too(self):
        found = found_at("live", probe=False)
        assert found["DNS"].status is found["fallback DNS"].status


class TestKey:
    def test_none(self, sandbox):
        found = found_at(sandbox.url)
        assert found["key"].status is Status.FAIL
        assert "BINGX_KEY_FILE" in found["key"].fix
        assert found["key accepted"].status is Status.SKIP

    def test_half_of_one(self, sandbox, monkeypatch):
        monkeypatch.setenv("BINGX_API_KEY", "a-key")
        assert "API secret is empty" in found_at(sandbox.url)["key"].found

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

    def test_without_permission(self, found_on):
        with Sandbox(permissions=()) as sandbox:
            found = found_on(sandbox)["key accepted"]
        assert (found.status, "ermission" in found.found) == (Status.FAIL, True)

    def test_from_an_address_that_is_not_whitelisted(self, sandbox, found_on):
        text = "your current request IP does not match IP whitelist"
        sandbox.faults([{"fault": "error", "code": 100419, "msg": text, "operation": "cancel"}])
        found = found_on(sandbox)["key accepted"]
        assert (found.status, "whitelist" in found.found) == (Status.FAIL, True)
