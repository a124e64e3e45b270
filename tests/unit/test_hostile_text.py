"""Hostile text in every public entry: an error of ours before anything is sent, or a result, nothing else."""

import asyncio
import os
from collections.abc import Callable
from typing import Any, NoReturn

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bingx_spot import (
    AsyncBingxSpot,
    BingxError,
    BingxSpot,
    CancelRequest,
    Credentials,
    Environment,
    canonical_string,
    generated_client,
    sign,
)
from bingx_spot.config import Config
from bingx_spot_api.api.trade import cancel_order, query_order
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from tests.support.command_line import invoke
from tests.support.samples import SYMBOL, Unlimited

#: Text with a character that is a control, a format, a private or a surrogate one, alone or among others.
HOSTILE = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "BTC-", "https://", "a", "1"]),
    st.text(st.characters(categories=("Cc", "Cf", "Co", "Cs")), min_size=1, max_size=4),
    st.sampled_from(["", "USDT", "example.com", "b", "1"]),
)
CREDENTIALS = Credentials("sample-api-key", "sample-api-secret")


def refuse(request: httpx.Request) -> NoReturn:
    raise AssertionError(f"sent: {request.content!r}")


OPTIONS: Any = {
    "environment": "https://example.com",
    "transport": httpx.MockTransport(refuse),
    "limits": Unlimited(),
    "timeout": 0.05,
}


def awaiting(name: str, **named: object) -> object:
    async def call() -> object:
        async with AsyncBingxSpot(CREDENTIALS, **OPTIONS) as bingx:
            return await getattr(bingx, name)(**named)

    return asyncio.run(call())


def blocking(name: str, **named: object) -> object:
    with BingxSpot(CREDENTIALS, **OPTIONS) as bingx:
        return getattr(bingx, name)(**named)


def bulk(item: object) -> object:
    with BingxSpot(CREDENTIALS, **OPTIONS) as bingx, bingx.cancel_orders([item]) as run:
        [result] = run
        if result.error is not None:
            raise result.error
        return result


def generated(text: str, **named: Any) -> object:
    with generated_client(CREDENTIALS, **OPTIONS) as client:
        return cancel_order.sync(client=client, body=CancelOrderRequest(symbol=text, **named))


def generated_query(text: str) -> object:
    with generated_client(CREDENTIALS, **OPTIONS) as client:
        return query_order.sync(client=client, symbol=text, order_id=1)


#: What no hostile text can be: it is refused.
REFUSING: dict[str, Callable[[str], object]] = {
    **{
        f"{way.__name__} {name} {parameter}": (
            lambda text, way=way, name=name, more=more: way(name, **more(text))  # type: ignore[misc]
        )
        for way in (blocking, awaiting)
        for name, parameter, more in [
            ("cancel_order", "symbol", lambda text: {"symbol": text, "order_id": 1}),
            ("cancel_order", "order_id", lambda text: {"symbol": SYMBOL, "order_id": text}),
            ("cancel_order", "client_order_id", lambda text: {"symbol": SYMBOL, "client_order_id": text}),
            (
                "cancel_order",
                "cancel_restrictions",
                lambda text: {"symbol": SYMBOL, "order_id": 1, "cancel_restrictions": text},
            ),
            (
                "cancel_order",
                "recv_window",
                lambda text: {"symbol": SYMBOL, "order_id": 1, "recv_window": text},
            ),
            ("query_order", "symbol", lambda text: {"symbol": text, "order_id": 1}),
            ("query_order", "client_order_id", lambda text: {"symbol": SYMBOL, "client_order_id": text}),
        ]
    },
    "CancelRequest symbol": lambda text: CancelRequest(text, order_id=1),
    "CancelRequest id": lambda text: CancelRequest(SYMBOL, client_order_id=text),
    "cancel_orders pair": lambda text: bulk((SYMBOL, text)),
    "cancel_orders mapping": lambda text: bulk({"symbol": text, "orderId": 1}),
    "cancel_orders names": lambda text: bulk({f"symbol{text}": SYMBOL, "orderId": 1}),
    "cancel_orders text": bulk,
    "Credentials key": lambda text: Credentials(text, "secret"),
    "Credentials secret": lambda text: Credentials("key", text),
    "Credentials file": Credentials.from_file,
    "environment": Environment.parse,
    "environment URL": lambda text: Environment("own", text),
    "environment fallback": lambda text: Environment("own", "https://a.example", text),
    "proxy": lambda text: BingxSpot(CREDENTIALS, proxy=f"http://proxy{text}"),
    "source_key": lambda text: Config(source_key=text),
    "placement": lambda text: Config(placement=text),  # type: ignore[arg-type] # is what must fail
    "limits": lambda text: Config(limits=text),
    "rate": lambda text: Config(rate=text),  # type: ignore[arg-type] # is what must fail
    "timeout": lambda text: Config(timeout=text),  # type: ignore[arg-type] # is what must fail
}
#: What may be signed, or named by a file: a result or an error of ours.
ACCEPTING: dict[str, Callable[[str], object]] = {
    "canonical_string value": lambda text: canonical_string({"a": text}),
    "canonical_string name": lambda text: canonical_string({text: "a"}),
    "sign canonical": lambda text: sign(text, "secret"),
    "sign secret": lambda text: sign("a=1", text),
}


