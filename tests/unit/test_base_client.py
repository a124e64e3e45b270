"""What the blocking and the async client share: how they are created, derived and shown."""

import copy
import ssl
import traceback

import httpx
import pytest

import bingx_spot_api
from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    Credentials,
    CredentialsError,
    InvalidInput,
    generated_client,
)
from bingx_spot.config import with_environment
from tests.support.samples import Unlimited, blocking

KEYS = Credentials("planted-key-0123456789", "planted-secret")
CLIENTS = pytest.mark.parametrize("kind", [BingxSpot, AsyncBingxSpot], ids=["sync", "async"])


class TestCredentials:
    @pytest.mark.parametrize(
        "create", [BingxSpot, AsyncBingxSpot, generated_client], ids=["sync", "async", "generated"]
    )
    @pytest.mark.parametrize("given", ["key", ("key", "secret"), {}], ids=["text", "pair", "dict"])
    def test_must_be_credentials(self, create, given):
        with pytest.raises(InvalidInput) as refusal:
            create(given)
        assert refusal.value.field == "credentials"
        assert "secret" not in refusal.value.reason

    @CLIENTS
    def test_are_not_in_the_repr(self, kind):
        assert repr(kind(KEYS, environment="vst")) == f"{kind.__name__}(environment='vst')"


@CLIENTS
@pytest.mark.parametrize(
    "options",
    [
        {"proxy": "http://user:planted@[::1"},
        {"proxy": "http://user:planted@proxy", "environment": "sandbox"},
        {"limits": "http://user:planted@host"},
        {"environment": "https://user:planted@host"},
        {"proxy": "http://user:planted@proxy", "timeout": 0},
    ],
)
def test_a_password_in_a_url_is_in_no_traceback(kind, options):
    with pytest.raises(InvalidInput) as refusal:
        kind(KEYS, **options)
    shown = traceback.TracebackException.from_exception(refusal.value, capture_locals=True)
    ours = [frame for frame in shown.stack if "test_base_client" not in frame.filename]
    assert "planted" not in f"{refusal.value!r} {[frame.locals for frame in ours]}"


def test_a_client_that_was_never_built_can_be_shown():
    assert repr(object.__new__(BingxSpot)) == "BingxSpot()"


@CLIENTS
def test_an_option_that_does_not_exist_is_a_type_error(kind):
    with pytest.raises(TypeError, match="retries"):
        kind(KEYS, retries=3)


class TestWithOptions:
    def test_leaves_the_first_client_unchanged(self):
        first = blocking("http://127.0.0.1:1", timeout=3.0)
        before = first._config
        second = first.with_options(timeout=1.5, placement="query", source_key="tag", environment="vst")
        assert first._config is before
        assert (before.timeout, before.placement, before.source_key) == (3.0, "auto", None)
        assert (second._config.timeout, second._config.environment) == (1.5, "vst")
        assert (first._context.timeout, second._context.timeout) == (3.0, 1.5)
        assert second._context.environment.name == "vst"

    def test_keeps_the_other_options(self):
        first = blocking("http://127.0.0.1:1", timeout=3.0, placement="form")
        second = first.with_options(timeout=1.5)
        assert second._config.placement == "form"
        assert second._config.limits is first._config.limits
        assert second._config.clock is first._config.clock

    def test_keeps_the_connections_and_leaves_them_to_the_first_client(self):
        first = blocking("http://127.0.0.1:1")
        second = first.with_options(timeout=1.5)
        assert second._engine is first._engine
        assert (first._owns_engine, second._owns_engine) == (True, False)

    @pytest.mark.parametrize(
        ("options", "kept"),
        [
            ({"timeout": 1.5}, True),
            ({"source_key": "tag"}, True),
            ({"environment": "vst"}, False),
            ({"placement": "query"}, False),
            ({"fallback": False}, False),
        ],
        ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
    )
    def test_keeps_what_was_learnt_unless_it_belongs_to_the_option(self, options, kept):
        first = blocking("http://127.0.0.1:1")
        second = first.with_options(**options)
        assert (second._state is first._state) == kept
        assert (second._state.lockouts is first._state.lockouts) == (options != {"environment": "vst"})

    @CLIENTS
    def test_keeps_the_class(self, kind):
        assert type(kind(KEYS).with_options(timeout=1)) is kind

    @CLIENTS
    def test_keeps_what_a_subclass_has_added(self, kind):
        class Bot(kind):
            def __init__(self, strategy):
                super().__init__(KEYS)
                self.strategy = strategy

        derived = Bot("grid").with_options(timeout=1)
        assert (derived.strategy, derived._owns_engine) == ("grid", False)
        assert copy.copy(derived).strategy == "grid"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("proxy", "http://127.0.0.1:3128"),
            ("tls", ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)),
            ("transport", httpx.MockTransport(lambda _: httpx.Response(200))),
            ("proxy", None),
        ],
        ids=["proxy", "tls", "transport", "no proxy"],
    )
    def test_takes_no_option_that_creates_the_connections(self, name, value):
        with pytest.raises(InvalidInput) as refusal:
            blocking("live").with_options(**{name: value})
        assert (refusal.value.field, refusal.value.allowed) == (name, "a new client")

    @pytest.mark.parametrize(("name", "value"), [("timeout", 0), ("environment", "prod"), ("limits", "on")])
    def test_checks_options_as_a_new_client_does(self, name, value):
        with pytest.raises(InvalidInput) as refusal:
            blocking("live").with_options(**{name: value})
        assert refusal.value.field == name


