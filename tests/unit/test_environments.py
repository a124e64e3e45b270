"""Environments: names and base URLs, and the hosts behind them."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import Environment, InvalidInput
from bingx_spot_api.contract import SERVERS


def error_for(text: object) -> InvalidInput:
    with pytest.raises(InvalidInput) as failed:
        Environment.parse(text)
    assert failed.value.field == "environment"
    assert failed.value.__cause__ is None
    return failed.value


class TestNames:
    @pytest.mark.parametrize(
        ("name", "primary", "fallback"),
        [
            ("live", "https://open-api.bingx.com", "https://open-api.bingx.pro"),
            ("vst", "https://open-api-vst.bingx.com", "https://open-api-vst.bingx.pro"),
            ("sandbox", "http://127.0.0.1:8642", None),
        ],
    )
    def test_are_those_of_the_exchange_s_hosts(self, name, primary, fallback):
        assert Environment.parse(name) == Environment(name, primary, fallback)

    def test_are_those_of_the_contract(self):
        for server in SERVERS:
            environment = Environment.parse(server.environment)
            assert server.url in (environment.base_url, environment.fallback_url)

    @pytest.mark.parametrize(
        "name", ["", "LIVE", "prod", "open-api.bingx.com", " live", "//open-api.bingx.com"]
    )
    def test_that_do_not_exist_are_an_error_with_those_that_do(self, name):
        assert error_for(name).allowed == "live, sandbox, vst, or a base URL such as https://HOST"

    @pytest.mark.parametrize("value", [None, 5, b"live", ["live"]], ids=["none", "number", "bytes", "list"])
    def test_must_be_text(self, value):
        assert type(value).__name__ in error_for(value).reason


def test_an_environment_of_the_caller_is_kept() -> None:
    own = Environment("own", "https://one.example", "https://two.example")
    assert Environment.parse(own) is own


class TestBaseUrls:
    @pytest.mark.parametrize(
        ("url", "base_url"),
        [
            ("https://example.com", "https://example.com"),
            ("https://example.com/", "https://example.com"),
            ("HTTPS://Example.COM:8443/", "https://example.com:8443"),
            ("https://203.0.113.5:443", "https://203.0.113.5:443"),
            ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
            ("http://localhost:8642", "http://localhost:8642"),
            ("http://127.0.0.1:8642/", "http://127.0.0.1:8642"),
            ("http://127.1.2.3", "http://127.1.2.3"),
            ("http://[::1]:8642", "http://[::1]:8642"),
            ("http://[::1]", "http://[::1]"),
            ("https://bingx_proxy:8443", "https://bingx_proxy:8443"),
        ],
    )
    def test_become_origins_without_a_slash(self, url, base_url):
        assert Environment.parse(url) == Environment(url, base_url, None)

    @pytest.mark.parametrize(
        "url",
        [
            "http://example.com", "http://10.0.0.1:8642", "http://0.0.0.0:8642", "http://[2001:db8::1]",
            "http://[::]", "http://127.0.0.1.example.com", "http://localhost.example.com",
            "http://evil.localhost", "http://128.0.0.1", "http://127.1", "http://0x7f000001",
        ],
    )  # fmt: skip
    def test_with_plain_http_must_be_on_loopback(self, url):
        error = error_for(url)
        assert "would send the API key in clear" in error.reason
        assert error.allowed == "https://HOST or https://HOST:PORT; http only for a loopback host"

    @pytest.mark.parametrize(
        "url",
        [
            "https://example.com/openApi", "https://example.com//x", "https://example.com?a=1",
            "https://example.com/#top", "http://127.0.0.1:8642/openApi/spot/v1/trade/cancel",
        ],
    )  # fmt: skip
    def test_must_have_a_host_alone(self, url):
        assert "has more than a host" in error_for(url).reason

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://example.com", "ws://127.0.0.1", "file:///etc/passwd", "https://", "https:///path",
            "https://:8443", "https://exa mple.com", "https://exa%6dple.com", "https://MØTH.com",
            "https://[::1", "https://[::1%25lo]", "https://example.com:port", "https://example.com:99999",
            "https://exa\x00mple.com", "https://a\\b", "://example.com", "https://-example.com",
            "https://[v1.x]", "https://[::1]x", "http://[::1].example.com", "https://example.com:0",
            "https://example.com:", "https://https://example.com", "https://[127.0.0.1]", "https://[:::]",
        ],
        ids=ascii,
    )  # fmt: skip
    def test_must_be_https_or_http(self, url):
        assert error_for(url).allowed.startswith("https://HOST")

    @pytest.mark.parametrize(
        "url",
        [
            "https://user:planted-password@example.com", "http://user:planted-password@127.0.0.1:8642",
            "https://planted-password@example.com", "https://user:planted-password@example.com:port",
            "https://user:planted-password@[::1", "user:planted-password@example.com",
            "https:/user:planted-password@example.com", "http://127.0.0.1\\:planted-password@example.com",
        ],
    )  # fmt: skip
    def test_with_a_password_are_an_error_that_does_not_show_it(self, url):
        error = error_for(url)
        assert "user name or password" in error.reason
        assert "planted-password" not in f"{error} {error!r} {error.__context__!r}"

    @pytest.mark.parametrize(
        "hidden", "\t\n\r\v\f\0\x1f\x7f\x85\x9b\xa0\u2028\u202e\u200b\ufeff\ud800 ", ids=ascii
    )
    @pytest.mark.parametrize(
        "url",
        [
            "https://open-api.bingx.com{}.attacker.example",
            "ht{}tps://a",
            "{}https://a",
            "https://a{}",
            "https://a:4{}43",
        ],
    )
    def test_with_hidden_characters_are_an_error(self, url, hidden):
        assert "white space or a control character" in error_for(url.format(hidden)).reason

    @pytest.mark.parametrize(
        "url",
        [
            "https://user:planted%40example.com", "https://example.com/planted", "https://example.com?key=planted",
            "ftp://planted", "https://[planted",
        ],
    )  # fmt: skip
    def test_are_not_repeated_in_errors(self, url):
        assert "planted" not in f"{error_for(url)!r}"

    def test_of_an_environment_of_the_caller_are_checked_alike(self):
        for urls in (
            ("https://u:planted@one.example",),
            ("https://one.example", "https://u:planted@two.example"),
        ):
            with pytest.raises(InvalidInput, match="holds a user name or password") as refusal:
                Environment("own", *urls)
            assert "planted" not in repr(refusal.value)

    @pytest.mark.parametrize("url", [None, 5, b"https://one.example", ["https://one.example"]])
    def test_must_be_text(self, url):
        with pytest.raises(InvalidInput, match="environment is of type"):
            Environment("own", url)
        if url is not None:
            with pytest.raises(InvalidInput, match="environment is of type"):
                Environment("own", "https://one.example", url)

    @given(
        st.one_of(
            st.text(),
            st.builds("{}://{}".format, st.sampled_from(["http", "https"]), st.text()),
            st.builds("https://{}:{}".format, st.text(max_size=12), st.integers(-1, 70000)),
        )
    )
    def test_that_are_accepted_are_the_same_origins_to_httpx(self, text):
        try:
            base_url = Environment.parse(text).base_url
        except InvalidInput:
            return
        url = httpx.URL(base_url)
        assert (url.path, url.query, url.userinfo) == ("/", b"", b"")
        assert url.scheme == "https" or url.host in ("localhost", "127.0.0.1", "::1")