def is_argument(text: str) -> bool:
    """Return whether a shell can pass the text: as bytes, none of them NUL."""
    try:
        return b"\0" not in os.fsencode(text)
    except UnicodeEncodeError:
        return False


def check(error: BingxError) -> None:
    assert str(error).isprintable()
    assert repr(error).isprintable()


@pytest.mark.parametrize("entry", REFUSING.values(), ids=REFUSING)
@given(HOSTILE)
@example("\ud800")
@example("\x1b[2J")
def test_is_refused_before_anything_is_sent(entry: Callable[[str], object], text: str) -> None:
    with pytest.raises(BingxError) as refusal:
        entry(text)
    check(refusal.value)


@pytest.mark.parametrize("entry", ACCEPTING.values(), ids=ACCEPTING)
@given(HOSTILE)
@example("\ud800")
def test_is_signed_or_refused(entry: Callable[[str], object], text: str) -> None:
    try:
        entry(text)
    except BingxError as error:
        check(error)


@pytest.mark.parametrize(
    "entry", [generated, generated_query, lambda text: generated("A-B", client_order_id=text)]
)
@settings(max_examples=5, deadline=None)
@given(HOSTILE)
@example("\ud800")
@example("a&b=c\r\n")
def test_in_the_generated_client_is_an_error_of_ours(entry: Callable[[str], object], text: str) -> None:
    with pytest.raises(BingxError) as refusal:
        entry(text)
    check(refusal.value)


@pytest.mark.parametrize(
    "name", ["BINGX_API_KEY", "BINGX_KEY_FILE", "BINGX_ENV", "BINGX_LIMITS", "BINGX_RATE"]
)
@given(HOSTILE.filter(is_argument))
def test_in_an_environment_variable_is_refused(name: str, text: str) -> None:
    own = {"BINGX_API_KEY": "k", "BINGX_API_SECRET": "s"} if name != "BINGX_KEY_FILE" else {}
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("BINGX_API_KEY", "BINGX_API_SECRET", "BINGX_KEY_FILE", "BINGX_ENV"):
            patch.delenv(variable, raising=False)
        for variable, value in {**own, name: text}.items():
            patch.setenv(variable, value)
        with pytest.raises(BingxError) as refusal:
            BingxSpot.from_env()
    check(refusal.value)


@pytest.mark.parametrize(
    "arguments",
    [
        ["cancel", "{}", "--order-id", "1", "--env", "sandbox"],
        ["cancel", "BTC-USDT", "--order-id", "{}"],
        ["cancel", "BTC-USDT", "--client-order-id", "{}", "--json"],
        ["query", "BTC-USDT", "--order-id", "1", "--env", "{}"],
        ["cancel-many", "--from", "{}"],
        ["cancel-many", "--journal", "{}"],
        ["journal", "{}"],
        ["sign", "{}"],
    ],
    ids=" ".join,
)
@settings(max_examples=10, deadline=None)
@given(HOSTILE.filter(is_argument))
def test_on_the_command_line_is_wrong_usage(arguments: list[str], text: str) -> None:
    done = invoke(
        *[argument.replace("{}", f"x{text}") for argument in arguments],
        BINGX_API_KEY="k",
        BINGX_API_SECRET="s",
    )
    assert done.exit_code == 2
    assert done.stdout == ""
