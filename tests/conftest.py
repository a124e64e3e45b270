"""Fixtures that any test may ask for."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio alone: it is what httpx and the sandbox are used with."""
    return "asyncio"
