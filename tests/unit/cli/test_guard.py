"""`bingx-spot guard`: the bot gets the signals."""

import signal
from typing import Any

import pytest

from bingx_spot.cli import guard


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
