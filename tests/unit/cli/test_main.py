"""`bingx-spot` itself: help, version, exit codes, completion."""

import signal

import pytest

from bingx_spot import __version__, cli
from bingx_spot.cli import COMMANDS, main
from bingx_spot.config import SETTINGS
from tests.support.command_line import invoke


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_has_examples(command):
    done = invoke(*command.split(), "--help")
    assert done.exit_code == 0
    assert "Example" in done.stdout


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_eighty_columns_are_enough_for_the_help(command):
    # The sample secret of the exchange has 79 letters, and cannot be broken.
    shown = invoke(*command.split(), "--help").stdout.splitlines()
    assert max(len(line) for line in shown if "BINGX_API_SECRET=mheO" not in line) <= 80


def test_the_list_of_commands_has_the_first_line_of_their_help():
    shown = " ".join(invoke("--help").stdout.split())
    for name, line in COMMANDS.items():
        assert f"{name} {line}" in shown


@pytest.mark.parametrize(
    "command", ["call", "cancel", "cancel-all", "cancel-many", "doctor", "guard", "query", "time"]
)
def test_every_command_that_calls_the_exchange_takes_the_same_options(command):
    shown = invoke(command, "--help").stdout
    assert all(f"  --{name} " in shown for name in SETTINGS if name != "limits")


def test_version():
    assert invoke("--version").stdout == f"bingx-spot, version {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["--version"], None, ""),
        (["no-such-command"], 2, "No such command"),
        (["sign", "a=1"], 2, "there is no secret to sign with"),
    ],
)
def test_exit_codes_of_a_process(monkeypatch, capsys, arguments, code, text):
    monkeypatch.delenv("BINGX_API_SECRET", raising=False)
    monkeypatch.delenv("BINGX_KEY_FILE", raising=False)
    monkeypatch.setattr("sys.argv", ["bingx-spot", *arguments])
    if code is None:
        main()
    else:
        with pytest.raises(SystemExit) as caught:
            main()
        assert caught.value.code == code
    assert text in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["no\x1b[2J\u202e"],
        ["cancel", "BTC-USDT", "--no\x1b[2J\u202e"],
        ["time", "--env", "no\x1b[2J\u202e"],
        ["cancel", "no\x1b[2J\u202e", "--order-id", "1"],
        ["journal", "no\x1b[2J\u202e"],
        ["sign", "no\x1b[2J\u202e"],
    ],
)
def test_an_argument_that_is_repeated_is_not_obeyed(monkeypatch, capsys, arguments):
    monkeypatch.setattr("sys.argv", ["bingx-spot", *arguments])
    with pytest.raises(SystemExit):
        main()
    shown = capsys.readouterr().err
    assert r"no\x1b[2J\u202e" in shown.replace("\\\\", "\\")
    assert all(line.isprintable() for line in shown.split("\n"))


def test_what_may_be_called_is_listed_in_words(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["bingx-spot", "call"])
    with pytest.raises(SystemExit):
        main()
    assert "Choose from: cancelOrder, queryOrder, openOrders" in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_exits_130_and_does_not_say_not_cancelled(monkeypatch, capsys, number):
    before = signal.getsignal(number)

    def interrupted(**_: object) -> None:
        signal.raise_signal(number)

    monkeypatch.setattr(cli._bingx_spot, "main", interrupted)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 130
    assert "may have taken effect; query the order" in capsys.readouterr().err
    assert signal.getsignal(number) is before
