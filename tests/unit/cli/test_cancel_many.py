"""`bingx-spot cancel-many`: wrong usage, the signals, and results that the journal cannot record."""

import signal

import pytest

from bingx_spot.cli.cancel_many import Interruption
from tests.support.command_line import invoke


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--from"),
        (("--from", "missing.csv"), "missing.csv"),
        (("--from", "-", "--env", "moon"), "--env"),
        (("--from", "-", "--format", "xml"), "--format"),
        (("--from", "-", "--journal", "/"), "--journal"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_option(arguments, named):
    text = "symbol,orderId\nBTC-USDT,1\n"
    done = invoke("cancel-many", *arguments, text=text, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert named in done.stderr


def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from():
    done = invoke("cancel-many", "--from", "-", text="x")
    assert done.exit_code == 2
    assert "API key" in done.stderr


class TestInterruption:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_the_first_signal_stops_the_run_in_order(self, number):
        stopped = []
        before = signal.getsignal(number)
        with Interruption() as interruption:
            interruption.on_signal(lambda: stopped.append(number))
            signal.raise_signal(number)
        assert stopped == [number]
        assert interruption.happened
        assert signal.getsignal(number) is before

    def test_before_the_run_it_is_as_ctrl_c(self):
        with Interruption() as interruption, pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert interruption.happened

    def test_a_signal_that_the_shell_ignores_stays_ignored(self):
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with Interruption() as interruption:
                signal.raise_signal(signal.SIGHUP)
            assert not interruption.happened
        finally:
            signal.signal(signal.SIGHUP, before)
