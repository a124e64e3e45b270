"""`make reliability`: write the matrix into the README as a table that a person can read in a screen."""

import sys
from collections.abc import Iterable
from pathlib import Path

from tests.e2e.outcome.matrix import GROUPS

README = Path(__file__).parents[3] / "README.md"
BEGIN = "<!-- Made of tests/e2e/outcome/matrix.py by `make reliability`. -->\n"
END = "<!-- The end of what `make reliability` makes. -->\n"


def table() -> str:
    """Return the matrix as a Markdown table: what fails, what the SDK does, what the caller gets."""
    lines = ["| what goes wrong | what the SDK does | what you get |", "| --- | --- | --- |"]
    lines += [f"| {group.failure} | {group.does} | {_got(group.gets())} |" for group in GROUPS]
    return "\n".join(lines) + "\n"


def with_table(readme: str) -> str:
    """Return the README with the table of now between its two comments.

    Raises:
        ValueError: The comments are not there.
    """
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError("README.md lacks the comments that the table stands between")
    return f"{before}{BEGIN}{table()}{END}{after}"


def _got(endings: Iterable[str]) -> str:
    statuses: dict[str, list[str]] = {}
    for ending in endings:
        kind, _, status = ending.partition(" ")
        statuses.setdefault(kind, []).append(f"`{status}`" if status else "")
    return " or ".join(f"`{kind}`{_stated(told)}" for kind, told in statuses.items())


def _stated(statuses: list[str]) -> str:
    stated = [status for status in statuses if status]
    if not stated:
        return ""
    return f", {', '.join(stated)}{' or no order' if len(stated) < len(statuses) else ''}"


def main() -> int:
    """Rewrite the README's table."""
    README.write_text(with_table(README.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
