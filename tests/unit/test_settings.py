"""Settings as text: the variables that fill options which are not given, and what is wrong with one."""

import ssl
import traceback
from pathlib import Path

import httpx
import pytest

from bingx_spot import BingxSpot, Credentials, InvalidInput
from bingx_spot.settings import SETTINGS, with_environment

DOCS = Path(__file__).parents[2] / "docs" / "reference"


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
    ours = [frame for frame in shown.stack if "test_settings" not in frame.filename]
    assert "planted" not in f"{refusal.value!r} {[frame.locals for frame in ours]}"


def test_every_setting_is_documented():
    text = (DOCS / "settings.md").read_text("utf-8")
    for name, setting in SETTINGS.items():
        assert f"`{setting.variable}`" in text
        assert name == "limits" or f"`--{name}`" in text
