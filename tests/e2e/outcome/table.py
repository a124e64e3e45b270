"""`make reliability`: write the outcome matrix into docs/concepts/outcome.md, as a table of one screen."""

import sys
from collections.abc import Iterable
from pathlib import Path

from tests.e2e.outcome.matrix import GROUPS

PAGE = Path(__file__).parents[3] / "docs" / "concepts" / "outcome.md"
BEGIN = "<!-- Made of tests/e2e/outcome/matrix.py by `make reliability`. -->\n"
END = "<!-- The end of what `make reliability` makes. -->\n"


def table() -> str:
    """Return the matrix as a Markdown table: what fails, what the SDK does, what the caller gets."""
    lines = ["| what goes wrong | what the SDK does | what you get |", "| --- | --- | --- |"]
    lines += [f"| {group.failure} | {group.does} | {_got(group.gets())} |" for group in GROUPS]
    return "\n".join(lines) + "\n"


def with_table(page: str) -> str:
    """Return a page with the current table between its two comments.

    Raises:
        ValueError: The comments are not there.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("the page lacks the comments that enclose the table")
    return f"{before}{BEGIN}{table()}{END}{after}"


def _got(endings: Iterable[str]) -> str:
    statuses: dict[str, list[str]] = {}
    for ending in endings:
        kind, _, status = ending.partition(" ")
        statuses.setdefault(kind, []).append(f"`{status}`" if status else "")
    return " or ".join(f"`{kind}`{_stated(found)}" for kind, found in statuses.items())


def _stated(statuses: list[str]) -> str:
    stated = [status for status in statuses if status]
    if not stated:
        return ""
    return f", {', '.join(stated)}{' or no order' if len(stated) < len(statuses) else ''}"


def main() -> int:
    """Rewrite the table of the page."""
    PAGE.write_text(with_table(PAGE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
