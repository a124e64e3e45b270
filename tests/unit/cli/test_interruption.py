"""Signals that ask a command to end."""

import signal

import pytest

from bingx_spot.cli.interruption import Interruption, signals_to


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
