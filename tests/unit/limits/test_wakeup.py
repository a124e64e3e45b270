"""The signal that wakes one waiting caller."""

from bingx_spot.limits.permit_queue import Wakeup


def test_wakes_whoever_waits() -> None:
    wakeup, woken = Wakeup(), list[str]()
    wakeup.subscribe(lambda: woken.append("woken"))
    assert wakeup.is_set is False
    assert woken == []
    wakeup.set()
    assert wakeup.is_set is True
    assert woken == ["woken"]


def test_sent_before_anybody_waits_wakes_at_once() -> None:
    wakeup, woken = Wakeup(), list[str]()
    wakeup.set()
    wakeup.subscribe(lambda: woken.append("woken"))
    assert woken == ["woken"]


def test_to_an_event_loop_that_has_ended_does_no_harm() -> None:
    def wake() -> None:
        raise RuntimeError("Event loop is closed")

    wakeup = Wakeup()
    wakeup.subscribe(wake)
    wakeup.set()
    assert wakeup.is_set
