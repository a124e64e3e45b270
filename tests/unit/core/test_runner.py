"""The two drivers run the same steps: one blocks, one awaits."""

import asyncio
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any
from unittest import mock

import anyio
import pytest

from bingx_spot import Credentials, InvalidInput, NotSent, Response
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine, TransportFailure
from bingx_spot.core.request import ApiCall, RequestSigner, SignedRequest
from bingx_spot.core.runner import (
    SHORTEST_ATTEMPT,
    CallSteps,
    Deadline,
    Send,
    Sleep,
    check_on_asyncio,
    run,
    run_async,
)
from bingx_spot.error_details import ErrorDetails
from bingx_spot.limits.client_state import Patience
from bingx_spot.limits.permit_queue import Wakeup
from tests.support.handling import handled_at_every_line
from tests.support.samples import SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import CANCEL, CANCELLED, CANCELLING, PRIMARY, REFUSED

PATIENCE = Patience(1.0, 1.0)
KEY, SECRET = "planted-key-0123456789", "planted-secret"


def signed() -> SignedRequest:
    return RequestSigner(Credentials(KEY, SECRET)).sign_request(CANCELLING, PRIMARY, BEGIN)


class ScriptedEngine:
    """An engine that returns, or raises, one result after the other."""

    def __init__(self, *results: Response | TransportFailure | BaseException) -> None:
        self.results = iter(results)
        self.sent: list[tuple[SignedRequest, float, Patience]] = []

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        self.sent.append((request, timeout, patience))
        result = next(self.results)
        if isinstance(result, BaseException):
            raise result
        return result

    async def send_async(self, *effect: Any) -> Response | TransportFailure:
        return self.send(*effect)

    def close(self) -> None:
        """Close nothing."""

    async def aclose(self) -> None:
        """Close nothing."""


class RepeatingEngine(ScriptedEngine):
    """An engine whose every response repeats the signature of its first request."""

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        self.sent.append((request, timeout, patience))
        return Response(200, {}, f"duplicate of {self.sent[0][0].secrets[1]}".encode())


Driver = Callable[[CallSteps[Any], Engine], Any]


def awaiting(steps: CallSteps[Any], engine: Engine) -> Any:
    return anyio.run(run_async, steps, engine)


@pytest.fixture(params=[run, awaiting], ids=["sync", "async"])
def drive(request: pytest.FixtureRequest) -> Driver:
    """Return each driver."""
    driver: Driver = request.param
    return driver


def sending(request: SignedRequest, times: int = 1) -> CallSteps[tuple[object, ...]]:
    results: tuple[object, ...] = ()
    for _ in range(times):
        results = (*results, (yield Send(request, 2.5, PATIENCE)))
    return results


def sleeping(effect: Sleep) -> CallSteps[object]:
    return (yield effect)


class TestSend:
    def test_returns_what_the_engine_returns(self, drive: Driver) -> None:
        engine, request = ScriptedEngine(REFUSED, CANCELLED), signed()
        assert drive(sending(request, 2), engine) == (REFUSED, CANCELLED)
        assert engine.sent == [(request, 2.5, PATIENCE)] * 2

    def test_returns_the_response_without_secrets(self, drive: Driver) -> None:
        request = signed()
        echo = Response(403, {"x-echo": KEY}, f"{request.secrets}".encode())
        (response,) = drive(sending(request), ScriptedEngine(echo))
        assert response == Response(403, {"x-echo": "***"}, b"('***', '***')")

    def test_returns_the_failure_without_secrets(self, drive: Driver) -> None:
        request = signed()
        told = REFUSED._replace(reason=f"no route for {KEY}")
        assert drive(sending(request), ScriptedEngine(told)) == (told._replace(reason="no route for ***"),)

    def test_keeps_what_the_caller_has_given(self, drive: Driver) -> None:
        named = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": KEY})
        request = RequestSigner(Credentials(KEY, SECRET)).sign_request(named, PRIMARY, BEGIN)
        echo, told = Response(403, {}, KEY.encode()), REFUSED._replace(reason=KEY)
        assert drive(sending(request, 2), ScriptedEngine(echo, told)) == (echo, told)

    def test_errors_of_the_steps_are_raised(self, drive: Driver) -> None:
        def steps() -> CallSteps[None]:
            yield Send(signed(), 1.0, PATIENCE)
            raise NotSent(ErrorDetails("no"))

        with pytest.raises(NotSent, match="no"):
            drive(steps(), ScriptedEngine(CANCELLED))


