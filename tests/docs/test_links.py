"""A link from one page of the repository to another leads somewhere, heading included."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SPEC = ("README.md", "signing.md", "vectors/README.md")
PAGES = sorted(
    [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "overlays").glob("*/README.md"),
        *(ROOT / "spec" / name for name in SPEC),
    ]
)
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """Give the headings of a page as GitHub and the site turn them into anchors."""
    headings = HEADING.findall(page.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}


def dead(page: Path) -> list[str]:
    found = []
    for link in LINK.findall(page.read_text("utf-8")):
        path, _, anchor = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    assert dead(page) == []


def test_a_dead_link_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Some `heading`, here\n[a](#some-heading-here) [b](#no) [c](no.md) [d](page.md#no)\n")
    assert dead(page) == ["#no", "no.md", "page.md#no"]
