"""A server that sends terminal codes: no command obeys one, whatever it prints."""

import json

import pytest

from bingx_spot.config import Config
from tests.support.command_line import invoke
from tests.support.samples import ORDER, ORDER_ID
from tests.support.scripted_server import http, scripted_server

#: Clears the screen, sets the title and the clipboard, turns the text around, and is markup of rich.
CODES = (
    "\x1b[2J\x1b]0;title\x07\x1b]52;c;Y2xpcA==\x07\x9b1m\u202e\u2066\u200b\r\n"
    "[bold]Cancelled, status CANCELED[/]"
)
REFUSAL = {"code": 100001, "msg": CODES, "debugMsg": CODES}
SUCCESS = {
    "code": 0,
    "msg": CODES,
    "data": {**ORDER, "clientOrderID": CODES, "type": CODES, "more": {CODES: CODES}},
}
UNCLEAR = {"code": 0, "msg": CODES, "data": {**ORDER, "status": CODES}}
NAMED = ["BTC-USDT", "--order-id", str(ORDER_ID)]


@pytest.mark.parametrize("as_json", [[], ["--json"]], ids=["table", "json"])
@pytest.mark.parametrize("answer", [REFUSAL, SUCCESS, UNCLEAR], ids=["refusal", "success", "unclear"])
@pytest.mark.parametrize(
    "arguments",
    [["cancel", *NAMED], ["query", *NAMED], ["time"], ["doctor", "--yes"], ["cancel-many", "--from", "-"]],
    ids=lambda arguments: arguments[0],
)
def test_no_command_obeys_a_server(arguments, answer, as_json, monkeypatch):
    monkeypatch.setitem(Config.__init__.__kwdefaults__, "timeout", 0.2)
    rows = f"symbol,orderId\nBTC-USDT,{ORDER_ID}\n"
    with scripted_server(
        http(json.dumps(answer), headers="X-RateLimit-Requests-Remain: \x9b2J\u202e")
    ) as server:
        keys = {"BINGX_API_KEY": "sample-api-key", "BINGX_API_SECRET": "s", "BINGX_ENV": server.url}
        done = invoke(*arguments, *as_json, text=rows, BINGX_LIMITS="off", **keys)
    assert answer is not REFUSAL or "[2J" in f"{done.stdout}{done.stderr}"
    for shown in (done.stdout, done.stderr):
        assert [line for line in shown.split("\n") if not line.isprintable()] == []
    if as_json and arguments[0] != "cancel-many":
        json.loads(done.stdout)


@pytest.mark.parametrize("moment", [10**18, -(10**18), 10**15])
@pytest.mark.parametrize("command", ["time", "doctor"])
def test_a_time_that_no_date_has_is_a_number(command, moment):
    with scripted_server(http(json.dumps({"code": 0, "msg": "", "data": {"serverTime": moment}}))) as server:
        keys = {"BINGX_API_KEY": "sample-api-key", "BINGX_API_SECRET": "s", "BINGX_ENV": server.url}
        done = invoke(command, BINGX_TIMEOUT="0.3", **keys)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert command == "doctor" or (done.exit_code == 0 and str(moment) in done.stdout)
