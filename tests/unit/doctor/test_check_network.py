"""Checks of the network path to a host: proxy, DNS, TCP, TLS."""

import socket
import ssl
import threading

import trustme

from bingx_spot.doctor import Status
from tests.unit.doctor.conftest import found_at


class TestHost:
    def test_no_such_name(self):
        found = found_at("https://no-such-host.invalid")
        assert found["DNS"].status is Status.FAIL
        assert "TCP" not in found

    def test_connection_refused(self, monkeypatch):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        monkeypatch.setenv("BINGX_API_KEY", "a-key")
        monkeypatch.setenv("BINGX_API_SECRET", "a-secret")
        found = found_at(url)
        assert found["TCP"].status is Status.FAIL
        assert "`bingx-spot sandbox` starts a sandbox" in found["TCP"].fix
        assert found["key accepted"].status is Status.SKIP

    def test_an_untrusted_certificate(self):
        with TlsServer() as url:
            found = found_at(url)
        assert found["TLS"].status is Status.FAIL
        assert "--ca-file, or set BINGX_CA_FILE" in found["TLS"].fix

    def test_a_server_without_tls(self, sandbox):
        found = found_at(sandbox.url.replace("http://", "https://"))
        assert found["TLS"].status is Status.FAIL

    def test_a_proxy_of_the_environment(self, sandbox, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://someone:their-password@proxy.invalid:3128")
        found = found_at(sandbox.url)["proxy"]
        assert (found.status, "proxy.invalid" in found.found) == (Status.WARN, True)
        assert "their-password" not in repr(found)

    def test_a_proxy_of_the_environment_that_is_no_url(self, sandbox, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://someone:their-password@[::1")
        found = found_at(sandbox.url)["proxy"]
        assert found.status is Status.WARN
        assert "their-password" not in repr(found)


class TlsServer:
    """Accepts TLS connections with a certificate of an unknown authority."""

    def __enter__(self) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, args=(context,))
        self._thread.start()
        return f"https://127.0.0.1:{self._listener.getsockname()[1]}"

    def _serve(self, context: ssl.SSLContext) -> None:
        connection, _ = self._listener.accept()
        with connection:
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._listener.close()
