"""Fixtures of the tests of tools."""

import logging
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _heard() -> Iterator[None]:
    """Let what is logged be heard again after a tool has silenced its own process."""
    logger = logging.getLogger("bingx_spot")
    level = logger.level
    yield
    logger.setLevel(level)
    logging.disable(logging.NOTSET)
