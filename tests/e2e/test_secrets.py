"""A planted key and secret, looked for in everything that can be seen of a call that goes wrong or right."""

import asyncio
import copy
import json
import logging
import pickle
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    CallError,
    Credentials,
    InvalidInput,
    Order,
    generated_client,
)
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from tests.support.planted import Planted, everything_within_reach, recorded, shown_by
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, Unlimited, success
from tests.support.scripted_server import Answer, Cut, ScriptedServer, http, scripted_server

PLACEMENTS = ["json", "query", "form"]


@pytest.fixture
def planted(caplog: pytest.LogCaptureFixture) -> Iterator[Planted]:
    """Plant, listen to every logger at DEBUG and to every warning, and look through both at the end."""
    caplog.set_level(logging.DEBUG)
    planted = Planted()
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        yield planted
    assert planted.found_in(recorded(caplog)) == []
    assert planted.found_in(str(warning) for warning in warned) == []


def call_blocking(planted: Planted, url: str, **options: Any) -> Order:
    with BingxSpot(planted.credentials(), environment=url, limits=Unlimited(), **options) as bingx:
        assert planted.found_in(iter([repr(bingx), str(bingx), repr(bingx.api)])) == []
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


def call_awaiting(planted: Planted, url: str, **options: Any) -> Order:
    async def cancel() -> Order:
        async with AsyncBingxSpot(
            planted.credentials(), environment=url, limits=Unlimited(), **options
        ) as bingx:
            assert planted.found_in(iter([repr(bingx), str(bingx), repr(bingx.api)])) == []
            return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    # debug: asyncio then has more to log.
    return asyncio.run(cancel(), debug=True)


def call_generated(planted: Planted, url: str, **options: Any) -> object:
    client = generated_client(planted.credentials(), environment=url, limits=Unlimited(), **options)
    with client:
        body = CancelOrderRequest(symbol=SYMBOL, order_id=ORDER_ID)
        response = cancel_order.sync_detailed(client=client, body=body)
        shown = [repr(client), repr(response), repr(client.get_httpx_client().headers)]
        assert planted.found_in(iter(shown)) == []
        return response


DEFAULT = {"sync": call_blocking, "async": call_awaiting, "generated": call_generated}


