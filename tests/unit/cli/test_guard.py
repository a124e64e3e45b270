"""`bingx-spot guard`: the bot gets the signals, and a warning holds up nothing."""

import signal
from threading import Event
from typing import Any

import pytest

from bingx_spot import NotSent
from bingx_spot.cli import guard
from bingx_spot.emergency.switch import SwitchWarning
from bingx_spot.error_details import ErrorDetails


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_comes_while_the_bot_is_being_started_reaches_it(
    monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    reached: list[int] = []

    class Bot:
        def __init__(self, _: Any) -> None:
            signal.raise_signal(number)

        send_signal = staticmethod(reached.append)

        def wait(self) -> int:
            return 0

    monkeypatch.setattr("subprocess.Popen", Bot)
    assert guard._run(("bot",)) == 0
    assert reached == [number]


def test_a_terminal_that_is_stopped_does_not_hold_up_the_renewals(monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on, printed = Event(), Event()

    def stopped(_text: str, **_: object) -> None:
        goes_on.wait(20)
        printed.set()

    monkeypatch.setattr(guard, "print_line", stopped)
    guard._warn(SwitchWarning(8.0, 1_700_000_000_000, NotSent(ErrorDetails("connection refused"))))
    assert not printed.is_set()
    goes_on.set()
    assert printed.wait(20)
