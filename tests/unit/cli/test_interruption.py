"""Signals that ask a command to end."""

import signal

import pytest

from bingx_spot.cli.interruption import Interruption, interruptible, signals_to


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_stops_the_run_in_order(number):
    stopped = []
    before = signal.getsignal(number)
    interruption = Interruption()
    interruption.stop = lambda: stopped.append(number)
    with signals_to(interruption):
        signal.raise_signal(number)
    assert stopped == [number]
    assert interruption.happened
    assert signal.getsignal(number) is before


def test_before_the_run_it_is_as_ctrl_c():
    interruption = Interruption()
    with signals_to(interruption), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert interruption.happened


def test_a_signal_that_the_shell_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        interruption = Interruption()
        with signals_to(interruption):
            signal.raise_signal(signal.SIGHUP)
        assert not interruption.happened
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_ends_a_command_with_its_sentence(number, capsys):
    before = signal.getsignal(number)
    with pytest.raises(SystemExit) as end, interruptible("Nothing was changed."):
        signal.raise_signal(number)
    assert end.value.code == 130
    assert capsys.readouterr().err == "Interrupted. Nothing was changed.\n"
    assert signal.getsignal(number) is before
