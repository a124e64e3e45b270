from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from bingx_sandbox import Sandbox
from tests.sandbox.page.chromium import CHROMIUM, PATIENCE, chromium


# For a module and no longer: as long as Playwright runs, no test of another can run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1380, "height": 900})
    context.set_default_timeout(PATIENCE)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, sandbox: Sandbox) -> Iterator[Page]:
    """Open the page of the sandbox; whatever it complains of, or asks of anybody else, fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(_told(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    asked: list[str] = []
    page.goto(sandbox.url)
    page.get_by_role("status").filter(has_text="live").wait_for()
    yield page
    # A refusal of the control interface is shown to the person; the browser notes it as well.
    assert [each for each in complaints if "status of 4" not in each] == []
    assert [url for url in asked if not url.startswith(f"{sandbox.url}/")] == []


def _told(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}"
