"""Commands with a sandbox and over real sockets, and what only a process can show."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import BingxSpot, OutcomeUnknown
from tests.support.command_line import invoke, keys
from tests.support.patience import patiently
from tests.support.sandboxes import keys as credentials
from tests.support.sandboxes import options

COMMAND = Path(sys.executable).with_name("bingx-spot")


def process(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, **variables},
        check=False,
    )


class TestCancel:
    def test_a_process_prints_a_table_and_exits_0(self, sandbox):
        order = sandbox.place_order()
        done = process("cancel", order["symbol"], "--order-id", order["orderId"], **keys(sandbox))
        assert done.returncode == 0
        assert done.stdout.startswith("Cancelled")
        assert str(order["orderId"]) in done.stdout

    def test_a_process_exits_with_the_code_of_its_outcome(self, sandbox):
        order = sandbox.place_order(status="FILLED")
        done = process("cancel", order["symbol"], "--order-id", order["orderId"], "--json", **keys(sandbox))
        assert done.returncode == 10
        assert json.loads(done.stdout)["outcome"] == "filled"

    def test_by_client_order_id_and_only_in_one_status(self, sandbox):
        order = sandbox.place_order(clientOrderID="my-bot_0001")
        asked = ("cancel", order["symbol"], "--client-order-id", "my-bot_0001", "--recv-window", "3000.0")
        assert invoke(*asked, "--only", "PARTIALLY_FILLED", "--json", sandbox=sandbox).exit_code != 0
        assert invoke(*asked, "--only", "NEW", sandbox=sandbox).exit_code == 0

    def test_an_order_that_was_cancelled_before(self, sandbox):
        order = sandbox.place_order()
        asked = ("cancel", order["symbol"], "--order-id", order["orderId"], "--json")
        assert invoke(*asked, sandbox=sandbox).exit_code == 0
        again = invoke(*asked, sandbox=sandbox)
        assert again.exit_code == 11
        printed = json.loads(again.stdout)
        assert (printed["outcome"], printed["error"]) == ("already_canceled", "OrderAlreadyCanceled")
        assert printed["orderId"] == order["orderId"]
        assert invoke(*asked, "--already-canceled-ok", sandbox=sandbox).exit_code == 0

    @pytest.mark.usefixtures("_visible_at_once")
    def test_an_order_that_is_not_found_by_its_client_order_id_says_what_that_proves(self, sandbox):
        done = invoke("cancel", "BTC-USDT", "--client-order-id", "no-such-order", sandbox=sandbox)
        assert done.exit_code == 14
        shown = " ".join(done.stdout.replace("│", " ").split())
        assert "for two hours only, and a new order not at once" in shown
        assert "does not prove" in shown

    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_a_number_sign_in_a_symbol_is_no_other_parameter(self, sandbox, placement):
        order = sandbox.place_order("OTHR#99961-USDT")
        with BingxSpot(credentials(sandbox), **options(sandbox, placement=placement)) as bingx:
            assert bingx.cancel_order("OTHR#99961-USDT", order_id=order["orderId"]).status == "CANCELED"

    def test_a_dry_run_sends_nothing(self, sandbox):
        order = sandbox.place_order()
        asked = ("cancel", order["symbol"], "--order-id", order["orderId"], "--dry-run")
        assert invoke(*asked, sandbox=sandbox).exit_code == 0
        assert sandbox.requests() == []


class TestQuery:
    def test_by_client_order_id(self, sandbox):
        placed = sandbox.place_order("BTC-USDT", clientOrderID="my-bot_0003")
        done = invoke("query", "BTC-USDT", "--client-order-id", "my-bot_0003", "--json", sandbox=sandbox)
        assert done.exit_code == 0
        printed = json.loads(done.stdout)
        assert (printed["orderId"], printed["status"]) == (placed["orderId"], "NEW")

    def test_failures(self, sandbox):
        done = invoke("query", "BTC-USDT", "--order-id", "7", "--json", sandbox=sandbox)
        assert done.exit_code == 14
        printed = json.loads(done.stdout)
        assert (printed["error"], printed["code"]) == ("OrderNotFound", 100404)
        sandbox.faults([{"fault": "html", "status": 418}])
        done = invoke("query", "BTC-USDT", "--order-id", "7", sandbox=sandbox)
        assert done.exit_code == 3
        assert "RateLimited" in done.stderr
        assert sandbox.api_key not in done.output

    def test_the_hint_of_an_unknown_outcome_is_a_command_that_works(self, sandbox):
        placed = sandbox.place_order("BTC-USDT")
        sandbox.faults([{"fault": "reset-after-executing"}])
        client, order_id = BingxSpot(credentials(sandbox), **options(sandbox)), placed["orderId"]
        with pytest.raises(OutcomeUnknown) as unknown, client as bingx:
            patiently(
                lambda timeout: bingx.with_options(timeout=timeout).cancel_order(
                    "BTC-USDT", order_id=order_id
                ),
                0.5,
            )
        assert str(unknown.value).startswith(f"Unknown whether order {placed['orderId']} was cancelled.")
        sandbox.clear_faults()
        command = unknown.value.hint.split("`")[1].split()
        assert command[0] == "bingx-spot"
        assert json.loads(invoke(*command[1:], "--json", sandbox=sandbox).stdout)["status"] == "CANCELED"


def test_time_needs_no_api_key(sandbox):
    done = invoke("time", "--env", sandbox.url, "--json")
    assert done.exit_code == 0
    assert abs(json.loads(done.stdout)["serverTime"] - time.time_ns() // 1_000_000) < 20_000
    assert "none" not in json.dumps(sandbox.requests()), "no key is sent"


class TestSandbox:
    def test_says_where_it_listens_and_ends_on_a_signal(self):
        command = [COMMAND, "sandbox", "--port", "0", "--orders", "1"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as started:
            assert started.stdout is not None
            said = json.loads(started.stdout.readline())
            started.terminate()
            assert started.wait(timeout=30) == 0
        assert said.keys() == {"url", "apiKey", "apiSecret", "accounts"}

    @pytest.mark.parametrize("as_json", [False, True])
    def test_tells_people_what_to_open_and_why_it_rejected_a_request(self, as_json):
        import pty

        person, terminal = pty.openpty()
        command = [COMMAND, "sandbox", "--port", "0", *["--json"] * as_json]
        with subprocess.Popen(command, stdout=terminal, stderr=subprocess.PIPE, text=True) as started:
            os.close(terminal)
            try:
                said = ""
                while not said.endswith("]}\r\n" if as_json else "this text.\r\n"):
                    said += os.read(person, 10_000).decode()
                [url] = set(re.findall(r"http://[0-9.]+:[0-9]+", said))
                [key] = re.findall(r'(?:BINGX_API_KEY=|^{.*?"apiKey": ")([-_0-9A-Za-z]+)', said)
                query = f"symbol=BTC-USDT&orderId=1&timestamp={int(time.time())}&signature=00"
                cancel = f"{url}/openApi/spot/v1/trade/cancel?{query}"
                httpx.post(cancel, headers={"X-BX-APIKEY": key}, trust_env=False)
            finally:
                started.terminate()
            _, rejections = started.communicate(timeout=30)
        os.close(person)
        assert said.startswith("{" if as_json else f"The sandbox listens at {url}: open this page")
        assert ("export BINGX_API_SECRET=" in said) is not as_json
        assert "seconds" in rejections

    def test_rejects_a_host_that_others_can_reach(self):
        done = invoke("sandbox", "--host", "192.0.2.1", "--port", "0")
        assert done.exit_code != 0
        assert "loopback" in done.stderr


def test_a_person_is_asked_before_doctor_tries_the_key():
    import pty

    with Sandbox(limits="off") as sandbox:
        person, terminal = pty.openpty()
        with subprocess.Popen(
            [COMMAND, "doctor", "--env", sandbox.url],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **keys(sandbox)},
        ) as started:
            os.write(person, b"n\n")
            out, err = started.communicate(timeout=60)
    os.close(person)
    os.close(terminal)
    assert "nothing can be cancelled by it" in err
    assert "Run this again with --yes" in out


@pytest.mark.skipif(os.name == "nt", reason="the shell's `>&-`")
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(sandbox, tmp_path, closed):
    orders = tmp_path / "orders.jsonl"
    orders.write_text(json.dumps(sandbox.place_order()), "utf-8")
    shell = ["bash", "-c", f'exec "$@" {closed}', "bash", str(COMMAND)]
    environment = {**os.environ, **keys(sandbox)}
    for arguments in (["cancel-many", "--from", str(orders)], ["call", "openOrders"]):
        done = subprocess.run([*shell, *arguments], env=environment, timeout=60, check=False)
        assert done.returncode == 0, arguments
