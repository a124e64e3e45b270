"""`bingx-spot cancel` and `query`: outcome, exit code and output, for each ending."""

import json
import re
from dataclasses import replace

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
    RateLimited,
    RequestRejected,
    Response,
    StillOpen,
)
from bingx_spot.cli import cancel as module
from bingx_spot.cli import connection
from bingx_spot.cli.output import EXIT_CODES, attempt_lines
from bingx_spot.core.engine import MAYBE_SENT_NOTE, NOT_SENT_NOTE
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
QUERY = ("query", "BTC-USDT", "--order-id", ORDER_ID)


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
    stub = install(monkeypatch, module, order("CANCELED"))
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
    assert (printed["environment"], printed["host"]) == ("live", "https://open-api.bingx.com")


def test_an_order_id_may_follow_the_symbol(monkeypatch):
    stub = install(monkeypatch, module, order("CANCELED"))
    assert invoke("cancel", "BTC-USDT", ORDER_ID).exit_code == 0
    [(_, parameters)] = stub.calls
    assert (parameters["order_id"], parameters["client_order_id"]) == (str(ORDER_ID), None)


def test_a_code_is_a_number_in_json_however_it_was_received(monkeypatch):
    install(monkeypatch, module, RequestRejected(replace(DETAILS, code="100404")))
    assert json.loads(invoke(*ARGUMENTS, "--json").stdout)["code"] == 100404


def test_a_hint_that_names_retry_at_has_it_beside(monkeypatch):
    install(monkeypatch, module, OutcomeUnknown(replace(DETAILS, retry_at=5_000)))
    assert re.search(r"│ retry_at +│ 00:00:05 UTC", invoke(*ARGUMENTS).stdout)


def test_what_no_code_stands_beside_is_not_said_by_the_exchange(monkeypatch):
    for code, label in ((None, "reason"), (100404, "the exchange said")):
        install(monkeypatch, module, NotSent(replace(DETAILS, code=code)))
        shown = invoke(*ARGUMENTS).stdout
        assert f"│ {label} " in shown
        assert ("the exchange said" in shown) == (code is not None)
    install(monkeypatch, module, NotSent(replace(DETAILS, attempts=())))
    assert "attempts" not in invoke(*ARGUMENTS).stdout, "no row without a value"


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ([], f"Unknown whether order {ORDER_ID} was cancelled. Find out with: "),
        ([MAYBE_SENT_NOTE], f"Unknown whether order {ORDER_ID} was cancelled. Find out with: "),
        ([NOT_SENT_NOTE], f"Order {ORDER_ID} was not cancelled: nothing was sent."),
    ],
    ids=["unknown", "maybe sent", "not sent"],
)
def test_ctrl_c_names_the_order_and_the_next_step(monkeypatch, notes, said):
    interruption = KeyboardInterrupt()
    for note in notes:
        interruption.add_note(note)
    install(monkeypatch, module, interruption)
    done = invoke(*ARGUMENTS, "--env", "vst")
    assert done.exit_code == 130
    assert done.stderr.startswith(f"Interrupted. {said}")
    query = f"bingx-spot query BTC-USDT --order-id {ORDER_ID} --env vst\n"
    assert done.stderr.endswith(query) == ("Unknown" in said)


def test_equal_attempts_are_one_line_with_their_times_and_hosts():
    equal = replace(ATTEMPT, at=5_000, host="https://fallback.test")
    other = replace(ATTEMPT, operation="cancelOrder", result="no response", at=3_000)
    assert attempt_lines((ATTEMPT, other, equal)) == [
        "queryOrder 2 times, 00:00:00 UTC to 00:00:05 UTC, primary.test, fallback.test: HTTP 200, verified",
        "cancelOrder, 00:00:03 UTC, primary.test: no response",
    ]
    assert attempt_lines((replace(other, result="HTTP 502: bad"),), "bad") == [
        "cancelOrder, 00:00:03 UTC, primary.test: HTTP 502"
    ], "the reason stands above"


@EACH
def test_each_ending_has_its_exit_code(monkeypatch, outcome, error, code):
    install(monkeypatch, module, error)
    assert invoke(*ARGUMENTS).exit_code == code == EXIT_CODES[CancelOutcome(outcome)]


@EACH
def test_each_ending_as_json(monkeypatch, outcome, error, code):
    install(monkeypatch, module, error)
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
    install(monkeypatch, module, error)
    shown = invoke(*ARGUMENTS).stdout
    assert shown.startswith("What it means for the order.")
    assert outcome in shown
    assert "What to do." in shown
    assert "order not exist" in shown
    said = " ".join(shown.replace("│", " ").split())
    assert "queryOrder 2 times, 00:00:00 UTC, primary.test: HTTP 200, verified" in said
    assert "environment live" in said
    assert "host https://open-api.bingx.com" in said


def test_the_exit_codes_and_their_words_are_in_the_help():
    listed = {}
    for line in invoke("cancel", "--help").stdout.split("Exit codes", 1)[1].splitlines():
        number, _, rest = line.strip().partition(" ")
        if number.isdigit() and rest.split()[0] in list(CancelOutcome):
            listed[rest.split()[0]] = int(number)
    assert listed == {outcome.value: code for outcome, code in EXIT_CODES.items()}
    assert len(set(listed.values())) == len(listed)


