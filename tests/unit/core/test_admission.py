"""When a request may go, and what becomes of one that may not go in time."""

from collections.abc import Callable

from bingx_spot import NotSent, RateLimited
from bingx_spot.core.admission import NO_PERMIT
from bingx_spot.core.attempt import AttemptRunner
from bingx_spot.core.runner import Sleep
from bingx_spot.limits.permit_queue import DeadlineTooShort, Wakeup
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.support.permits import Permits
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.playing import CANCELLED, QUERYING, Exchange


def permit_in(seconds: float) -> Permits:
    """Make permits that come after so long."""

    def seconds_until_ready(longest: float) -> float:
        if seconds > longest:
            raise DeadlineTooShort(seconds)
        return seconds

    return Permits(seconds_until_ready)


class TestTooLate:
    def test_a_permit_that_comes_too_late_says_how_much_and_what_to_do(self) -> None:
        error = Exchange(limits=permit_in(0.75)).play(timeout=0.5).error
        assert type(error) is RateLimited
        assert error.message == "not sent: a permit for cancelOrder comes in 0.8 s, 0.5 s are left"
        assert error.hint == "Ask less often, or give the call a longer timeout."
        assert error.details.rule == NO_PERMIT
        assert error.retry_at == BEGIN + 750

    def test_where_nobody_gives_one_it_is_not_said_when_one_comes(self) -> None:
        def seconds_until_ready(_: float) -> float:
            raise DeadlineTooShort(0.0)

        error = Exchange(limits=Permits(seconds_until_ready)).play().error
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
        assert not AttemptRunner(exchange.context, deadline=0.02).over()
        assert AttemptRunner(exchange.context, deadline=0.0199).over()


class Meanwhile:
    """Give each permit after a quarter of a second; let something happen while the first is waited for."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = [happens]
        self.returned = 0

    def exchange(self) -> Exchange:
        return Exchange(limits=self)

    def reserve(self, operation: object, *, bulk: bool) -> Permits:  # noqa: ARG002
        pauses = iter([0.25])
        outer = self

        class Ticket(Permits):
            def release(self) -> None:
                outer.returned += 1

        def seconds_until_ready(_: float) -> float:
            pause = next(pauses, 0.0)
            if not pause and self.happens:
                self.happens.pop()()
            return pause

        return Ticket(seconds_until_ready)


class TestMeanwhile:
    def test_an_endpoint_that_has_closed_is_waited_for_and_a_new_permit_taken(self) -> None:
        limits = Meanwhile(lambda: exchange.state.lockouts.lock("cancelOrder", 2.0))
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
    exchange = Exchange(time, LocalRateLimiter(time))
    waiting = [exchange.play(CANCELLED) for _ in range(6)][-1].steps[0]
    assert isinstance(waiting, Sleep)
    assert isinstance(waiting.wakeup, Wakeup)
