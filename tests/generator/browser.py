"""A page in Debian's Chromium, which has no network and remembers what the page requests for."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium")
_FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    # No host name resolves.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
# The page renders what is in sight.
_SIZE = {"width": 1440, "height": 20000}
# On a machine that is busy, in milliseconds.
_PATIENCE = 60_000


@dataclass
class Shown:
    """What a browser shows, what the page requests, and its errors."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def text(self, *wanted: str) -> str:
        """Return the text of the page, once it holds all wanted texts."""
        script = "wanted => wanted.every(text => document.body.innerText.includes(text))"
        self.page.wait_for_function(script, arg=list(wanted))
        return self.page.inner_text("body")


@contextmanager
def opened(address: str) -> Iterator[Shown]:
    """Open a page, and record its requests and error messages from the start."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(_FLAGS))
        page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(_PATIENCE)
        shown = Shown(page)
        page.on("request", lambda request: shown.requests.append(request.url))
        page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        page.on("console", lambda said: shown.complaints.append(said.text) if said.type == "error" else None)
        page.goto(address)
        yield shown
        browser.close()