class TestSleep:
    def test_waits_for_so_long(self, drive: Driver) -> None:
        waited: list[float] = []
        timeout = asyncio.timeout

        def over_at_once(seconds: float) -> asyncio.Timeout:
            waited.append(seconds)
            return timeout(0.0)

        with mock.patch("time.sleep", waited.append), mock.patch("asyncio.timeout", over_at_once):
            assert drive(sleeping(Sleep(7.5)), ScriptedEngine()) is None
        assert waited == [7.5]

    def test_waits_for_so_long_on_trio(self) -> None:
        began = time.monotonic()
        anyio.run(run_async, sleeping(Sleep(0.01)), ScriptedEngine(), backend="trio")
        assert time.monotonic() - began >= 0.01

    def test_imports_nothing_while_the_loop_has_other_tasks(self) -> None:
        with mock.patch.dict(sys.modules, {"anyio": None}):
            assert asyncio.run(run_async(sleeping(Sleep(0.0, Wakeup())), ScriptedEngine())) is None

    def test_ends_at_once_where_the_wakeup_is_set(self, drive: Driver) -> None:
        wakeup = Wakeup()
        wakeup.set()
        assert drive(sleeping(Sleep(600.0, wakeup)), ScriptedEngine()) is None

    def test_ends_when_another_thread_sets_the_wakeup(self, drive: Driver) -> None:
        class SetWhenSubscribed(Wakeup):
            def subscribe(self, wake: Callable[[], object]) -> None:
                super().subscribe(wake)
                thread = Thread(target=self.set)
                thread.start()
                thread.join()

        assert drive(sleeping(Sleep(600.0, SetWhenSubscribed())), ScriptedEngine()) is None

    def test_ends_when_another_task_of_the_loop_sets_the_wakeup(self) -> None:
        async def both(wakeup: Wakeup) -> bool:
            ended = False

            async def sleep() -> None:
                nonlocal ended
                await run_async(sleeping(Sleep(600.0, wakeup)), ScriptedEngine())
                ended = True

            async with anyio.create_task_group() as group:
                group.start_soon(sleep)
                await anyio.wait_all_tasks_blocked()
                assert not ended
                wakeup.set()
            return ended

        assert anyio.run(both, Wakeup())
        assert anyio.run(both, Wakeup(), backend="trio")

    def test_ends_with_its_time_where_nothing_sets_the_wakeup(self, drive: Driver) -> None:
        assert drive(sleeping(Sleep(0.001, Wakeup())), ScriptedEngine()) is None


class Steps:
    """Steps that send once, note how they end, and add a note to an interruption."""

    def __init__(self, request: SignedRequest) -> None:
        self.request = request
        self.ended = ""

    def __call__(self) -> Iterator[Any]:
        secrets_of_a_frame = (KEY, self.request)  # what a traceback with variables would show
        try:
            yield Send(self.request, 1.0, PATIENCE)
        except GeneratorExit:
            self.ended = "closed"
            raise
        except BaseException as interruption:
            self.ended = type(interruption).__name__
            interruption.add_note(f"a note on {len(secrets_of_a_frame)}")
            raise


class TestInterruption:
    # The last as a task queue does it: its signal handler raises an ordinary exception.
    @pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit, TimeoutError])
    def test_goes_through_the_steps_and_is_raised_with_their_note(
        self, drive: Driver, interruption: type[BaseException]
    ) -> None:
        steps = Steps(signed())
        with pytest.raises(interruption) as raised:
            drive(steps(), ScriptedEngine(interruption()))  # type: ignore[arg-type] # typed as an iterator
        assert steps.ended == interruption.__name__
        assert raised.value.__notes__ == ["a note on 2"]

    def test_of_a_cancelled_task_is_raised_with_the_note(self) -> None:
        notes: list[str] = []

        class Hanging(ScriptedEngine):
            async def send_async(self, *_: Any) -> Response:
                await asyncio.sleep(600)
                raise AssertionError

        async def main() -> None:
            task = asyncio.create_task(run_async(Steps(signed())(), Hanging()))  # type: ignore[arg-type] # as above
            await asyncio.sleep(0)
            task.cancel()
            try:
                await task
            except asyncio.CancelledError as cancelled:
                notes.extend(cancelled.__notes__)

        asyncio.run(main())
        assert notes == ["a note on 2"]

    @pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError("broken")], ids=["ctrl-c", "error"])
    def test_has_no_frame_that_shows_a_secret(self, drive: Driver, error: BaseException) -> None:
        with pytest.raises(type(error)) as raised:
            drive(Steps(signed())(), ScriptedEngine(error))  # type: ignore[arg-type] # as above
        if isinstance(error, KeyboardInterrupt):
            frames = traceback.extract_tb(raised.value.__traceback__)
            assert not {"__call__", "send"} & {frame.name for frame in frames}
        shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
        own = [frame for frame in shown.stack if frame.filename == runner.__file__]
        assert own or isinstance(error, KeyboardInterrupt)
        for frame in own:
            assert KEY not in str(frame.locals)
            assert SECRET not in str(frame.locals)

    def test_while_an_error_is_handled_leaves_that_no_frame_either(self, drive: Driver) -> None:
        class Interrupted(ScriptedEngine):
            def send(self, *sent: Any) -> Any:
                try:
                    return super().send(*sent)
                except ConnectionError:
                    raise KeyboardInterrupt  # noqa: B904 - as Ctrl-C does

            async def send_async(self, *sent: Any) -> Any:
                return self.send(*sent)

        own = ValueError("the caller's")
        try:
            raise own
        except ValueError:
            with pytest.raises(KeyboardInterrupt) as raised:
                drive(Steps(signed())(), Interrupted(ConnectionError()))  # type: ignore[arg-type] # as above
        handled = raised.value.__context__
        assert isinstance(handled, ConnectionError)
        assert handled.__traceback__ is None
        assert handled.__context__ is own
        assert own.__traceback__ is not None

    def test_that_the_steps_swallow_is_raised_all_the_same(self, drive: Driver) -> None:
        def steps() -> CallSteps[str]:
            try:
                yield Send(signed(), 1.0, PATIENCE)
            except KeyboardInterrupt:
                yield Sleep(1.0)
            return "done"

        with pytest.raises(KeyboardInterrupt):
            drive(steps(), ScriptedEngine(KeyboardInterrupt()))


