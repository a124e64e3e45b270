from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

from bingx_sandbox import Sandbox
from tests.sandbox.page.chromium import CHROMIUM, TIMEOUT, chromium


# Not for the session: while Playwright runs, other tests cannot run an event loop.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    with chromium() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1380, "height": 900})
    context.set_default_timeout(TIMEOUT)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, sandbox: Sandbox) -> Iterator[Page]:
    """Open the page; errors in its console and requests to other hosts fail the test."""
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(_text(message)))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("request", lambda request: urls.append(request.url))
    urls: list[str] = []
    page.goto(sandbox.url)
    page.get_by_role("status").filter(has_text="live").wait_for()
    yield page
    # The page shows rejections of the control interface; the browser logs them too.
    assert [each for each in errors if "status of 4" not in each] == []
    assert [url for url in urls if not url.startswith(f"{sandbox.url}/")] == []


def _text(message: ConsoleMessage) -> str:
    return f"{message.type}: {message.text}"
