"""The directive `error-table`, which shows spec/errors.yaml on a page."""

from pathlib import Path
from typing import Any, ClassVar

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_TABLE = Path(__file__).parents[2] / "spec" / "errors.yaml"
_HEADINGS = ("found by", "meaning", "the order", "error", "advice")
_WIDTHS = (14, 30, 10, 18, 36)
_ERRORS = {
    "authentication": "AuthenticationError",
    "permission": "PermissionDenied",
    "clock": "ClockError",
    "rateLimited": "RateLimited",
    "notOpen": "OrderNotOpen",
    "notFound": "OrderNotFound",
    "refused": "RequestRejected",
    "unavailable": "OutcomeUnknown",
}
_ORDER = {"untouched": "unaffected", "notOpen": "not open", "unknown": "unknown"}


class ErrorTable(SphinxDirective):
    """A table of one of the two lists in spec/errors.yaml.

    Args:
        1: `rows` for responses with an envelope, `httpStatuses` for responses without one.
    """

    required_arguments: ClassVar[int] = 1

    def run(self) -> list[nodes.Node]:
        """Return the table."""
        self.env.note_dependency(str(_TABLE))
        rows = yaml.safe_load(_TABLE.read_text(encoding="utf-8"))[self.arguments[0]]
        group = nodes.tgroup(cols=len(_HEADINGS))
        group += [nodes.colspec(colwidth=width) for width in _WIDTHS]
        group += nodes.thead("", _row(_HEADINGS))
        group += nodes.tbody("", *(_row(_cells(row)) for row in rows))
        return [nodes.table("", group, classes=["error-table", "colwidths-given"])]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    error = "UnknownErrorCode" if row["id"] == "unknown-code" else _ERRORS[row["category"]]
    return (_found_by(row), row["meaning"], _ORDER[row["order"]], error, row["advice"])


def _found_by(row: dict[str, Any]) -> str:
    parts = [", ".join(map(str, row.get("codes", [])))]
    if "statuses" in row:
        first, last = row["statuses"]["from"], row["statuses"]["to"]
        parts.append(f"HTTP {first}" if first == last else f"HTTP {first} to {last}")
    if "message" in row:
        parts.append("its text")
    return "; ".join(part for part in parts if part) or "everything else"


def _row(texts: tuple[str, ...]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", text)) for text in texts))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive."""
    app.add_directive("error-table", ErrorTable)
    return {"parallel_read_safe": True}
