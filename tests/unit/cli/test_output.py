"""Output of the commands: exit codes, durations, JSON, tables, error texts."""

import json
import re
from decimal import Decimal
from pathlib import Path

import click
import pytest

from bingx_spot import CancelOutcome, CredentialsError, ErrorDetails, InvalidInput, NotSent
from bingx_spot.cli import output
from bingx_spot.cli.output import (
    EXIT_CODES,
    listed,
    print_error,
    print_json,
    print_line,
    print_table,
    usage_errors,
)


def test_every_outcome_has_its_own_exit_code():
    assert set(EXIT_CODES) == set(CancelOutcome)
    assert len({*EXIT_CODES.values(), 2, 130}) == len(CancelOutcome) + 2, "none is that of wrong usage"


def test_json_leaves_out_what_is_none(capsys):
    print_json({"symbol": "MØTH-USDT", "code": None, "amount": Decimal("1.50")})
    assert json.loads(capsys.readouterr().out) == {"symbol": "MØTH-USDT", "amount": "1.50"}


def test_a_table_leaves_out_what_is_none_and_prints_markup_as_it_is(capsys):
    print_table("Title", "green", {"a": "[red]x", "b": None, "c": Decimal("1E+2")})
    shown = capsys.readouterr().out
    assert "[red]x" in shown
    assert "100" in shown
    assert "b" not in shown


#: What a terminal would obey or hide, and how it is written out.
HOSTILE = "[red]\x1b[2J\x9b1m\x7f\r\n\t\u202e\u200b\u2028\ud800\U000e0041\u3164:smile:"
WRITTEN_OUT = r"[red]\x1b[2J\x9b1m\x7f\r\n\t\u202e\u200b\u2028\ud800\U000e0041\u3164:smile:"


def test_a_table_obeys_nothing_that_its_title_labels_or_values_hold(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    print_table(f"t{HOSTILE}", "green", {f"l{HOSTILE}": f"v{HOSTILE}", "list": ["one", f"two{HOSTILE}"]})
    shown = capsys.readouterr().out
    for place in ("t", "l", "v", "two"):
        assert place + WRITTEN_OUT in shown
    assert all(line.isprintable() for line in shown.split("\n"))


def test_a_line_and_an_error_are_one_line_whatever_they_hold(capsys):
    print_line(HOSTILE)
    print_error(NotSent(ErrorDetails(HOSTILE, hint=HOSTILE)), {"host": "h"}, as_json=False)
    shown = capsys.readouterr()
    assert shown.out == f"{WRITTEN_OUT}\n"
    assert shown.err == f"NotSent (host h): {WRITTEN_OUT}. {WRITTEN_OUT}\n"


def test_an_environment_that_is_but_a_host_is_named_once():
    assert listed({"environment": "vst", "host": "https://h"}) == "environment vst, host https://h"
    assert listed({"environment": "https://h", "host": "https://h"}) == "host https://h"


def test_json_escapes_what_a_terminal_would_obey_and_reads_back_the_same(capsys):
    print_json({HOSTILE: HOSTILE, "symbol": "MØTH-USDT"})
    shown = capsys.readouterr().out
    assert shown.removesuffix("\n").isprintable()
    assert "MØTH-USDT" in shown
    assert json.loads(shown) == {HOSTILE: HOSTILE, "symbol": "MØTH-USDT"}


def test_every_command_prints_through_this_module():
    for path in Path(output.__file__).parent.glob("*.py"):
        printed = re.findall(r"click\.s?echo\((?!\"|visible)|escape\(", path.read_text("utf-8"))
        assert printed == [], path.name


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InvalidInput("symbol", "is 'x'", "BTC-USDT"), "symbol is 'x'; allowed: BTC-USDT."),
        (
            InvalidInput("order_id or client_order_id", "must name the order", "exactly one"),
            "ORDER_ID or --client-order-id must name the order; allowed: exactly one.",
        ),
        (CredentialsError("no API key"), "no API key."),
    ],
    ids=["input", "two names", "credentials"],
)
def test_errors_before_a_request_are_usage_errors(error, text):
    with pytest.raises(click.UsageError) as caught, usage_errors():
        raise error
    assert caught.value.message == text
    assert caught.value.__cause__ is None
