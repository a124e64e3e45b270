"""The command `bingx-spot sandbox`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from bingx_spot.cli.sandbox import command
from tests.sandbox.client import CANCEL, now, signature_of

COMMAND = Path(sys.executable).with_name("bingx-spot")
HOUR = 3_600_000


@contextmanager
def started(*arguments: str) -> Iterator[dict[str, str]]:
    """Run the command in a process, and yield what it announces."""
    command_line = [COMMAND, "sandbox", "--port", "0", *arguments]
    with subprocess.Popen(command_line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()
    assert process.returncode == 0


def rejected(*arguments: str) -> str:
    """Run the command in this process, and return its error."""
    result = CliRunner().invoke(command, arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    return result.stderr


def test_faults_can_be_options_and_a_file(http: httpx.Client, tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    file.write_text(json.dumps([{"fault": "data-null"}]))
    rules = ['{"fault": "html", "status": 520, "times": 1}', '{"fault": "empty-body", "times": 1}']
    with started("--fault", rules[0], "--fault", rules[1], "--faults", str(file)) as announced:
        path = announced["url"] + "/openApi/swap/v2/server/time"
        answers = [http.get(path) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [520, 200, 200]
    assert answers[1].content == b""
    assert answers[2].json()["data"] is None


def test_clock_offset_and_placement_are_options(http: httpx.Client) -> None:
    with started("--placement", "query", "--clock-offset", str(-HOUR), "--orders", "1") as announced:
        order_id = http.get(announced["url"] + "/_sandbox/orders").json()["orders"][0]["orderId"]

        def cancel(where: str, timestamp: int) -> Any:
            order = {"orderId": order_id, "symbol": "BTC-USDT", "timestamp": timestamp}
            canonical = "&".join(f"{name}={value}" for name, value in order.items())
            signed = {**order, "signature": signature_of(canonical, announced["apiSecret"])}
            headers = {"X-BX-APIKEY": announced["apiKey"]}
            request = http.build_request(
                "POST", announced["url"] + CANCEL, headers=headers, **{where: signed}
            )
            return http.send(request).json()["code"]

        assert cancel("json", now() - HOUR) == 100412
        assert cancel("params", now()) == 100421
        assert cancel("params", now() - HOUR) == 0


def test_accounts_keys_and_limits_are_options(http: httpx.Client) -> None:
    with started(
        "--accounts", "2", "--keys", "3", "--limits", "x10", "--lock-seconds", "7", "--copy-trading"
    ) as announced:
        limits = http.get(announced["url"] + "/_sandbox/limits").json()
        accounts: Any = announced["accounts"]
    assert (limits["limits"], limits["lockSeconds"], limits["copyTrading"]) == (10, 7, True)
    assert [len(account["keys"]) for account in accounts] == [3, 3]
    assert len({account["uid"] for account in accounts}) == 2
    assert len({key["apiSecret"] for account in accounts for key in account["keys"]}) == 6
    first = accounts[0]["keys"][0]
    assert (announced["apiKey"], announced["apiSecret"]) == (first["apiKey"], first["apiSecret"])


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--fault", "{"], "Error: faults must be JSON; "),
        (["--fault", '{"fault": "html", "status": 1}'], "Error: faults[0].status must be an HTTP status"),
        (["--orders", "100001"], "Error: --orders must be a whole number from 0 to 100000."),
        (["--clock-offset", "9" * 15], "Error: --clock-offset must be a whole number from -"),
        (["--placement", "body"], "Invalid value for '--placement'"),
        (["--limits", "few"], "Error: --limits must be documented, off, or a factor"),
        (["--lock-seconds", "-1"], "Error: --lock-seconds must be a number from 0 to 3600."),
        (["--accounts", "0"], "Error: --accounts must be a whole number from 1 to 100."),
        (["--keys", "101"], "Error: --keys must be a whole number from 1 to 100."),
        (["--faults", "no-such-file"], "Invalid value for '--faults'"),
        (["--faults", "/dev/zero"], "--faults has more than 1,048,576 bytes"),
        (["--host", "192.0.2.1"], "Error: --host must be a loopback address"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], error: str) -> None:
    assert error in rejected(*arguments)
