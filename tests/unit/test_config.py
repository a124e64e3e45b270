"""The options of a client: what each may be, as an argument and as text, and that every error names it."""

import inspect
import math
import os
import re
import ssl
import traceback
from dataclasses import fields
from pathlib import Path

import httpx
import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, Environment, InvalidInput, generated_client
from bingx_spot.config import SETTINGS, Config, Options, with_environment

DOCS = Path(__file__).parents[2] / "docs" / "reference"

NOT_ALLOWED = [
    ("environment", "prod"),
    ("environment", None),
    ("environment", "http://example.com"),
    ("timeout", 0),
    ("timeout", -1.0),
    ("timeout", math.nan),
    ("timeout", math.inf),
    ("timeout", 3_601),
    ("timeout", 10_000),  # meant as milliseconds
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
    ("name", "value"), [("proxy", "http://127.0.0.1:3128"), ("tls", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))]
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
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def any_name() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
        ("timeout", 3_600),
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


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch):
    for setting in SETTINGS.values():
        monkeypatch.delenv(setting.variable, raising=False)


@pytest.mark.parametrize(
    ("variable", "text", "option", "value"),
    [
        ("BINGX_ENV", "vst", "environment", "vst"),
        ("BINGX_TIMEOUT", "2.5", "timeout", 2.5),
        ("BINGX_PLACEMENT", "query", "placement", "query"),
        ("BINGX_PROXY", "http://proxy:3128", "proxy", "http://proxy:3128"),
        ("BINGX_RATE", "2", "rate", 2.0),
        ("BINGX_RATE", "copy-trading", "rate", "copy-trading"),
        ("BINGX_LIMITS", "off", "limits", "off"),
    ],
)
def test_a_variable_fills_an_option_that_is_not_given(monkeypatch, variable, text, option, value):
    monkeypatch.setenv(variable, text)
    assert with_environment({}) == {option: value}
    given = {option: "given"} if option != "environment" else {option: "live"}
    assert with_environment(given) == given
    monkeypatch.setenv(variable, "")
    assert with_environment({}) == {}


def test_a_file_of_authorities_is_trusted_in_place_of_the_public_ones(monkeypatch, authority, tmp_path):
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("BINGX_CA_FILE", str(tmp_path / "ca.pem"))
    tls = with_environment({})["tls"]
    assert tls is not None
    assert (tls.verify_mode, tls.check_hostname, len(tls.get_ca_certs())) == (ssl.CERT_REQUIRED, True, 1)


@pytest.mark.parametrize(
    ("variable", "text", "reason"),
    [
        ("BINGX_ENV", "moon", "is 'moon'"),
        ("BINGX_TIMEOUT", "soon", "is 'soon'"),
        ("BINGX_TIMEOUT", "-1", "is '-1'"),
        ("BINGX_PLACEMENT", "body", "is 'body'"),
        ("BINGX_RATE", "9", "is 9.0"),
        ("BINGX_RATE", "1e0", "is '1e0'"),
        ("BINGX_LIMITS", "on", "is not one of the allowed values"),
        ("BINGX_CA_FILE", "/nowhere", "is '/nowhere', which cannot be read: No such file or directory"),
        ("BINGX_CA_FILE", __file__, f"is {__file__!r}, which holds no certificate"),
    ],
)
def test_a_variable_that_is_not_allowed_is_named(monkeypatch, variable, text, reason):
    monkeypatch.setenv(variable, text)
    with pytest.raises(InvalidInput) as refusal:
        with_environment({})
    assert (refusal.value.field, refusal.value.reason) == (variable, reason)


def test_a_ca_file_that_is_a_fifo_is_not_waited_for(monkeypatch, tmp_path):
    os.mkfifo(tmp_path / "ca")
    monkeypatch.setenv("BINGX_CA_FILE", str(tmp_path / "ca"))
    with pytest.raises(InvalidInput, match="which cannot be read: it is a FIFO, not a regular file"):
        with_environment({})


def test_no_proxy_variable_stands_beside_plain_http_or_a_transport(monkeypatch):
    monkeypatch.setenv("BINGX_PROXY", "http://proxy:3128")
    assert "proxy" not in with_environment({"environment": "sandbox"})
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    assert "proxy" not in with_environment({"transport": transport})
    BingxSpot(Credentials("key", "secret"), **with_environment({"environment": "sandbox"}))


def test_a_password_in_a_variable_is_in_no_traceback(monkeypatch):
    monkeypatch.setenv("BINGX_LIMITS", "http://user:planted@host")
    with pytest.raises(InvalidInput) as refusal:
        with_environment({})
    shown = traceback.TracebackException.from_exception(refusal.value, capture_locals=True)
    ours = [frame for frame in shown.stack if "test_config" not in frame.filename]
    assert "planted" not in f"{refusal.value!r} {[frame.locals for frame in ours]}"


def test_every_setting_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, setting in SETTINGS.items():
        assert f"`{setting.variable}`" in text
        assert name == "limits" or f"`--{name}`" in text


def test_every_option_is_typed_and_documented():
    names = [each.name for each in fields(Config)]
    assert list(Options.__annotations__) == names
    for name in names:
        # Python 3.13 takes the indentation of a docstring away, the ones before keep it.
        assert f"\n    {name}: " in inspect.cleandoc(str(Config.__doc__))
        assert f"`{name}`" in str(BingxSpot.__doc__)
