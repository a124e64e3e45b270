"""When a request may go, and what becomes of one that may not go in time."""

from collections.abc import Callable

from bingx_spot import NotSent, RateLimited
from bingx_spot.admission import NO_PERMIT
from bingx_spot.attempts import Attempts
from bingx_spot.policy.limits import Limits
from bingx_spot.policy.signal import Signal
from bingx_spot.policy.turns import TooLate
from bingx_spot.steps import Wait
from tests.permits import Permits
from tests.policy.playing import CANCELLED, QUERYING, Exchange
from tests.policy.scripted_time import BEGIN, ScriptedTime


def permit_in(seconds: float) -> Permits:
    """Make permits that come after so long."""

    def wait(longest: float) -> float:
        if seconds > longest:
            raise TooLate(seconds)
        return seconds

    return Permits(wait)


class TestTooLate:
    def test_a_permit_that_comes_too_late_says_how_much_and_what_to_do(self) -> None:
        error = Exchange(limits=permit_in(0.75)).play(timeout=0.5).error
        assert type(error) is RateLimited
        assert error.message == "not sent: a permit for cancelOrder comes in 0.8 s, 0.5 s are left"
        assert error.hint == "Ask less often, or give the call a longer timeout."
        assert error.evidence.rule == NO_PERMIT
        assert error.retry_at == BEGIN + 750

    def test_where_nobody_gives_one_it_is_not_said_when_one_comes(self) -> None:
        def wait(_: float) -> float:
            raise TooLate(0.0)

        error = Exchange(limits=Permits(wait)).play().error
        assert type(error) is RateLimited
        assert error.message == "not sent: nobody has given a permit for cancelOrder in time"
        assert error.retry_at is None

    def test_with_too_little_time_to_send_no_permit_is_waited_for(self) -> None:
        played = Exchange(limits=permit_in(0.5)).play(timeout=0.0199)
        assert type(played.error) is RateLimited
        assert played.steps == []

    def test_a_call_whose_time_was_up_should_have_more(self) -> None:
        error = Exchange().play(timeout=0.0199).error
        assert type(error) is NotSent
        assert error.hint == "Give the call more time."

    def test_just_the_shortest_time_is_not_over(self) -> None:
        exchange = Exchange()
        exchange.time.seconds = 0.0
        assert not Attempts(exchange.parts, deadline=0.02).over()
        assert Attempts(exchange.parts, deadline=0.0199).over()


class Meanwhile:
    """Give each permit after a quarter of a second; let something happen while the first is waited for."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = [happens]
        self.returned = 0

    def exchange(self) -> Exchange:
        return Exchange(limits=self)

    def ticket(self, operation: object, *, bulk: bool) -> Permits:  # noqa: ARG002
        pauses = iter([0.25])
        outer = self

        class Ticket(Permits):
            def give_back(self) -> None:
                outer.returned += 1

        def wait(_: float) -> float:
            pause = next(pauses, 0.0)
            if not pause and self.happens:
                self.happens.pop()()
            return pause

        return Ticket(wait)


class TestMeanwhile:
    def test_an_endpoint_that_has_closed_is_waited_for_and_a_new_permit_taken(self) -> None:
        limits = Meanwhile(lambda: exchange.memory.blocks.close("cancelOrder", 2.0))
        exchange = limits.exchange()
        assert exchange.play(CANCELLED).waits == [0.25, 2.0, 0.25]
        assert limits.returned == 1

    def test_a_lock_that_has_come_near_is_not_risked(self) -> None:
        limits = Meanwhile(lambda: exchange.lock_soon("queryOrder"))
        exchange = limits.exchange()
        played = exchange.play(call=QUERYING)
        assert type(played.error) is RateLimited
        assert played.asked == ""
        assert limits.returned == 1


def test_whoever_waits_for_a_permit_is_woken_when_it_comes_sooner() -> None:
    time = ScriptedTime()
    exchange = Exchange(time, Limits(time))
    waiting = [exchange.play(CANCELLED) for _ in range(6)][-1].steps[0]
    assert isinstance(waiting, Wait)
    assert isinstance(waiting.signal, Signal)
