"""The command line as people and programs use it: a process, its output and its exit code."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox
from tests.support.scripted_server import http, scripted_server

COMMAND = Path(sys.executable).with_name("bingx-spot")
SAMPLE_SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"


def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, **variables},
        check=False,
    )


def keys(sandbox: Sandbox) -> dict[str, str]:
    secrets = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    return {**secrets, "BINGX_ENV": sandbox.url}


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(limits="off") as running:
        yield running


def test_a_cancel_prints_a_table_and_exits_0(sandbox):
    order = sandbox.place_order()
    done = run("cancel", order["symbol"], "--order-id", order["orderId"], **keys(sandbox))
    assert done.returncode == 0
    assert "Cancelled" in done.stdout
    assert str(order["orderId"]) in done.stdout
    assert "CANCELED" in done.stdout
    assert "\x1b" not in done.stdout, "no colour where there is no terminal"


def test_json_is_one_object_with_the_exact_order_id(sandbox):
    order = sandbox.place_order()
    done = run("cancel", order["symbol"], "--order-id", order["orderId"], "--json", **keys(sandbox))
    assert done.returncode == 0
    answer = json.loads(done.stdout)
    assert answer["outcome"] == "cancelled"
    assert answer["orderId"] == order["orderId"]
    assert answer["status"] == "CANCELED"


def test_by_client_order_id_and_only_where_the_status_is_the_one_named(sandbox):
    order = sandbox.place_order(clientOrderID="my-bot_0001")
    asked = ("cancel", order["symbol"], "--client-order-id", "my-bot_0001", "--recv-window", "3000.0")
    other = run(*asked, "--only", "PARTIALLY_FILLED", "--json", **keys(sandbox))
    assert other.returncode == 1
    assert run(*asked, "--only", "NEW", **keys(sandbox)).returncode == 0


def test_an_order_that_is_not_open_exits_1_and_says_why(sandbox):
    order = sandbox.place_order()
    asked = ("cancel", order["symbol"], "--order-id", order["orderId"])
    assert run(*asked, **keys(sandbox)).returncode == 0
    again = run(*asked, "--json", **keys(sandbox))
    assert again.returncode == 1
    answer = json.loads(again.stdout)
    assert answer["outcome"] == "not cancelled"
    assert answer["error"] == "OrderNotOpen"
    assert answer["code"] == 100404
    assert answer["orderId"] == order["orderId"]
    assert run(*asked, **keys(sandbox)).stdout.startswith("Not cancelled")


def test_an_answer_that_tells_nothing_exits_3():
    with scripted_server(http("<html>hello</html>", headers="Content-Type: text/html")) as server:
        variables = {"BINGX_API_KEY": "k", "BINGX_API_SECRET": "s"}
        done = run("cancel", "BTC-USDT", "--order-id", 7, "--env", server.url, "--json", **variables)
    assert done.returncode == 3
    assert json.loads(done.stdout)["outcome"] == "unknown"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("BTC-USDT",), "--order-id or --client-order-id"),
        (("BTC-USDT", "--order-id", "1", "--client-order-id", "a"), "--order-id or --client-order-id"),
        (("btc/usdt", "--order-id", "1"), "SYMBOL"),
        (("BTC-USDT", "--order-id", "12a"), "--order-id"),
        (("BTC-USDT", "--order-id", "0"), "--order-id"),
        (("BTC-USDT", "--client-order-id", "a b"), "--client-order-id"),
        (("BTC-USDT", "--order-id", "1", "--recv-window", "nan"), "--recv-window"),
        (("BTC-USDT", "--order-id", "1", "--only", "FILLED"), "--only"),
        (("BTC-USDT", "--order-id", "1", "--env", "moon"), "--env"),
        (("BTC-USDT", "--order-id", "1", "--env", "http://example.com"), "--env"),
    ],
)
def test_bad_input_exits_2_and_names_the_option(arguments, named):
    done = run("cancel", *arguments, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.returncode == 2
    assert named in done.stderr
    assert not done.stdout


def test_no_keys_exits_2_and_says_where_they_come_from():
    done = run("cancel", "BTC-USDT", "--order-id", "1")
    assert done.returncode == 2
    assert "BINGX_API_KEY" in done.stderr


def test_a_dry_run_shows_the_request_masked_and_sends_nothing():
    with scripted_server(None) as server:
        done = run(
            *("cancel", "BTC-USDT", "--order-id", "1735964079647111280", "--dry-run", "--json"),
            *("--env", server.url),
            BINGX_API_KEY="planted-key",
            BINGX_API_SECRET="planted-secret",
        )
    assert done.returncode == 0
    shown = json.loads(done.stdout)
    assert shown["url"] == f"{server.url}/openApi/spot/v1/trade/cancel"
    assert shown["parameters"]["orderId"] == 1735964079647111280
    assert shown["parameters"]["signature"] == "***"
    assert shown["headers"]["X-BX-APIKEY"] == "***"
    assert "planted" not in done.stdout + done.stderr
    assert server.requests == []


def test_sign_prints_the_canonical_string_and_the_documented_digest():
    parameters = ("timestamp=1696751141337", "symbol=BTC-USDT", "recvWindow=0")
    done = run("sign", *parameters, BINGX_API_SECRET=SAMPLE_SECRET)
    assert done.returncode == 0
    assert "recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337" in done.stdout
    assert "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2" in done.stdout


@pytest.mark.parametrize("parameters", [("symbol",), ("=1",), ("a=1", "a=2"), ("a=b=c",), ("a=b&c",)])
def test_sign_refuses_what_cannot_be_signed(parameters):
    done = run("sign", *parameters, BINGX_API_SECRET="s")
    assert done.returncode == 2
    assert not done.stdout


def test_sign_takes_the_secret_out_of_a_key_file(tmp_path):
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"apiKey": "k", "apiSecret": SAMPLE_SECRET}))
    file.chmod(0o600)
    done = run("sign", "timestamp=1696751141337", "symbol=BTC-USDT", "recvWindow=0", BINGX_KEY_FILE=str(file))
    assert "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2" in done.stdout
    file.chmod(0o644)
    done = run("sign", "a=1", BINGX_KEY_FILE=str(file))
    assert done.returncode == 2
    assert "can be read by others" in done.stderr


def test_sign_without_a_secret_says_so():
    done = run("sign", "a=1")
    assert done.returncode == 2
    assert "BINGX_API_SECRET" in done.stderr


@pytest.mark.parametrize("command", [(), ("cancel",), ("sandbox",), ("sign",)])
def test_help_has_examples(command):
    done = run(*command, "--help")
    assert done.returncode == 0
    assert "Example" in done.stdout


def test_version():
    from bingx_spot import __version__

    assert run("--version").stdout == f"bingx-spot, version {__version__}\n"


def test_the_sandbox_command_says_where_it_listens_and_ends_on_a_signal():
    command = [COMMAND, "sandbox", "--port", "0", "--orders", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())
        process.terminate()
        assert process.wait(timeout=30) == 0
    assert said.keys() == {"url", "apiKey", "apiSecret", "accounts"}


def test_the_sandbox_command_refuses_a_host_that_others_can_reach():
    done = run("sandbox", "--host", "0.0.0.0", "--port", "0")  # noqa: S104 - it must be refused
    assert done.returncode != 0
    assert "loopback" in done.stderr
    assert "Traceback" not in done.stderr
