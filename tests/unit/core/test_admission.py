"""When a request may be sent, and why one that cannot be sent in time is not."""

from collections.abc import Callable

import pytest

from bingx_spot import CallError, NotSent, RateLimited
from bingx_spot.core.admission import NEAR_LOCK, NO_PERMIT, Admission, acquire_permit
from bingx_spot.core.runner import CallSteps, Sleep
from bingx_spot.limits.permit_queue import DeadlineTooShort, Wakeup
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot_api.contract import Operation
from tests.support.permits import Permits
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.driving import Run, deadline_in, drive
from tests.unit.core.playing import CANCEL, QUERY, Exchange


def steps(
    exchange: Exchange,
    operation: Operation = CANCEL,
    timeout: float = 10.0,
    *,
    known_open: bool = False,
    previous: str = "",
) -> CallSteps[Admission | CallError]:
    deadline = deadline_in(exchange, timeout)
    return acquire_permit(exchange.context, deadline, operation, known_open=known_open, previous=previous)


def admit(
    exchange: Exchange, operation: Operation = CANCEL, timeout: float = 10.0, **more: object
) -> Run[Admission | CallError]:
    """Wait for a permit; `admitted` and `rejection` check the result."""
    return drive(exchange, steps(exchange, operation, timeout, **more))  # type: ignore[arg-type] # keywords


def admitted(run: Run[Admission | CallError]) -> bool:
    return not isinstance(run.result, CallError)


def rejection(run: Run[Admission | CallError]) -> CallError:
    assert isinstance(run.result, CallError), run.result
    return run.result


def near_lock(exchange: Exchange, name: str = "cancelOrder", errors: int = 17) -> Exchange:
    """Return the exchange after so many equal errors of an endpoint."""
    for _ in range(errors):
        exchange.state.repeated_errors.record(name, 100404)
    return exchange


def permit_after(seconds: float) -> Permits:
    """Return a rate limiter whose permits come after so long."""
    pauses = iter([seconds])

    def seconds_until_ready(longest: float) -> float:
        if seconds > longest:
            raise DeadlineTooShort(seconds)
        return next(pauses, 0.0)

    return Permits(seconds_until_ready)


class TestPermit:
    def test_is_waited_for(self) -> None:
        run = admit(Exchange(limits=permit_after(0.75)))
        assert admitted(run)
        assert run.pauses == [0.75]

    def test_wakes_the_caller_when_it_comes_sooner(self) -> None:
        time = ScriptedTime()
        exchange = Exchange(time, LocalRateLimiter(time))
        waiting = [admit(exchange) for _ in range(6)][-1].effects[0]
        assert isinstance(waiting, Sleep)
        assert isinstance(waiting.wakeup, Wakeup)

    def test_must_leave_time_for_an_attempt(self) -> None:
        longest: list[float] = []

        def seconds_until_ready(seconds: float) -> float:
            longest.append(seconds)
            return 0.0

        assert admitted(admit(Exchange(limits=Permits(seconds_until_ready))))
        assert longest == pytest.approx([9.98])

    def test_that_comes_too_late_is_not_waited_for(self) -> None:
        run = admit(Exchange(limits=permit_after(0.75)), timeout=0.5)
        error = rejection(run)
        assert type(error) is RateLimited
        assert error.message == (
            "not sent: rate limit; a permit for cancelOrder comes in 0.8 s, and 0.5 s are left"
        )
        assert error.hint == "Send fewer requests a second, or give the call a longer timeout."
        assert error.details.rule == NO_PERMIT
        assert error.retry_at == BEGIN + 750
        assert run.effects == []

    def test_that_comes_at_an_unknown_time_has_no_time_in_the_error(self) -> None:
        def seconds_until_ready(_: float) -> float:
            raise DeadlineTooShort(0.0)

        error = rejection(admit(Exchange(limits=Permits(seconds_until_ready))))
        assert type(error) is RateLimited
        assert (
            error.message == "not sent: the rate limiter gave no permit for cancelOrder before the deadline"
        )
        assert error.retry_at is None

    def test_that_comes_after_the_deadline_is_released(self) -> None:
        released: list[bool] = []

        class Limits(Permits):
            def release(self) -> None:
                released.append(True)

        run = admit(Exchange(limits=Limits(lambda _: 0.0)), timeout=0.0199, previous="connection refused")
        error = rejection(run)
        assert type(error) is NotSent
        assert error.message == (
            "not sent: the deadline passed before cancelOrder could be sent; "
            "the previous attempt: connection refused"
        )
        assert error.hint == "Give the call a longer timeout."
        assert released == [True]

    def test_is_released_where_the_call_is_interrupted(self) -> None:
        released: list[bool] = []

        class Limits(Permits):
            def release(self) -> None:
                released.append(True)

        waiting = steps(Exchange(limits=Limits(lambda _: 1.0)))
        next(waiting)
        waiting.close()
        assert released == [True]

    def test_says_nothing_of_an_attempt_where_there_was_none(self) -> None:
        error = rejection(admit(Exchange(), timeout=0.0))
        assert error.message == "not sent: the deadline passed before cancelOrder could be sent"


class TestLockout:
    def test_is_waited_for_where_it_ends_in_time(self) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("cancelOrder", 2.0)
        run = admit(exchange)
        assert admitted(run)
        assert run.pauses == [2.0]

    @pytest.mark.parametrize("timeout", [10.0, 12.0])
    def test_that_does_not_end_in_time_is_an_error_at_once(self, timeout: float) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("cancelOrder", 12.0)
        run = admit(exchange, timeout=timeout)
        error = rejection(run)
        assert type(error) is RateLimited
        assert error.message == "not sent: cancelOrder is locked by the exchange for another 12 s"
        assert error.hint == (
            "Wait until the time in retry_at; each request before it makes the lock longer."
        )
        assert error.retry_at == BEGIN + 12_000
        assert error.details.rule == ""
        assert run.effects == []


