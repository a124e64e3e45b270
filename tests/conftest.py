"""Fixtures for all tests."""

import signal
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
import trustme

from bingx_sandbox import Sandbox
from bingx_spot.core import resolution
from bingx_spot.shared_limits import options
from bingx_spot_api.contract import BY_ID, OPERATIONS
from tests.support.cancelling import cancel_awaiting, cancel_blocking


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio only, which httpx and the sandbox are used with."""
    return "asyncio"


@pytest.fixture(autouse=True, scope="session")
def _heed_signals() -> None:
    """Heed the signals that a shell ignores for what it starts in the background, and `nohup` too."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in ("SIGTERM", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)


@pytest.fixture(autouse=True)
def _forget_keys() -> None:
    """Forget limits and locks that an earlier test has caused for the same key."""
    options.forget()


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    """Run a sandbox for the tests of one module."""
    with Sandbox(limits="off", orders=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return the module's sandbox as it was at its start."""
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture
def _visible_at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let an exchange show a new order at once, so that "not found" need not be asked for two seconds."""
    monkeypatch.setattr(resolution, "_NOT_FOUND_PAUSE", 0.05)
    operations = BY_ID["cancelOrder"], OPERATIONS["POST", "/openApi/spot/v1/trade/cancel"]
    timing = operations[0].timing
    assert timing is not None
    for operation in operations:
        object.__setattr__(operation, "timing", timing._replace(visible_within=0.05))
    yield
    for operation in operations:
        object.__setattr__(operation, "timing", timing)


@pytest.fixture(params=[cancel_blocking, cancel_awaiting], ids=["sync", "async"])
def cancel(request: pytest.FixtureRequest) -> Any:
    """Return a function that cancels one order, sync and async."""
    return request.param


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """Return a certificate authority for the tests."""
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    """Return a server's TLS context with a certificate for 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