@pytest.fixture(params=DEFAULT.values(), ids=DEFAULT)
def call(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(params=DEFAULT.values(), ids=DEFAULT)
def by_default(request: pytest.FixtureRequest) -> Any:
    """A call by the engine that takes a transport of one's own."""
    return request.param


def echo(request: bytes) -> bytes:
    """Answer as a server that repeats what it got, in an error's text and in its headers."""
    sent = request.decode().replace("\r\n", " ")
    headers = f"Content-Type: application/json\r\nX-Debug: {sent.encode('ascii', 'replace').decode()}"
    return http(json.dumps({"code": 100001, "msg": f"signature mismatch: {sent}"}), headers=headers)


def redirect(request: bytes) -> bytes:
    target = request.split(b" ")[1].decode()
    return http("", "302 Found", f"Location: https://example.com{target}")


def echo_as_html(request: bytes) -> bytes:
    return http(request, "520 Unknown", "Content-Type: text/html")


def echo_in_pieces(request: bytes) -> Iterator[bytes]:
    """Repeat the request in a header, so slowly that each read returns a few characters."""
    yield b"HTTP/1.1 200 OK\r\nX-Debug: "
    repeated = b" ".join(request.split())
    for start in range(0, len(repeated), 11):
        time.sleep(0.0005)
        yield repeated[start : start + 11]
    yield b"\r\nContent-Length: 2\r\n\r\n{}"


def echo_as_garbage(request: bytes) -> Cut:
    # What cannot be read as HTTP stands in the text of the HTTP library's error.
    return Cut(b"HTTP/1.1 banana " + b" ".join(request.split()) + b"\r\n\r\n")


FAILING: dict[str, Answer | Callable[[bytes], Answer]] = {
    "refusal": http('{"code":100001,"msg":"signature verification failed"}'),
    "html": http("<html>403</html>", "403 Forbidden", "Content-Type: text/html"),
    "cut off": http(success()[:50]),
    "another order": http(success(orderId=1)),
    "closed": None,
    "reset": Cut(reset=True),
    "body cut short": Cut(SUCCESS[:-9]),
    "garbage": Cut(b"banana\r\n\r\n"),
    "echo": echo,
    "redirect": redirect,
    "html echo": echo_as_html,
    "echo in pieces": echo_in_pieces,
    "echo as garbage": echo_as_garbage,
    "time out": b"",
}


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_success_shows_no_secret(planted, call, placement):
    with scripted_server(SUCCESS) as server:
        result = call(planted, server.url, placement=placement)
        planted.learn(server)
    assert planted.knows_a_signature()
    assert planted.found_in(everything_within_reach(result)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_success_that_repeats_the_request_shows_no_secret(planted, call, placement):
    def answer(request: bytes) -> bytes:
        return http(f'{success()[:-1]},"debugMsg2":{json.dumps(request.decode())}}}')

    with scripted_server(answer) as server:
        result = call(planted, server.url, placement=placement)
        planted.learn(server)
    assert planted.knows_a_signature()
    assert planted.found_in(everything_within_reach(result)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
@pytest.mark.parametrize("name", FAILING)
def test_a_failure_shows_no_secret(planted, call, name, placement):
    with scripted_server(FAILING[name]) as server:
        for patience in (0.1, 5.0):
            with pytest.raises(CallError) as failed:
                call(planted, server.url, placement=placement, timeout=patience)
            planted.learn(server)
            assert planted.found_in(shown_by(failed.value)) == []
            # Where the machine is so slow that nothing was sent in that time, it gets more.
            if planted.knows_a_signature():
                break
    assert planted.knows_a_signature()


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_refused_connection_shows_no_secret(planted, call, placement):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(CallError) as failed:
            call(planted, f"http://127.0.0.1:{bound.getsockname()[1]}", placement=placement, timeout=0.1)
    assert planted.found_in(shown_by(failed.value)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_transport_that_repeats_the_request_in_its_error_shows_no_secret(planted, by_default, placement):
    def fail(request: httpx.Request) -> httpx.Response:
        raise RuntimeError(f"{request.url} {request.headers!r} {request.content!r}", request)

    transport = httpx.MockTransport(fail)
    with pytest.raises(CallError) as failed:
        by_default(planted, "https://example.com", placement=placement, transport=transport, timeout=0.1)
    assert planted.found_in(shown_by(failed.value)) == []


@pytest.mark.parametrize(
    "parameters", [{}, {"order_id": 0}, {"client_order_id": "a b"}, {"order_id": 1, "recv_window": 0}]
)
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_bad_input_shows_no_secret(planted, placement, parameters):
    with (
        BingxSpot(planted.credentials(), environment="https://example.com", placement=placement) as bingx,
        pytest.raises(InvalidInput) as refusal,
    ):
        bingx.cancel_order(SYMBOL, **parameters)
    assert planted.found_in(shown_by(refusal.value)) == []


def test_a_value_that_cannot_be_signed_shows_no_secret(planted):
    with (
        generated_client(planted.credentials(), environment="https://example.com") as client,
        pytest.raises(InvalidInput) as refusal,
    ):
        cancel_order.sync(client=client, body=CancelOrderRequest(symbol="A&B", order_id=1))
    assert planted.found_in(shown_by(refusal.value)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_task_cancelled_from_outside_shows_no_secret(planted, placement):
    async def give_up(server: ScriptedServer) -> None:
        loop = asyncio.get_running_loop()
        async with AsyncBingxSpot(
            planted.credentials(), environment=server.url, placement=placement, timeout=60.0
        ) as bingx:
            async with asyncio.timeout(None) as limit:

                def silence(_: bytes) -> bytes:
                    loop.call_soon_threadsafe(limit.reschedule, 0.0)
                    return b""

                server.answer = silence
                await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    with scripted_server(b"") as server:
        with pytest.raises(TimeoutError) as failed:
            asyncio.run(give_up(server), debug=True)
        planted.learn(server)
    assert planted.knows_a_signature()
    assert isinstance(failed.value.__cause__, asyncio.CancelledError)
    assert planted.found_in(shown_by(failed.value)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_an_interruption_shows_no_secret(planted, placement):
    def interrupt(request: httpx.Request) -> httpx.Response:
        headers, url = dict(request.headers), str(request.url)
        assert headers["x-bx-apikey"]
        assert url
        raise KeyboardInterrupt

    transport = httpx.MockTransport(interrupt)
    with pytest.raises(KeyboardInterrupt) as interrupted:
        call_blocking(planted, "https://example.com", placement=placement, transport=transport)
    assert planted.found_in(shown_by(interrupted.value)) == []


def test_a_key_of_a_few_characters_spoils_no_answer():
    with scripted_server(SUCCESS) as server:
        for key in ("0", "code", "CANCELED", str(ORDER_ID)[:11]):
            with BingxSpot(Credentials(key, "s"), environment=server.url, limits=Unlimited()) as bingx:
                assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).status == "CANCELED"


@pytest.mark.parametrize("name", FAILING)
def test_an_error_can_be_handed_to_another_process_and_copied(planted, name):
    with scripted_server(FAILING[name]) as server, pytest.raises(CallError) as failed:
        call_blocking(planted, server.url, timeout=0.15)
    error = failed.value
    for duplicate in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert type(duplicate) is type(error)
        assert duplicate.details == error.details
        assert (str(duplicate), duplicate.request) == (str(error), error.request)


def test_a_refused_input_can_be_handed_to_another_process_and_copied():
    error = InvalidInput("symbol", "is 'btc'", "BTC-USDT")
    for duplicate in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):  # noqa: S301
        assert (type(duplicate), str(duplicate)) == (InvalidInput, str(error))


def test_the_search_itself_finds_what_is_there():
    planted = Planted()
    error = ValueError("outer", {"a": [b"x" + planted._secret.encode()]})
    error.__context__ = KeyError(planted._key)
    assert len(planted.found_in(everything_within_reach(error))) >= 2
    assert planted.found_in(shown_by(leaking(planted)))


def leaking(planted: Planted) -> Exception:
    secret = planted._secret
    try:
        int("x" * len(secret))
    except ValueError as error:
        return error
    return AssertionError("an int was made of x")
