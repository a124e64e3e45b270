"""The options of a client: what each may be, and that every error names the option."""

import math
import re
import ssl

import httpx
import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, Environment, InvalidInput, generated_client
from bingx_spot.config import Config

NOT_ALLOWED = [
    ("environment", "prod"),
    ("environment", None),
    ("environment", "http://example.com"),
    ("timeout", 0),
    ("timeout", -1.0),
    ("timeout", math.nan),
    ("timeout", math.inf),
    ("timeout", 86_401),
    pytest.param("timeout", 10**400, id="timeout-huge"),
    ("timeout", "10"),
    ("timeout", None),
    ("timeout", True),
    ("placement", "body"),
    ("placement", "JSON"),
    ("placement", ["json"]),
    ("source_key", ""),
    ("source_key", " key"),
    ("source_key", "a\r\nX-BX-APIKEY: b"),
    ("source_key", "ø"),
    ("source_key", 5),
    ("proxy", ""),
    ("proxy", "127.0.0.1:3128"),
    ("proxy", "http://"),
    ("proxy", "socks5://127.0.0.1:1080"),
    ("proxy", "http://user:planted-password@:port"),
    ("proxy", 5),
    ("tls", "/etc/ssl/certs"),
    ("tls", True),
    ("transport", object()),
    ("transport", httpx.MockTransport),
    ("fallback", "no"),
    ("fallback", 1),
    ("clock", None),
    ("clock", lambda: 0),
    ("limits", "on"),
    ("limits", 5),
]
CREATE = [
    lambda **options: BingxSpot(Credentials("k", "s"), **options),
    lambda **options: AsyncBingxSpot(Credentials("k", "s"), **options),
    lambda **options: generated_client(Credentials("k", "s"), **options),
]


def _id(value: object) -> str:
    # No address of an object: each process of a parallel run has to find the same tests.
    return re.sub(r" at 0x[0-9a-f]+", "", ascii(value))


@pytest.mark.parametrize("create", CREATE, ids=["sync", "async", "generated"])
@pytest.mark.parametrize(("name", "value"), NOT_ALLOWED, ids=_id)
def test_an_option_that_is_not_allowed_is_an_error_with_its_name(create, name, value):
    with pytest.raises(InvalidInput) as refusal:
        create(**{name: value})
    assert refusal.value.field == name
    assert refusal.value.reason
    assert refusal.value.allowed
    assert "planted-password" not in f"{refusal.value} {refusal.value!r} {refusal.value.__context__!r}"


@pytest.mark.parametrize("create", CREATE, ids=["sync", "async", "generated"])
@pytest.mark.parametrize(
    ("name", "value"), [("proxy", "http://127.0.0.1:3128"), ("tls", ssl.create_default_context())]
)
def test_a_transport_has_a_proxy_and_trust_of_its_own(create, name, value):
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with pytest.raises(InvalidInput) as refusal:
        create(transport=transport, **{name: value})
    assert refusal.value.field == name
    assert "beside a transport" in refusal.value.reason


def test_defaults_are_live_ten_seconds_and_what_the_contract_says():
    config = Config()
    assert (config.environment, config.timeout, config.placement) == ("live", 10.0, "auto")


def test_the_repr_has_no_password():
    config = Config(proxy="http://user:planted@127.0.0.1:3128", limits="redis://:planted@127.0.0.1")
    assert "planted" not in repr(config)


@pytest.mark.parametrize(
    "environment",
    ["http://127.0.0.1:8642", "sandbox", Environment("own", "https://a.example", "http://[::1]")],
)
@pytest.mark.parametrize("proxy", ["http://127.0.0.1:3128", "https://user:planted@proxy.example"])
def test_a_proxy_sees_no_plain_http(environment, proxy):
    with pytest.raises(
        InvalidInput, match="proxy would see the API key and the signature in clear"
    ) as refusal:
        Config(environment=environment, proxy=proxy)
    assert "planted" not in repr(refusal.value)


def no_certificate() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def any_name() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    return context


@pytest.mark.parametrize("context", [no_certificate(), any_name()], ids=["no certificate", "any name"])
def test_tls_that_does_not_verify_needs_a_word(context):
    with pytest.raises(InvalidInput, match="tls does not verify the server's certificate and its name"):
        Config(tls=context)
    assert Config(tls=context, insecure_tls=True).tls is context


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 86_400),
        ("timeout", 0.001),
        ("placement", "query"),
        ("source_key", "my-bot"),
        ("fallback", False),
        ("limits", "off"),
    ],
)
def test_an_option_that_is_allowed_is_kept(name, value):
    assert getattr(Config(**{name: value}), name) == value


def test_each_config_has_a_clock_of_its_own():
    assert Config().clock is not Config().clock


def test_options_cannot_be_changed():
    with pytest.raises(AttributeError):
        Config().timeout = 1.0  # type: ignore[misc] # is what must fail
