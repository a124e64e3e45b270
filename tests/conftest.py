"""Fixtures that any test may ask for."""

import pytest

from bingx_spot.sharing import accounts


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio alone: it is what httpx and the sandbox are used with."""
    return "asyncio"


@pytest.fixture(autouse=True)
def _nothing_known_of_any_key() -> None:
    """Let no test suffer from what the exchange of an earlier one said to the same key."""
    accounts.forget()
