"""The options of a client: what each takes, and that each is refused by name."""

import math
import re
import ssl

import httpx
import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, InvalidInput, generated_client
from bingx_spot.config import Config
from tests.support.samples import Unlimited, blocking
from tests.support.scripted_server import scripted_server

REFUSED = [
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
    ("clock", None),
    ("clock", lambda: 0),
    ("limits", "on"),
    ("limits", 5),
]
MAKERS = [
    lambda **options: BingxSpot(Credentials("k", "s"), **options),
    lambda **options: AsyncBingxSpot(Credentials("k", "s"), **options),
    lambda **options: generated_client(Credentials("k", "s"), **options),
]


def _id(value: object) -> str:
    # No address of an object: each process of a parallel run has to find the same tests.
    return re.sub(r" at 0x[0-9a-f]+", "", ascii(value))


@pytest.mark.parametrize("make", MAKERS, ids=["sync", "async", "generated"])
@pytest.mark.parametrize(("name", "value"), REFUSED, ids=_id)
def test_an_option_that_will_not_do_is_refused_by_name_before_there_is_a_client(make, name, value):
    with pytest.raises(InvalidInput) as refusal:
        make(**{name: value})
    assert refusal.value.field == name
    assert refusal.value.reason
    assert refusal.value.allowed
    assert "planted-password" not in f"{refusal.value} {refusal.value!r} {refusal.value.__context__!r}"


@pytest.mark.parametrize("make", MAKERS, ids=["sync", "async", "generated"])
@pytest.mark.parametrize(
    ("name", "value"), [("proxy", "http://127.0.0.1:3128"), ("tls", ssl.create_default_context())]
)
def test_a_transport_brings_its_own_proxy_and_trust(make, name, value):
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with pytest.raises(InvalidInput) as refusal:
        make(transport=transport, **{name: value})
    assert refusal.value.field == name
    assert "beside a transport" in refusal.value.reason


@pytest.mark.parametrize("make", [BingxSpot, AsyncBingxSpot, generated_client])
@pytest.mark.parametrize("given", ["key", ("key", "secret"), {}], ids=repr)
def test_credentials_must_be_such(make, given):
    with pytest.raises(InvalidInput) as refusal:
        make(given)
    assert refusal.value.field == "credentials"


def test_an_unknown_option_is_an_error_of_the_call():
    with pytest.raises(TypeError, match="retries"):
        BingxSpot(Credentials("k", "s"), retries=3)


def test_defaults_are_live_ten_seconds_and_what_the_contract_says():
    settings = Config()
    assert (settings.environment, settings.timeout, settings.placement) == ("live", 10.0, "auto")


def test_settings_do_not_show_a_proxy_s_password():
    assert "planted" not in repr(Config(proxy="http://user:planted@127.0.0.1:3128"))


class TestWithOptions:
    def test_changes_nothing_in_the_first_client(self):
        first = blocking("http://127.0.0.1:1", timeout=3.0)
        before = first._settings
        second = first.with_options(timeout=1.5, placement="query", source_key="tag", environment="vst")
        assert first._settings is before
        assert (before.timeout, before.placement, before.source_key) == (3.0, "auto", None)
        assert (second._settings.timeout, second._settings.environment) == (1.5, "vst")

    def test_keeps_what_is_not_named(self):
        first = blocking("http://127.0.0.1:1", timeout=3.0, placement="form")
        second = first.with_options(timeout=1.5)
        assert second._settings.placement == "form"
        assert second._settings.limits is first._settings.limits
        assert second._settings.clock is first._settings.clock

    def test_keeps_the_class(self):
        assert type(blocking("live").with_options(timeout=1)) is BingxSpot
        assert type(AsyncBingxSpot(Credentials("k", "s")).with_options(timeout=1)) is AsyncBingxSpot

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("proxy", "http://127.0.0.1:3128"),
            ("tls", ssl.create_default_context()),
            ("transport", httpx.MockTransport(lambda _: httpx.Response(200))),
            ("proxy", None),
        ],
        ids=["proxy", "tls", "transport", "no-proxy"],
    )
    def test_refuses_what_makes_the_connections(self, name, value):
        with pytest.raises(InvalidInput) as refusal:
            blocking("live").with_options(**{name: value})
        assert (refusal.value.field, refusal.value.allowed) == (name, "a new client")

    @pytest.mark.parametrize(("name", "value"), [("timeout", 0), ("environment", "prod"), ("limits", "on")])
    def test_checks_as_the_class_does(self, name, value):
        with pytest.raises(InvalidInput) as refusal:
            blocking("live").with_options(**{name: value})
        assert refusal.value.field == name

    def test_limits_can_be_shared_between_clients(self):
        limits = Unlimited()
        assert blocking("live", limits=limits)._settings.limits is limits


class TestFromEnvironment:
    @pytest.fixture(autouse=True)
    def keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BINGX_API_KEY", "k")
        monkeypatch.setenv("BINGX_API_SECRET", "s")
        monkeypatch.delenv("BINGX_ENV", raising=False)

    @pytest.mark.parametrize("kind", [BingxSpot, AsyncBingxSpot])
    def test_is_live_where_nothing_is_said(self, kind):
        assert kind.from_env()._settings.environment == "live"

    @pytest.mark.parametrize("kind", [BingxSpot, AsyncBingxSpot])
    def test_takes_the_environment_that_the_variable_names(self, kind, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "vst")
        assert kind.from_env(timeout=3)._settings.environment == "vst"

    def test_what_the_caller_names_comes_first(self, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "vst")
        assert BingxSpot.from_env(environment="live")._settings.environment == "live"

    def test_refuses_a_wrong_name_in_the_variable(self, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "prod")
        with pytest.raises(InvalidInput, match="environment is 'prod'"):
            BingxSpot.from_env()

    def test_the_generated_client_reads_it_too(self, monkeypatch):
        with scripted_server(None) as server:
            monkeypatch.setenv("BINGX_ENV", server.url)
            assert server.url in repr(generated_client())
