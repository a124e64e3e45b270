"""`bingx-spot cancel`: its outcome, its exit code and its output, for each ending."""

import json

import pytest

from bingx_spot import (
    Attempt,
    CancelOutcome,
    ErrorDetails,
    NotSent,
    Order,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RequestRejected,
    Response,
    StillOpen,
)
from bingx_spot.cli import cancel
from tests.support.command_line import invoke
from tests.support.samples import ORDER, ORDER_ID
from tests.unit.cli.stub_client import install

ATTEMPT = Attempt(1, "queryOrder", "https://primary.test", "HTTP 200, verified")
DETAILS = ErrorDetails(
    "order not exist",
    code=100404,
    http_status=200,
    summary="What it means for the order.",
    hint="What to do.",
    attempts=(ATTEMPT, ATTEMPT),
)
ARGUMENTS = ("cancel", "BTC-USDT", "--order-id", ORDER_ID)


def order(status: str) -> Order:
    data = {**ORDER, "status": status, "executedQty": "0.5"}
    body = json.dumps({"code": 0, "data": data}).encode()
    return Order.from_data(data, Response(200, {}, body))


ENDINGS = [
    ("unaffected", RequestRejected(DETAILS), 1),
    ("unaffected", NotSent(DETAILS), 1),
    ("unknown", OutcomeUnknown(DETAILS), 3),
    ("filled", OrderFilled(DETAILS, order("FILLED")), 10),
    ("already_canceled", OrderAlreadyCanceled(DETAILS, order("CANCELED")), 11),
    ("failed", OrderFailed(DETAILS, order("FAILED")), 12),
    ("not_open", OrderNotOpen(DETAILS), 13),
    ("not_found", OrderNotFound(DETAILS), 14),
    ("still_open", StillOpen(DETAILS, order("NEW")), 15),
]
EACH = pytest.mark.parametrize(
    ("outcome", "error", "code"), ENDINGS, ids=[type(error).__name__ for _, error, _ in ENDINGS]
)


def test_a_cancelled_order(monkeypatch):
    stub = install(monkeypatch, cancel, order("CANCELED"))
    done = invoke(*ARGUMENTS, "--only", "NEW", "--recv-window", "3000.0")
    assert done.exit_code == 0
    assert done.stdout.startswith("Cancelled")
    assert str(ORDER_ID) in done.stdout
    assert "\x1b" not in done.stdout, "no color without a terminal"
    [(name, parameters)] = stub.calls
    assert name == "cancel_order"
    assert parameters == {
        "arguments": ("BTC-USDT",),
        "order_id": str(ORDER_ID),
        "client_order_id": None,
        "cancel_restrictions": "NEW",
        "recv_window": 3000.0,
    }
    printed = json.loads(invoke(*ARGUMENTS, "--json").stdout)
    assert (printed["outcome"], printed["orderId"], printed["status"]) == ("cancelled", ORDER_ID, "CANCELED")


@EACH
def test_each_ending_has_its_exit_code(monkeypatch, outcome, error, code):
    install(monkeypatch, cancel, error)
    assert invoke(*ARGUMENTS).exit_code == code == cancel.EXIT_CODES[CancelOutcome(outcome)]


@EACH
def test_each_ending_as_json(monkeypatch, outcome, error, code):
    install(monkeypatch, cancel, error)
    done = invoke(*ARGUMENTS, "--json")
    assert done.exit_code == code
    printed = json.loads(done.stdout)
    assert printed["outcome"] == outcome
    assert printed["error"] == type(error).__name__
    assert printed["orderId"] == ORDER_ID
    assert (printed["code"], printed["hint"]) == (100404, "What to do.")
    assert len(printed["attempts"]) == 2
    stated = getattr(error, "order", None)
    assert printed.get("orderStatus") == (None if stated is None else stated.status)
    assert printed.get("executedQty") == (None if stated is None else "0.5")


@EACH
def test_each_ending_for_people(monkeypatch, outcome, error, code):
    install(monkeypatch, cancel, error)
    shown = invoke(*ARGUMENTS).stdout
    assert shown.startswith("What it means for the order.")
    assert outcome in shown
    assert "What to do." in shown
    assert "order not exist" in shown
    assert "queryOrder: HTTP 200, verified (2 times)" in shown


def test_the_exit_codes_and_their_words_are_in_the_help():
    listed = {}
    for line in invoke("cancel", "--help").stdout.split("Exit codes", 1)[1].splitlines():
        number, _, rest = line.strip().partition(" ")
        if number.isdigit() and rest.split()[0] in list(CancelOutcome):
            listed[rest.split()[0]] = int(number)
    assert listed == {outcome.value: code for outcome, code in cancel.EXIT_CODES.items()}
    assert len(set(listed.values())) == len(listed)


class TestAlreadyCanceledOk:
    def test_an_order_that_was_cancelled_before_is_success(self, monkeypatch):
        install(monkeypatch, cancel, OrderAlreadyCanceled(DETAILS, order("CANCELED")))
        done = invoke(*ARGUMENTS, "--already-canceled-ok")
        assert done.exit_code == 0
        assert done.stdout.startswith("Cancelled before")
        done = invoke(*ARGUMENTS, "--already-canceled-ok", "--json")
        assert done.exit_code == 0
        printed = json.loads(done.stdout)
        assert (printed["outcome"], printed["status"]) == ("already_canceled", "CANCELED")

    def test_a_filled_order_is_not(self, monkeypatch):
        install(monkeypatch, cancel, OrderFilled(DETAILS, order("FILLED")))
        assert invoke(*ARGUMENTS, "--already-canceled-ok").exit_code == 10


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
def test_wrong_usage_exits_2_and_names_the_option(arguments, named):
    done = invoke("cancel", *arguments, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert named in done.stderr
    assert not done.stdout


def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from():
    done = invoke(*ARGUMENTS)
    assert done.exit_code == 2
    assert "BINGX_API_KEY" in done.stderr


def test_a_dry_run_shows_the_request_redacted():
    variables = {"BINGX_API_KEY": "planted-key", "BINGX_API_SECRET": "planted-secret"}
    done = invoke(*ARGUMENTS, "--dry-run", "--json", "--env", "http://127.0.0.1:1", **variables)
    assert done.exit_code == 0
    shown = json.loads(done.stdout)
    assert shown["url"] == "http://127.0.0.1:1/openApi/spot/v1/trade/cancel"
    assert shown["parameters"]["orderId"] == ORDER_ID
    assert shown["parameters"]["signature"] == "***"
    assert shown["headers"]["X-BX-APIKEY"] == "***"
    table = invoke(*ARGUMENTS, "--dry-run", **variables)
    assert table.stdout.startswith("Dry run: nothing was sent")
    assert "planted" not in done.output + table.output