class TestAlreadyCanceledOk:
    def test_an_order_that_was_cancelled_before_is_success(self, monkeypatch):
        install(monkeypatch, module, OrderAlreadyCanceled(DETAILS, order("CANCELED")))
        done = invoke(*ARGUMENTS, "--already-canceled-ok")
        assert done.exit_code == 0
        assert done.stdout.startswith("Cancelled before")
        done = invoke(*ARGUMENTS, "--already-canceled-ok", "--json")
        assert done.exit_code == 0
        printed = json.loads(done.stdout)
        assert (printed["outcome"], printed["status"]) == ("already_canceled", "CANCELED")

    def test_a_filled_order_is_not(self, monkeypatch):
        install(monkeypatch, module, OrderFilled(DETAILS, order("FILLED")))
        assert invoke(*ARGUMENTS, "--already-canceled-ok").exit_code == 10


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("BTC-USDT",), "ORDER_ID or --client-order-id"),
        (("BTC-USDT", "--order-id", "1", "--client-order-id", "a"), "ORDER_ID or --client-order-id"),
        (("btc/usdt", "--order-id", "1"), "SYMBOL"),
        (("BTCUSDT", "1"), "did you mean BTC-USDT?"),
        (("BTC-USDT", "1", "--order-id", "1"), "given twice"),
        (("BTC-USDT", "my-bot_0001"), "--client-order-id"),
        (("BTC-USDT", "1.7e18"), "ORDER_ID is '1.7e18': a program that rounds long numbers"),
        (("BTC-USDT", "1", "--timeout", "10000"), "--timeout is 10000.0; allowed: seconds"),
        (("BTC-USDT", "1", "--timeout", "soon"), "--timeout is 'soon'"),
        (("BTC-USDT", "1", "--placement", "body"), "--placement is 'body'"),
        (("BTC-USDT", "1", "--proxy", "http://p:1", "--env", "sandbox"), "--proxy or BINGX_PROXY"),
        (("BTC-USDT", "1", "--ca-file", "/nowhere"), "--ca-file is '/nowhere', which cannot be read"),
        (("BTC-USDT", "1", "--rate", "9"), "--rate is 9.0"),
        (("BTC-USDT", "--order-id", "12a"), "ORDER_ID"),
        (("BTC-USDT", "--order-id", "0"), "ORDER_ID"),
        (("BTC-USDT", " 5"), "ORDER_ID is ' 5'; did you mean 5?"),
        (("1735964079647111281", "BTC-USDT"), "SYMBOL comes before it"),
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


def test_a_key_that_was_copied_with_its_line_end_is_asked_about():
    done = invoke(*ARGUMENTS, BINGX_API_KEY="k\n", BINGX_API_SECRET="s")
    assert done.stderr.endswith("was a line break copied with it?\n")


@pytest.mark.parametrize("arguments", [ARGUMENTS, QUERY], ids=["cancel", "query"])
def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from(arguments):
    done = invoke(*arguments)
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
    table = invoke(*ARGUMENTS, "--dry-run", "--env", "http://127.0.0.1:1", **variables)
    assert table.stdout.count("http://127.0.0.1:1 ") == 1
    assert table.stdout.startswith("Dry run: nothing was sent")
    assert "planted" not in done.output + table.output


class TestQuery:
    def test_shows_the_order(self, monkeypatch):
        install(monkeypatch, connection, order("FILLED"))
        done = invoke(*QUERY)
        assert done.exit_code == 0
        assert str(ORDER_ID) in done.stdout
        assert "FILLED" in done.stdout
        assert "\x1b" not in done.stdout
        assert json.loads(invoke(*QUERY, "--json").stdout) == {
            **ORDER,
            "status": "FILLED",
            "executedQty": "0.5",
            "environment": "live",
            "host": "https://open-api.bingx.com",
        }

    @pytest.mark.parametrize(
        ("kind", "code"), [(OrderNotFound, 14), (RateLimited, 3)], ids=["not found", "not learnt"]
    )
    def test_failures(self, monkeypatch, kind, code):
        details = ErrorDetails("it said no", code=100404, hint="What to do.", retry_at=17)
        install(monkeypatch, connection, kind(details))
        done = invoke(*QUERY)
        assert done.exit_code == code
        where = "environment live, host https://open-api.bingx.com"
        said = "it said no (code 100404). What to do. retry_at is 00:00:00 UTC."
        assert done.stderr == f"{kind.__name__} ({where}): {said}\n"
        assert not done.stdout
        done = invoke(*QUERY, "--json")
        assert done.exit_code == code
        printed = json.loads(done.stdout)
        assert (printed["error"], printed["code"], printed["retryAt"]) == (kind.__name__, 100404, 17)
        assert not done.stderr

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            (("BTC-USDT",), "ORDER_ID or --client-order-id"),
            (("BTC-USDT", "--order-id", "12a"), "ORDER_ID"),
            (("btc/usdt", "--order-id", "1"), "SYMBOL"),
            (("BTC-USDT", "--order-id", "1", "--env", "moon"), "--env"),
        ],
    )
    def test_wrong_usage_exits_2_and_names_the_option(self, arguments, named):
        done = invoke("query", *arguments, BINGX_API_KEY="k", BINGX_API_SECRET="s")
        assert done.exit_code == 2
        assert named in done.stderr
        assert not done.stdout
