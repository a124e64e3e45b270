"""A page of the exchange's documentation of one endpoint, kept as text."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from generator.problem import Problem, SpecError

_OPERATION = re.compile(r"(GET|POST|PUT|DELETE) (/\S+)")
_UID_LIMIT = re.compile(r"rate limitation by UID: *(\d+) */ *(?:(\d+) *)?s")
_IP_GROUP = re.compile(r"by IP in group Number: *(\d+)")
_PERMISSION = re.compile(r"API KEY permission: *(.+)")
_CONTENT_TYPE = re.compile(r"Content-Type: *request body *\(([^)]+)\)")
_REQUEST, _RESPONSE = "Request Parameters", "Response Parameters"
_SEPARATOR = re.compile(r":?-+:?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table of parameters.

    Args:
        name: The parameter's name.
        type: Its type, in the page's words: `string`, `int64`, `float64`.
        required: Whether it is required; None if the table does not say.
        description: Its description on the page.
    """

    name: str
    type: str
    required: bool | None
    description: str


@dataclass(frozen=True, slots=True)
class Page:
    """The content of a page.

    Args:
        name: The file.
        method: `POST` or `GET`.
        path: The path.
        uid_limit: Requests and seconds per UID, or None.
        ip_group: The number of the IP group, or None.
        permission: What the API key must be allowed to do, or None.
        content_type: That of the body, or None.
        request: Parameters of the request, by name.
        response: Fields of the answer's `data`, by name.
    """

    name: str
    method: str
    path: str
    uid_limit: tuple[int, int] | None
    ip_group: int | None
    permission: str | None
    content_type: str | None
    request: Mapping[str, Row]
    response: Mapping[str, Row]


def read_page(path: Path) -> Page:
    """Read a page.

    Raises:
        SpecError: It cannot be read, or holds no endpoint or no table.
    """
    name = f"spec/pages/{path.name}"
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise SpecError(name, [Problem(1, "The page cannot be read. Save it as text in UTF-8.")]) from None
    operation = _OPERATION.search(text)
    if operation is None:
        raise SpecError(name, [Problem(1, "No line such as `POST /path` is on the page. Paste it whole.")])
    limit, group = _UID_LIMIT.search(text), _IP_GROUP.search(text)
    permission, content_type = _PERMISSION.search(text), _CONTENT_TYPE.search(text)
    return Page(
        path.name,
        operation[1],
        operation[2],
        uid_limit=(int(limit[1]), int(limit[2] or 1)) if limit else None,
        ip_group=int(group[1]) if group else None,
        permission=permission[1].strip() if permission else None,
        content_type=content_type[1].strip() if content_type else None,
        request=_table(name, text, _REQUEST),
        response=_table(name, text, _RESPONSE),
    )


def _table(page: str, text: str, title: str) -> dict[str, Row]:
    """Read the table under a heading.

    Raises:
        SpecError: There is no such table, or it lacks a column.
    """
    cells = list(_cells(text, title))
    headings = [heading.lower() for heading in cells[0]] if cells else []
    if "parameter name" not in headings or "type" not in headings or "description" not in headings:
        text = f"There is no table of names, types and descriptions under `{title}`. Paste the page whole."
        raise SpecError(page, [Problem(1, text)])
    rows = [_row(dict(zip(headings, line, strict=False))) for line in cells[1:]]
    return {row.name: row for row in rows}


def _cells(text: str, title: str) -> Iterator[list[str]]:
    """Yield the rows of the first table under a heading, without the separator."""
    _, _, below = text.partition(title)
    seen = False
    for line in below.splitlines()[1:]:
        if not line.strip().startswith("|"):
            if seen or line.startswith("#"):
                return
            continue
        seen = True
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not all(_SEPARATOR.fullmatch(cell) for cell in cells):
            yield cells


def _row(cells: Mapping[str, str]) -> Row:
    required = cells.get("required")
    return Row(
        cells["parameter name"],
        cells.get("type", ""),
        None if required is None else required.lower() == "yes",
        cells.get("description", ""),
    )
