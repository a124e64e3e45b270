"""A planted key and secret, looked for in everything that can be seen of a call that goes wrong or right."""

import asyncio
import base64
import copy
import json
import logging
import pickle
import re
import socket
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from itertools import count
from types import FrameType
from typing import Any

import httpx
import pytest

from bingx_spot import (
    AsyncBingxSpot,
    AuthenticationError,
    BingxSpot,
    CallError,
    Credentials,
    InvalidInput,
    Order,
    generated_client,
    sign,
)
from bingx_spot.core.request import ApiCall, RequestSigner
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.contract import BY_ID
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


def repeated(form: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
    """Return an answer that repeats key and signature in a form: in a text, a header, and as its name."""

    def answer(request: bytes) -> bytes:
        secrets = re.findall(rb"(?i)x-bx-apikey: (\S+)|signature\W+([0-9a-f]{64})", request)
        said = b" ".join(form(b"".join(found)) for found in secrets)
        headers = b"X-Debug: %b\r\nX-Secret-%b: 1" % (said, re.sub(rb"[^A-Za-z0-9-]", b"-", said))
        return http(b'{"code": 100001, "msg": "not %b, I say"}' % said, headers=headers.decode())

    return answer


FORMS: dict[str, Callable[[bytes], bytes]] = {
    "capitals": bytes.upper,
    "lower case": bytes.lower,
    "JSON escapes": lambda secret: b"".join(b"\\u%04x" % byte for byte in secret),
    "JSON escapes in JSON": lambda secret: b"".join(b"\\\\u%04X" % byte for byte in secret),
    "some JSON escapes": lambda secret: re.sub(rb"[a-f]", lambda one: b"\\u%04x" % one[0][0], secret),
    "percent": lambda secret: b"".join(b"%%%02x" % byte for byte in secret),
    "percent twice": lambda secret: b"".join(b"%%25%02X" % byte for byte in secret),
    "HTML": lambda secret: b"".join(b"&#%d;" % byte for byte in secret),
    "HTML, hexadecimal": lambda secret: b"".join(b"&#x%x;" % byte for byte in secret),
    "beginning": lambda secret: secret[:12],
    "half": lambda secret: secret[: len(secret) // 2] + b"...",
    "end": lambda secret: b"..." + secret[-12:],
    "middle": lambda secret: secret[7:-7].swapcase(),
    "base64": base64.b64encode,
    "base64 for URLs": lambda secret: base64.urlsafe_b64encode(b"key=" + secret + b"\xff\xfe"),
    "base64, part": lambda secret: base64.b64encode(b"x" + secret[:20]).rstrip(b"="),
}


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


# How the parameters were placed matters most where the answer repeats them.
REPEATING = {"echo", "redirect", "html echo", "echo in pieces", "echo as garbage"}
FAILURES = [
    pytest.param(
        name, placement, marks=[] if placement == "json" or name in REPEATING else [pytest.mark.slow]
    )
    for name in FAILING
    for placement in PLACEMENTS
]


@pytest.mark.parametrize(("name", "placement"), FAILURES)
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


@pytest.mark.parametrize("status", ["302 Found", "307 Temporary"])
def test_no_redirect_is_followed(planted, call, status):
    with scripted_server(SUCCESS) as other, scripted_server(None) as server:
        server.answer = lambda _: http("", status, f"Location: {other.url}/openApi/spot/v1/trade/cancel")
        with pytest.raises(CallError):
            call(planted, server.url, timeout=0.3)
        assert other.connections == []
        planted.learn(server)


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_no_form_of_a_secret_that_a_server_repeats_is_shown(planted, call, form):
    with scripted_server(repeated(form)) as server:
        with pytest.raises(AuthenticationError, match=r"not .*\*\*\*.*, I say") as failed:
            call(planted, server.url)
        planted.learn(server)
    assert planted.knows_a_signature()
    assert planted.found_in(shown_by(failed.value)) == []


@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_refused_connection_shows_no_secret(planted, call, placement):
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(CallError) as failed:
            call(planted, f"http://127.0.0.1:{bound.getsockname()[1]}", placement=placement, timeout=0.1)
    assert planted.found_in(shown_by(failed.value)) == []


@pytest.mark.parametrize("error", [RuntimeError, httpx.ReadError])
@pytest.mark.parametrize("placement", PLACEMENTS)
def test_a_transport_that_repeats_the_request_in_its_error_shows_no_secret(
    planted, by_default, placement, error
):
    def fail(request: httpx.Request) -> httpx.Response:
        raise error(f"{request.url} {dict(request.headers)} {request.content!r}")

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


class TaskTooLong(Exception):
    """What a task queue's signal handler raises: an ordinary exception."""


class InterruptAt:
    """A trace function that raises an interrupt at one of the lines that handle a secret."""

    FILES = (
        *("signing.py", "credentials.py", "request.py", "hmac.py", "runner.py"),
        *("redaction.py", "bingx_spot/models.py"),
    )

    def __init__(self, at: int, kind: type[BaseException]) -> None:
        self.lines_left = at
        self.kind = kind

    def __call__(self, frame: FrameType, event: str, _: object) -> "InterruptAt":
        # The function that removes the frames is called with the secret: its own first line is out of reach.
        ours = (
            frame.f_code.co_filename.endswith(self.FILES)
            and "leaving_no_frame" not in frame.f_code.co_qualname
        )
        self.lines_left -= ours and event != "exception"
        if ours and self.lines_left == 0:
            sys.settrace(None)
            raise self.kind
        return self


def interrupted_everywhere(act: Callable[[], object], kind: type[BaseException]) -> Iterator[BaseException]:
    """Call a function again and again, interrupted one line later each time, until it is not."""
    for at in count(1):
        previous, interrupt_at = sys.gettrace(), InterruptAt(at, kind)
        try:
            sys.settrace(interrupt_at)
            act()
        except kind as interruption:
            yield interruption
        except CallError:  # a transport of the caller's own has raised it, for all that is known
            assert kind is TaskTooLong
        else:
            if interrupt_at.lines_left > 0:
                return
        finally:
            sys.settrace(previous)


def variables(error: BaseException | None) -> Iterator[str]:
    """Yield the variables of the frames below the test's own."""
    while error is not None:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            if frame.f_code.co_filename != __file__:
                yield from (
                    f"{frame.f_code.co_qualname}: {name}={value!r}" for name, value in frame.f_locals.items()
                )
        error = error.__context__


@pytest.mark.parametrize("kind", [KeyboardInterrupt, TaskTooLong])
@pytest.mark.parametrize("act", ["call", "sign_request", "sign", "Credentials", "from_file", "from_env"])
def test_an_interrupt_at_any_line_of_signing_leaves_no_secret(planted, act, kind, tmp_path, monkeypatch):
    credentials, key_file = planted.credentials(), tmp_path / "key.json"
    key_file.write_text(json.dumps({"apiKey": planted._key, "apiSecret": planted._secret}))
    key_file.chmod(0o600)
    monkeypatch.setenv("BINGX_API_KEY", planted._key)
    monkeypatch.setenv("BINGX_API_SECRET", planted._secret)
    signer = RequestSigner(credentials)
    call = ApiCall.of(BY_ID["cancelOrder"], {"symbol": SYMBOL, "orderId": ORDER_ID})
    transport = httpx.MockTransport(lambda _: httpx.Response(200, text=success()))
    options = {"environment": "https://example.com", "transport": transport, "limits": Unlimited()}
    with BingxSpot(credentials, **options) as bingx:
        acts: dict[str, Callable[[], object]] = {
            "call": lambda: bingx.cancel_order(SYMBOL, order_id=ORDER_ID),
            "sign_request": lambda: signer.sign_request(call, "https://example.com", 1, "query"),
            "sign": lambda: sign("a=1", planted._secret),
            "Credentials": planted.credentials,
            "from_file": lambda: Credentials.from_file(key_file),
            "from_env": Credentials.from_env,
        }
        interruptions = list(interrupted_everywhere(acts[act], kind))
    assert len(interruptions) > 20
    for interruption in interruptions:
        assert planted.found_in(variables(interruption)) == []


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
