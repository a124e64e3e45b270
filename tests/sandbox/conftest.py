from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client


@pytest.fixture(scope="session")
def http() -> Iterator[httpx.Client]:
    with httpx.Client(trust_env=False) as http:
        yield http


@pytest.fixture(scope="module")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(orders=5, limits="off") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    """Return the sandbox of the module in its initial state, without limits."""
    running_sandbox.reset()
    running_sandbox.limits("off")
    return running_sandbox


@pytest.fixture
def client(sandbox: Sandbox, http: httpx.Client) -> Client:
    return Client(sandbox, http)


@pytest.fixture(scope="module")
def fuzzed_client(running_sandbox: Sandbox, http: httpx.Client) -> Client:
    """Return a client whose sandbox is not reset, for properties that send many requests."""
    return Client(running_sandbox, http)


@pytest.fixture
def order_id(sandbox: Sandbox) -> int:
    return sandbox.place_order("BTC-USDT")["orderId"]
