"""`bingx-spot call` and `operations`: any operation, from the contract alone."""

import json
from dataclasses import replace

import pytest
from click.shell_completion import CompletionItem, ShellComplete

from bingx_spot.cli import _bingx_spot
from bingx_spot.cli.call import _values
from bingx_spot_api.contract import BY_ID, Parameter
from tests.support.command_line import invoke
from tests.support.samples import SYMBOL

KEYS = {"BINGX_API_KEY": "planted-key", "BINGX_API_SECRET": "planted-secret", "BINGX_ENV": "vst"}
DRY = ("--dry-run", "--json")


def test_it_prints_the_data_with_exact_ids(sandbox):
    order_id = sandbox.place_order(SYMBOL)["orderId"]
    arguments = ("call", "queryOrder", f"symbol={SYMBOL}", f"orderId={order_id}")
    for more in ([], ["--json"]):
        done = invoke(*arguments, *more, sandbox=sandbox)
        assert done.exit_code == 0, done.stderr
        printed = json.loads(done.stdout)
        assert printed["data"]["orderId"] == order_id
        assert printed["host"] == sandbox.url
        assert (len(done.stdout.splitlines()) == 1) == bool(more)


def test_errors_have_exit_codes_of_their_own(sandbox):
    missing = invoke("call", "queryOrder", f"symbol={SYMBOL}", "orderId=1", sandbox=sandbox)
    assert (missing.exit_code, missing.stdout) == (1, "")
    assert "OrderNotFound (host http" in missing.stderr
    sandbox.faults([{"fault": "html", "status": 520}])
    unknown = invoke("call", "cancelOpenOrders", f"symbol={SYMBOL}", "--json", sandbox=sandbox)
    assert unknown.exit_code == 3
    assert json.loads(unknown.stdout)["error"] == "OutcomeUnknown"


def test_a_dry_run_shows_the_request_and_sends_nothing():
    for name in ("orderIds", "order_ids"):
        done = invoke("call", "cancelOrders", f"symbol={SYMBOL}", f"{name}=1,2", *DRY, **KEYS)
        shown = json.loads(done.stdout)
        assert shown["url"].endswith(BY_ID["cancelOrders"].path)
        assert shown["parameters"]["orderIds"] == "1,2"
        assert "planted" not in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nothing"], "'nothing' is not one of"),
        (["openOrders", "symbol"], "'symbol' is not KEY=VALUE."),
        (["openOrders", "pair=A-B"], "pair is no parameter; openOrders takes symbol, recvWindow."),
        (["serverTime", "a=1"], "serverTime takes nothing."),
        (["openOrders", "symbol=A-B", "symbol=A-B"], "symbol is given twice."),
        (["openOrders", "symbol=a-b"], "symbol is 'a-b'; did you mean A-B? Allowed: base and quote"),
        (["openOrders", "recvWindow=NaN"], "recvWindow is nan; allowed: a number above 0 to 60000."),
        (["openOrders", "recvWindow=1_000"], "recvWindow is '1_000'; allowed: a number above 0 to 60000."),
        (["queryOrder", "symbol=A-B", "orderId=1e3"], "orderId is 1000.0; allowed: a whole number"),
        (["queryOrder", "symbol=A-B", "orderId=0x1"], "orderId is '0x1'; allowed: a whole number"),
        (["queryOrder", "symbol=A-B", f"orderId={'[' * 9999}"], "orderId is '[[["),
        (["queryOrder", "symbol=A-B"], "orderId or clientOrderID must be given, and neither is"),
        (["cancelAllAfter", "type=ACTIVATE", "timeOut=5"], "timeOut is 5; allowed: a whole number from 10"),
        (["cancelAllAfter", "type=ACTIVATE"], "timeOut is missing"),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_user(arguments, said):
    done = invoke("call", *arguments, **KEYS)
    assert done.exit_code == 2
    assert said in " ".join(done.stderr.split())


def test_an_amount_keeps_every_digit():
    operation = replace(BY_ID["openOrders"], arguments=(Parameter("price", "price", "decimal"),))
    assert _values(operation, ("price=64123.123456789012345678",)) == {"price": "64123.123456789012345678"}


@pytest.mark.parametrize(
    ("words", "incomplete", "offered"),
    [
        (["call"], "cancelO", ["cancelOrder", "cancelOpenOrders", "cancelOrders"]),
        (["call", "cancelOrder"], "cancel", ["cancelRestrictions="]),
        (["call", "cancelOrder"], "cancelRestrictions=P", ["PENDING", "PARTIALLY_FILLED"]),
        (["call", "cancelOrder", "cancelRestrictions", "="], "N", ["NEW"]),
        (["call", "cancelOrder", "cancelRestrictions"], "=", ["NEW", "PENDING", "PARTIALLY_FILLED"]),
        (["call", "cancelOrder"], "symbol=", []),
        (["call", "cancelOrder", "nothing"], "nothing=", []),
        (["call", "nothing"], "symbol", []),
    ],
)
def test_the_shell_completes_operations_names_and_words(words, incomplete, offered):
    shell = ShellComplete(_bingx_spot, {}, "bingx-spot", "_BINGX_SPOT_COMPLETE")
    found: list[CompletionItem] = shell.get_completions(words, incomplete)
    assert [item.value.rpartition("=")[2] or item.value for item in found] == offered


class TestOperations:
    def test_it_lists_every_operation(self):
        shown = invoke("operations").stdout
        assert all(f"│ {name}" in shown and operation.summary in shown for name, operation in BY_ID.items())
        listed = json.loads(invoke("operations", "--json").stdout)
        assert [each["operation"] for each in listed] == list(BY_ID)

    def test_it_shows_the_parameters_of_one(self):
        shown = " ".join(invoke("operations", "cancelOrders").stdout.replace("│", " ").split())
        assert "permission Spot Trading" in shown
        assert "orderIds Order ids with commas between" in shown
        assert "Optional: 1 to 10 items joined by commas" in shown
        assert "give one of orderIds, clientOrderIDs" in shown
        (described,) = json.loads(invoke("operations", "serverTime", "--json").stdout)
        assert described == {
            "operation": "serverTime",
            "summary": BY_ID["serverTime"].summary,
            "permission": None,
            "parameters": {},
        }
