"""Environment variables that other clients read: none of them leads a request elsewhere or writes its keys.

docs/reference/settings.md lists them.
"""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, CallError, Credentials, NotSent, generated_client
from bingx_spot.transport.tls_and_proxy import public_authorities
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, Unlimited
from tests.support.scripted_server import ScriptedServer, scripted_server

CREDENTIALS = Credentials("sample-api-key-of-some-length", "sample-secret")


def call_blocking(**options: Any) -> object:
    with BingxSpot(CREDENTIALS, limits=Unlimited(), **options) as bingx:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


def call_awaiting(**options: Any) -> object:
    async def cancel() -> object:
        async with AsyncBingxSpot(CREDENTIALS, limits=Unlimited(), **options) as bingx:
            return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    return asyncio.run(cancel())


def call_generated(**options: Any) -> object:
    with generated_client(CREDENTIALS, limits=Unlimited(), **options) as client:
        return cancel_order.sync(client=client, body=CancelOrderRequest(symbol=SYMBOL, order_id=ORDER_ID))


@pytest.fixture(params=[call_blocking, call_awaiting, call_generated], ids=["sync", "async", "generated"])
def call(request: pytest.FixtureRequest) -> Callable[..., object]:
    call: Callable[..., object] = request.param
    return call


@pytest.fixture
def proxy() -> Iterator[ScriptedServer]:
    with scripted_server(None) as server:
        yield server


@pytest.fixture
def own_authorities() -> Iterator[None]:
    """Let the public authorities be loaded again, as in a new process."""
    public_authorities.cache_clear()
    yield
    public_authorities.cache_clear()


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"])
def test_no_variable_names_a_proxy(call, proxy, server_tls, authority, monkeypatch, name):
    for variable in (name, name.lower()):
        monkeypatch.setenv(variable, proxy.url.replace("//", "//user:word@"))
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)
    with scripted_server(SUCCESS, server_tls) as server:
        call(environment=server.url, tls=trusting)
    assert proxy.connections == []


def test_no_variable_bypasses_a_proxy(call, proxy, monkeypatch):
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "*")
    for timeout in (0.3, 20.0):
        with pytest.raises(NotSent):
            call(environment="https://127.0.0.1:9", proxy=proxy.url, timeout=timeout)
        if proxy.connections:
            break
    assert proxy.connections


@pytest.mark.usefixtures("own_authorities")
def test_no_variable_names_an_authority(call, server_tls, authority, monkeypatch, tmp_path):
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    with scripted_server(SUCCESS, server_tls) as server:
        for timeout in (0.5, 20.0):
            with pytest.raises(CallError) as failed:
                call(environment=server.url, timeout=timeout)
            # A busy machine may be in the middle of the handshake at that time.
            if "no connection within" not in str(failed.value).lower():
                break
        assert "CERTIFICATE_VERIFY_FAILED" in str(failed.value)
        assert server.requests == []


@pytest.mark.usefixtures("own_authorities")
def test_no_variable_writes_the_keys_of_sessions(call, server_tls, authority, monkeypatch, tmp_path):
    written = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(written))
    authority.configure_trust(public_authorities())
    with scripted_server(SUCCESS, server_tls) as server:
        call(environment=server.url)
        assert len(server.requests) == 1
    assert not written.exists()


def test_no_file_of_passwords_is_read(call, server_tls, authority, monkeypatch, tmp_path):
    netrc: Path = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login someone password their-password\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)
    with scripted_server(SUCCESS, server_tls) as server:
        call(environment=server.url, tls=trusting)
        assert not [request for request in server.requests if b"authorization" in request.lower()]


def test_the_public_authorities_are_verified_and_named():
    context = public_authorities()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) > 50
