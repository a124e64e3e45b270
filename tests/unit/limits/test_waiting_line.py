"""A request waits in line while others of its endpoint are under way, and goes when its turn has come."""

import pytest

from bingx_spot.core.admission import NEAR_LOCK, acquire_permit
from bingx_spot.core.runner import CallSteps, Sleep
from bingx_spot.exceptions import CallError, RateLimited
from bingx_spot.limits.lockouts import PATIENCE
from bingx_spot.limits.rate_limiter import Reservation
from bingx_spot_api.contract import BY_ID, Operation
from tests.unit.core.playing import Exchange

CANCEL, QUERY = BY_ID["cancelOrder"], BY_ID["queryOrder"]


@pytest.fixture
def exchange() -> Exchange:
    return Exchange()


@pytest.fixture
def busy(exchange: Exchange) -> Exchange:
    """As many requests are under way as may be."""
    for _ in range(17):
        assert exchange.state.repeated_errors.enter("cancelOrder", vouched=False)
    return exchange


def asking(exchange: Exchange, operation: Operation = CANCEL) -> CallSteps[Reservation | CallError]:
    deadline = exchange.time() + 10.0
    return acquire_permit(exchange.context, deadline, operation, vouched=False, before="")


def waits(steps: CallSteps[Reservation | CallError]) -> Sleep:
    step = steps.send(None)
    assert isinstance(step, Sleep)
    return step


def goes(steps: CallSteps[Reservation | CallError]) -> Reservation | CallError:
    with pytest.raises(StopIteration) as ended:
        steps.send(None)
    came: Reservation | CallError = ended.value.value
    return came


def test_whoever_has_waited_goes_before_who_comes_later(busy: Exchange) -> None:
    first, second = asking(busy), asking(busy)
    waited = waits(first)
    assert waited.seconds == PATIENCE
    waits(second)
    busy.time.seconds += PATIENCE
    busy.state.repeated_errors.leave("cancelOrder")
    assert waited.wakeup is not None
    assert waited.wakeup.is_set
    waits(asking(busy))
    assert waits(second).seconds == 1.0
    assert not isinstance(goes(first), CallError)


def test_whoever_goes_tells_the_next(busy: Exchange) -> None:
    first, second = asking(busy), asking(busy)
    waits(first)
    waited = waits(second)
    busy.time.seconds += PATIENCE
    busy.state.repeated_errors.leave("cancelOrder")
    goes(first)
    assert waited.wakeup is not None
    assert waited.wakeup.is_set


def test_whoever_is_interrupted_is_waited_for_no_more(busy: Exchange) -> None:
    first, second = asking(busy), asking(busy)
    waits(first)
    waits(second)
    busy.time.seconds += PATIENCE
    first.close()
    busy.state.repeated_errors.leave("cancelOrder")
    assert not isinstance(goes(second), CallError)


def test_it_waits_no_longer_than_there_is_time(busy: Exchange) -> None:
    asked = acquire_permit(busy.parts, busy.time() + 0.125, CANCEL, vouched=False, before="")
    assert waits(asked).seconds == 0.125
    busy.time.seconds += 0.125
    assert isinstance(goes(asked), CallError)


def test_what_can_be_settled_is_not_waited_for_however_short_the_lock(exchange: Exchange) -> None:
    locked_but_for(exchange, 0.5, "cancelOrder")
    came = goes(asking(exchange))
    assert isinstance(came, RateLimited)
    assert came.details.rule == NEAR_LOCK


def test_what_cannot_be_settled_waits_for_the_end_of_the_lock(exchange: Exchange) -> None:
    locked_but_for(exchange, 0.5, "queryOrder")
    asked = asking(exchange, QUERY)
    assert waits(asked) == Sleep(0.5)
    exchange.time.seconds += 0.5
    assert not isinstance(goes(asked), CallError)


def locked_but_for(exchange: Exchange, seconds: float, name: str) -> None:
    for _ in range(17):
        exchange.state.repeated_errors.record(name, 100404)
    exchange.time.seconds += 480.0 - seconds
