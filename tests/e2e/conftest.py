"""Fixtures of the tests over real sockets."""

import pytest

from bingx_spot.limits import client_state


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a call give up no request before its deadline: on a busy machine a server would seem silent."""
    for name in ("_UNKNOWN_ANSWER", "_UNKNOWN_OPENING", "_LOST_PACKET"):
        monkeypatch.setattr(client_state, name, 30.0)