class TestNearLock:
    """Seventeen equal errors have happened, and the twentieth would lock the endpoint."""

    def test_what_a_query_can_settle_is_not_waited_for_however_short_the_lock(self) -> None:
        exchange = near_lock(Exchange())
        exchange.time.seconds += 479.5
        run = admit(exchange)
        error = rejection(run)
        assert type(error) is RateLimited
        assert error.details.rule == NEAR_LOCK
        assert error.message == (
            "not sent: cancelOrder goes on failing with one code; "
            "twenty such errors could lock it for eight minutes"
        )
        assert error.hint == "Wait until the time in retry_at; then find out why it goes on failing."
        assert error.retry_at == BEGIN + 480_000
        assert run.effects == []

    def test_an_order_known_to_be_open_is_not_held_back(self) -> None:
        assert admitted(admit(near_lock(Exchange()), known_open=True))

    def test_what_no_query_can_settle_waits_where_there_is_time(self) -> None:
        exchange = near_lock(Exchange(), "queryOrder")
        exchange.time.seconds += 475
        run = admit(exchange, QUERY)
        assert admitted(run)
        assert run.pauses == [5.0]

    @pytest.mark.parametrize("timeout", [10.0, 480.0])
    def test_what_no_query_can_settle_is_an_error_where_there_is_none(self, timeout: float) -> None:
        run = admit(near_lock(Exchange(), "queryOrder"), QUERY, timeout)
        assert rejection(run).details.rule == NEAR_LOCK
        assert run.effects == []


class TestFailures:
    """The exchange has failed so often that the next request is twelve seconds away."""

    def failing(self) -> Exchange:
        exchange = Exchange()
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 100500, is_failure=True)
        return exchange

    def test_an_order_known_to_be_open_waits_where_there_is_time(self) -> None:
        run = admit(self.failing(), known_open=True, timeout=13.0)
        assert admitted(run)
        assert run.pauses == [pytest.approx(12.4, abs=0.1)]

    def test_an_order_known_to_be_open_is_refused_where_there_is_none(self) -> None:
        error = rejection(admit(self.failing(), known_open=True))
        assert error.details.rule == NEAR_LOCK
        assert error.retry_at == pytest.approx(BEGIN + 12_400, abs=100)


class TestInFlight:
    """One request may still return one more equal error."""

    def busy(self) -> Exchange:
        exchange = near_lock(Exchange(), errors=16)
        assert exchange.state.repeated_errors.acquire("cancelOrder", known_open=False)
        return exchange

    def test_its_response_is_polled_for(self) -> None:
        waiting = steps(exchange := self.busy())
        assert next(waiting) == Sleep(0.05)
        assert waiting.send(None) == Sleep(0.05)
        exchange.state.repeated_errors.release("cancelOrder")
        with pytest.raises(StopIteration) as stop:
            waiting.send(None)
        assert not isinstance(stop.value.value, CallError)

    def test_is_polled_for_no_longer_than_there_is_time(self) -> None:
        run = admit(self.busy(), timeout=0.125)
        assert type(rejection(run)) is NotSent
        assert run.pauses == pytest.approx([0.05, 0.05, 0.025])

    def test_the_error_that_it_returns_is_seen(self) -> None:
        waiting = steps(exchange := self.busy())
        next(waiting)
        near_lock(exchange, errors=1)
        exchange.state.repeated_errors.release("cancelOrder")
        with pytest.raises(StopIteration) as stop:
            waiting.send(None)
        assert stop.value.value.details.rule == NEAR_LOCK

    def test_a_caller_that_is_interrupted_holds_up_no_other(self) -> None:
        waiting = steps(exchange := self.busy())
        next(waiting)
        waiting.close()
        exchange.state.repeated_errors.release("cancelOrder")
        assert admit(exchange).pauses == []

    def test_every_admitted_request_counts(self) -> None:
        exchange = near_lock(Exchange(), errors=15)
        assert [admit(exchange).pauses for _ in range(2)] == [[], []]
        assert not exchange.state.repeated_errors.acquire("cancelOrder", known_open=False)


class Meanwhile:
    """A rate limiter whose permits come after a quarter of a second; something happens before the first."""

    def __init__(self, happens: Callable[[], object]) -> None:
        self.happens = [happens]
        self.released = 0

    def reserve(self, *_: object, **__: object) -> Permits:
        pauses = iter([0.25])
        outer = self

        class Ticket(Permits):
            def release(self) -> None:
                outer.released += 1

        def seconds_until_ready(_: float) -> float:
            pause = next(pauses, 0.0)
            if not pause and self.happens:
                self.happens.pop()()
            return pause

        return Ticket(seconds_until_ready)


class TestWhileWaiting:
    def test_for_a_permit_a_lock_may_begin(self) -> None:
        limits = Meanwhile(lambda: exchange.state.lockouts.lock("cancelOrder", 2.0))
        exchange = Exchange(limits=limits)
        run = admit(exchange)
        assert admitted(run)
        assert run.pauses == [0.25, 2.0, 0.25]
        assert limits.released == 1

    def test_for_a_permit_a_lock_may_come_near(self) -> None:
        limits = Meanwhile(lambda: near_lock(exchange))
        exchange = Exchange(limits=limits)
        run = admit(exchange)
        assert rejection(run).details.rule == NEAR_LOCK
        assert run.pauses == [0.25], "nobody's response is waited for"
        assert limits.released == 1