def test_the_steps_are_closed_however_the_call_ends(drive: Driver) -> None:
    def steps() -> CallSteps[None]:
        try:
            yield Sleep(0.0)
        finally:
            ended.append(True)

    ended: list[bool] = []
    drive(steps(), ScriptedEngine())
    with (
        mock.patch.object(runner, "_sleep", side_effect=KeyboardInterrupt),
        mock.patch.object(runner, "_sleep_async", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        drive(steps(), ScriptedEngine())
    assert ended == [True, True]


class TestAsyncio:
    def test_is_needed(self) -> None:
        with pytest.raises(InvalidInput) as refusal:
            check_on_asyncio("every", "None on trio")
        assert str(refusal.value) == "every needs an asyncio task; allowed: None on trio"
        assert refusal.value.__cause__ is None

    def test_is_running(self) -> None:
        async def main() -> None:
            check_on_asyncio("every", "None on trio")

        asyncio.run(main())

    def test_is_not_trio(self) -> None:
        async def main() -> None:
            check_on_asyncio("every", "None on trio")

        with pytest.raises(InvalidInput):
            anyio.run(main, backend="trio")


def deadline(seconds: float) -> Deadline:
    return Deadline(seconds, lambda: 0.0)


@pytest.mark.parametrize(("at", "left"), [(10.0, 10.0), (0.0, 0.0), (-5.0, 0.0)])
def test_the_time_left_is_never_negative(at: float, left: float) -> None:
    assert deadline(at).seconds_left() == left


@pytest.mark.parametrize(
    ("at", "over"), [(1.0, False), (SHORTEST_ATTEMPT, False), (0.0199, True), (0.0, True), (-5.0, True)]
)
def test_it_is_over_with_less_time_than_the_shortest_attempt(at: float, over: bool) -> None:
    assert deadline(at).is_over() == over


def test_it_follows_the_clock() -> None:
    seconds = [0.0]
    end = Deadline(1.0, lambda: seconds[0])
    seconds[0] = 0.75
    assert end.seconds_left() == 0.25
    assert not end.is_over()
    seconds[0] = 1.0
    assert end.is_over()


def test_the_signature_of_an_earlier_request_of_the_call_is_masked(drive: Driver) -> None:
    def steps() -> CallSteps[list[bytes]]:
        signer = RequestSigner(Credentials(KEY, SECRET))
        bodies = []
        for moment in range(10):
            request = signer.sign_request(CANCELLING, PRIMARY, moment)
            response = yield Send(request, 1.0, PATIENCE)
            assert isinstance(response, Response)
            bodies.append(response.body)
        return bodies

    engine = RepeatingEngine()
    assert drive(steps(), engine) == [b"duplicate of ***"] * 10
    assert len({request.secrets for request, *_ in engine.sent}) == 10


def test_a_signal_handler_may_wake_its_own_thread_at_any_moment() -> None:
    wakeups: list[Wakeup] = []

    def sleep() -> None:
        wakeups.append(Wakeup())
        run(sleeping(Sleep(0.01, wakeups[-1])), ScriptedEngine())

    assert handled_at_every_line(sleep, lambda: wakeups and wakeups[-1].set()) > 5
