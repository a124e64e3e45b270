"""What holds for all tests."""

import pytest


@pytest.fixture
def anyio_backend() -> str:
    """Run async tests on asyncio alone: it is what httpx and the sandbox are used with."""
    return "asyncio"
