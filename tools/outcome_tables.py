"""`make reliability`: write the tables of docs/concepts/outcome.md.

Each table stands between two comments and is made of the data that the code and the tests use: the timing
of the contract, the rows of the decision table, and the outcome matrix.
"""

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import yaml

from bingx_spot.core.decisions import RULES, Rule
from bingx_spot.core.endings import ENDINGS
from tests.e2e.outcome.matrix import GROUPS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "concepts" / "outcome.md"
END = "<!-- The end of what `make reliability` makes. -->\n"

_CANCEL = "/openApi/spot/v1/trade/cancel"
_HOUR = 3600


def timing() -> str:
    """Return how fast the exchange is, by the contract, as a Markdown table."""
    schema = json.loads((ROOT / "spec/schemas/extensions.schema.json").read_text("utf-8"))
    meanings = schema["properties"]["x-bingx-outcome"]["properties"]["timing"]["properties"]
    contract = yaml.safe_load((ROOT / "spec/openapi.yaml").read_text("utf-8"))
    entries = contract["paths"][_CANCEL]["post"]["x-bingx-outcome"]["timing"]
    rows = (
        (
            f"`{name}`",
            meanings[name]["description"],
            _duration(entry["seconds"]),
            entry["confidence"],
            entry["source"],
        )
        for name, entry in entries.items()
    )
    return _table(("number", "meaning", "value", "confidence", "source"), rows)


def decisions(rules: Iterable[Rule]) -> str:
    """Return rows of the decision table as a Markdown table, in the order in which they are tried."""
    rows = ((rule.known, rule.does, rule.reason) for rule in rules)
    return _table(("what is known", "what the SDK does", "why"), rows)


def failures() -> str:
    """Return the outcome matrix as a Markdown table: what fails, what the SDK does, what the caller gets."""
    rows = ((group.failure, group.does, _got(group.gets())) for group in GROUPS)
    return _table(("what goes wrong", "what the SDK does", "what you get"), rows)


#: The tables of the page by the comment that stands above each.
TABLES: Mapping[str, Callable[[], str]] = {
    "<!-- Made of `timing` in spec/openapi.yaml by `make reliability`. -->\n": timing,
    "<!-- Made of RULES in core/decisions.py by `make reliability`. -->\n": lambda: decisions(RULES),
    "<!-- Made of ENDINGS in core/endings.py by `make reliability`. -->\n": lambda: decisions(ENDINGS),
    "<!-- Made of tests/e2e/outcome/matrix.py by `make reliability`. -->\n": failures,
}


def with_tables(page: str) -> str:
    """Return a page with the current tables between their comments.

    Raises:
        ValueError: The comments are not there.
    """
    for begin, table in TABLES.items():
        before, found, rest = page.partition(begin)
        _, end, after = rest.partition(END)
        if not found or not end:
            raise ValueError(f"the page lacks the comments that enclose a table: {begin.strip()}")
        page = f"{before}{begin}{table()}{END}{after}"
    return page


def _table(headings: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [headings, ("---",) * len(headings), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _duration(seconds: float) -> str:
    return f"{seconds // _HOUR} h" if seconds % _HOUR == 0 else f"{seconds} s"


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
    """Rewrite the tables of the page."""
    PAGE.write_text(with_tables(PAGE.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
