"""A sandbox, a cancel in both colours, and a certificate authority of the tests' own."""

import ssl
from typing import Any

import pytest
import trustme

from bingx_sandbox import Sandbox
from tests.overlay.cancelling import cancel_awaiting, cancel_blocking


@pytest.fixture(scope="module")
def running_sandbox():
    with Sandbox(limits="off", orders=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox):
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(params=[cancel_blocking, cancel_awaiting], ids=["sync", "async"])
def cancel(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context
