"""The signal that wakes one waiting caller."""

from bingx_spot.policy.signal import Signal


def test_wakes_whoever_waits() -> None:
    signal, woken = Signal(), list[str]()
    signal.on(lambda: woken.append("woken"))
    assert signal.sent is False
    assert woken == []
    signal.send()
    assert signal.sent is True
    assert woken == ["woken"]


def test_sent_before_anybody_waits_wakes_at_once() -> None:
    signal, woken = Signal(), list[str]()
    signal.send()
    signal.on(lambda: woken.append("woken"))
    assert woken == ["woken"]


def test_to_an_event_loop_that_has_ended_does_no_harm() -> None:
    def wake() -> None:
        raise RuntimeError("Event loop is closed")

    signal = Signal()
    signal.on(wake)
    signal.send()
    assert signal.sent