class TestLimits:
    def test_of_one_key_are_shared_by_all_clients(self):
        one, other = BingxSpot(KEYS), AsyncBingxSpot(KEYS)
        assert one._context.limits is other._context.limits
        assert one._state.repeated_errors is other._state.repeated_errors

    def test_of_another_key_or_environment_are_others(self):
        one = BingxSpot(KEYS)
        assert BingxSpot(Credentials("another", "secret"))._context.limits is not one._context.limits
        assert BingxSpot(KEYS, environment="vst")._context.limits is not one._context.limits

    def test_may_be_an_object_of_the_caller(self):
        limits = Unlimited()
        assert blocking("live", limits=limits)._context.limits is limits


class TestFromEnv:
    @pytest.fixture(autouse=True)
    def keys(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BINGX_API_KEY", "k")
        monkeypatch.setenv("BINGX_API_SECRET", "s")
        monkeypatch.delenv("BINGX_ENV", raising=False)
        monkeypatch.delenv("BINGX_LIMITS", raising=False)

    @CLIENTS
    def test_is_live_by_default(self, kind):
        client = kind.from_env()
        assert type(client) is kind
        assert repr(client) == f"{kind.__name__}(environment='live')"

    @CLIENTS
    def test_reads_the_environment(self, kind, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "vst")
        client = kind.from_env(timeout=3)
        assert (client._config.environment, client._config.timeout) == ("vst", 3)

    @CLIENTS
    def test_prefers_the_caller_s_option(self, kind, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "vst")
        assert kind.from_env(environment="live")._config.environment == "live"

    def test_reads_the_limits(self, monkeypatch):
        monkeypatch.setenv("BINGX_LIMITS", "off")
        assert isinstance(BingxSpot.from_env()._context.limits, Unlimited)
        limits = Unlimited()
        assert BingxSpot.from_env(limits=limits)._context.limits is limits

    def test_names_the_option_where_a_variable_is_not_allowed(self, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "prod")
        with pytest.raises(InvalidInput, match="BINGX_ENV is 'prod'"):
            BingxSpot.from_env()

    def test_needs_credentials(self, monkeypatch):
        monkeypatch.delenv("BINGX_API_KEY")
        monkeypatch.delenv("BINGX_KEY_FILE", raising=False)
        with pytest.raises(CredentialsError):
            BingxSpot.from_env()

    def test_of_empty_variables_is_the_default(self, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "")
        monkeypatch.setenv("BINGX_LIMITS", "")
        assert with_environment({"timeout": 3.0}) == {"timeout": 3.0}

    def test_is_what_the_generated_client_reads_where_no_credentials_are_given(self, monkeypatch):
        monkeypatch.setenv("BINGX_ENV", "http://127.0.0.1:1")
        assert "http://127.0.0.1:1" in repr(generated_client())
        assert "http://127.0.0.1:1" not in repr(generated_client(KEYS))


class TestGeneratedClient:
    def test_is_one_of_the_generated_package_and_shows_no_secret(self):
        client = generated_client(KEYS, environment="vst")
        assert isinstance(client, bingx_spot_api.AuthenticatedClient)
        assert "planted" not in repr(client)

    def test_of_a_client_is_created_once(self):
        bingx = BingxSpot(KEYS, environment="vst")
        assert isinstance(bingx.api, bingx_spot_api.AuthenticatedClient)
        assert bingx.api is bingx.api
        assert bingx.with_options(timeout=1).api is not bingx.api
