"""Output of the commands: exit codes, durations, JSON, tables, error texts."""

import json
from decimal import Decimal

import click
import pytest

from bingx_spot import CancelOutcome, CredentialsError, InvalidInput
from bingx_spot.cli.output import (
    EXIT_CODES,
    print_json,
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


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (InvalidInput("symbol", "is 'x'", "BTC-USDT"), "SYMBOL is 'x'; allowed: BTC-USDT."),
        (
            InvalidInput("order_id or client_order_id", "must name the order", "exactly one"),
            "--order-id or --client-order-id must name the order; allowed: exactly one.",
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
