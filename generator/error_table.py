"""`bingx_spot_api/error_table.py`: the error table as frozen data."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from generator.document import Document, Location, read_data
from generator.operation import operations
from generator.problem import Problem, listed
from generator.rendering import render

_SPEC = Path(__file__).resolve().parents[1] / "spec"
TABLE = _SPEC / "errors.yaml"
_CONDITIONS = {"operations", "codes", "message", "statuses"}
SCHEMA = _SPEC / "schemas" / "errors.schema.json"


def read_error_table(path: Path = TABLE) -> Document:
    """Read the error table and check it.

    Raises:
        SpecError: The error table is not valid.
    """
    table = Document.read(path, "spec/errors.yaml")
    table.refuse(table_problems(table))
    return table


def table_problems(table: Document) -> list[Problem]:
    """Return the problems of the error table: against its schema, and of its rows."""
    validator = Draft202012Validator(read_data(SCHEMA, f"spec/schemas/{SCHEMA.name}"))
    found = [
        table.problem(tuple(error.absolute_path), f"{error.message}. See {SCHEMA.name}.")
        for error in validator.iter_errors(table.root)
    ]
    return found or [problem for name in ("rows", "httpStatuses") for problem in _row_problems(table, name)]


def confinement_problems(table: Document, root: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield a problem for each operation of a row that the contract does not have."""
    known = [str(operation.node.get("operationId")) for operation in operations(root)]
    for name in ("rows", "httpStatuses"):
        for index, row in enumerate(table.root[name]):
            for operation in row.get("operations", ()):
                if operation not in known:
                    text = f"`{operation}` is no operation of the contract ({listed(known)}). Correct it."
                    yield table.problem((name, index, "operations"), text)


def _row_problems(table: Document, name: str) -> Iterator[Problem]:
    """Yield a problem for each row that no answer reaches, or that no client can use."""
    rows: list[Mapping[str, Any]] = table.root[name]
    ids: set[str] = set()
    taken: dict[int, str] = {}
    for index, row in enumerate(rows):
        location: Location = (name, index)
        conditions = _CONDITIONS & row.keys()
        if row["id"] in ids:
            yield table.problem(location, f"There is a row `{row['id']}` already. Give this one another id.")
        if bool(conditions) == (index == len(rows) - 1):
            text = f"The last of `{name}` must match everything, and no other row may."
            advice = "Add such a row." if conditions else "Say here what it matches."
            yield table.problem(location, f"{text} {advice}")
        for code in row.get("codes", ()):
            if code in taken:
                text = f"Row `{taken[code]}` above takes every answer of code {code}. Move this row above it."
                yield table.problem((*location, "codes"), text)
        if conditions == {"codes"}:
            taken |= dict.fromkeys(row["codes"], row["id"])
        ids.add(row["id"])
        yield from _unusable(table, location, row)


def _unusable(table: Document, location: Location, row: Mapping[str, Any]) -> Iterator[Problem]:
    """Check what a schema cannot: expressions, and the order of two numbers."""
    statuses = row.get("statuses", {"from": 0, "to": 0})
    if statuses["from"] > statuses["to"]:
        yield table.problem(
            (*location, "statuses"), "`from` is above `to`, so no status matches. Correct one."
        )
    for key, text, groups in (
        ("message", row.get("message"), None),
        ("waiting", row["waiting"].get("until"), 1),
    ):
        try:
            found = re.compile(text or "()").groups
        except re.error as error:
            yield table.problem((*location, key), f"This is no regular expression: {error}. Correct it.")
            continue
        if groups not in (None, found):
            yield table.problem((*location, key), "`until` has not one group, which is the time. Correct it.")


def write_error_table(table: Document, folder: Path, head: str) -> None:
    """Write the module into the generated package."""
    data = {
        "version": table.root["version"],
        "sha256": table.sha256,
        "rows": [_row(row) for row in table.root["rows"]],
        "status_rows": [_row(row) for row in table.root["httpStatuses"]],
    }
    text = render("error_table.py.jinja", data, head)
    (folder / "error_table.py").write_text(text, "utf-8", newline="\n")


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    statuses, waiting = row.get("statuses"), row["waiting"]
    return {
        "id": row["id"],
        "operations": tuple(row.get("operations", ())),
        "codes": tuple(row.get("codes", ())),
        "message": row.get("message"),
        "statuses": (statuses["from"], statuses["to"]) if statuses else None,
        "meaning": row["meaning"],
        "order": row["order"],
        "category": row["category"],
        "waiting_helps": waiting["helps"],
        "until": waiting.get("until"),
        "seconds": waiting.get("seconds"),
        "advice": row["advice"],
        "advice_for": tuple(row.get("adviceFor", {}).items()),
    }
