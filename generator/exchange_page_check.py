"""Comparison of the contract with the exchange's own pages."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from generator.document import Document, read_data
from generator.exchange_page import Page, Row, read_page
from generator.operation import Member, Operation, items_of, operations
from generator.problem import GeneratorError

DIFFERENCES = "differences.yaml"
# In place of a page: a difference that any page may have.
_EVERY = "every page"
# The page's words for types, and ours.
_TYPES: Mapping[str, tuple[str, str | None]] = {
    "string": ("string", None),
    "int64": ("integer", "int64"),
    "int": ("integer", "int32"),
    "int32": ("integer", "int32"),
    "float64": ("number", "double"),
    "bool": ("boolean", None),
    "array": ("array", None),
    "list": ("array", None),
    "object": ("object", None),
    "boolean": ("boolean", None),
}
_WORD = re.compile(r"\b[A-Z][A-Z_]*[A-Z]\b")
_LENGTH = re.compile(r"characters from (\d+) to (\d+)")


def page_problems(document: Document, pages: Path) -> tuple[list[str], int]:
    """Check the contract against every page of a folder.

    Returns:
        A line for each difference that is not known, and for each known difference that no longer exists;
        then the number of known differences.

    Raises:
        GeneratorError: A page or the list cannot be read, or there is no page.
    """
    files = sorted(pages.glob("*.md"))
    if not files:
        raise GeneratorError("There is no page in spec/pages/. Paste one there, as text.")
    found = [(path.name, text) for path in files for text in differences(document, read_page(path))]
    meant = _meant(pages / DIFFERENCES)
    known = {*meant} | {(page, text) for page, text in found if (_EVERY, text) in meant}
    lines = [f"spec/pages/{page}: {text}." for page, text in found if (page, text) not in known]
    seen = {*found} | {(_EVERY, text) for _, text in found}
    lines += [
        f"spec/pages/{DIFFERENCES}: {page} no longer differs in {text!r}. Remove it."
        for page, text in meant
        if (page, text) not in seen
    ]
    return lines, len(meant)


def _meant(path: Path) -> list[tuple[str, str]]:
    try:
        entries = read_data(path, f"spec/pages/{DIFFERENCES}")
        return [(entry["page"], entry["difference"]) for entry in entries if entry["reason"]]
    except (KeyError, TypeError):
        text = f"spec/pages/{DIFFERENCES} cannot be read. It is a list of page, difference and reason."
        raise GeneratorError(text) from None


def differences(document: Document, page: Page) -> Iterator[str]:
    """Yield each difference between one page and the contract, in words."""
    title = f"{page.method} {page.path}"
    operation = next((found for found in operations(document.root) if found.title == title), None)
    if operation is None:
        yield f"the contract has no {title}"
        return
    yield from _about_the_operation(operation, page)
    sent = {member.name: member for member in operation.parameters()}
    yield from _about_members("request parameter", sent, page.request)
    yield from _about_members("response field", _answered(operation, page), page.response)


def _answered(operation: Operation, page: Page) -> dict[str, Member]:
    """Return the fields of `data`, and those of the items of its lists.

    A field of an item is named after its list and a dot, as `fails.orderId`; on the page those of the first
    list may stand by their own names.
    """
    fields = {member.name: member for member in operation.data_fields()}
    lists = [name for name, member in fields.items() if items_of(operation.root, member) is not None]
    for index, name in enumerate(lists or [None]):
        for member in operation.items(name) or []:
            full = f"{name}.{member.name}"
            fields[full if index or full in page.response else member.name] = member
    return fields


def _about_the_operation(operation: Operation, page: Page) -> Iterator[str]:
    limits = operation.node.get("x-bingx-limits", {})
    uid = limits.get("uid")
    ours: dict[str, tuple[Any, Any]] = {
        "limit per UID": (page.uid_limit, (uid["requests"], uid["seconds"]) if uid else None),
        "IP group": (page.ip_group, limits.get("ipGroup")),
        "permission": (page.permission, operation.node.get("x-bingx-permission")),
        "content type": (page.content_type, next(iter(operation.content_types()), None)),
    }
    for what, (theirs, own) in ours.items():
        if theirs != own:
            yield _differs(what, _text(theirs), _text(own))


def _text(value: Any) -> str:
    if isinstance(value, tuple):
        return f"{value[0]} in {value[1]} s"
    return "not given" if value is None else str(value)


def _about_members(kind: str, ours: Mapping[str, Member], theirs: Mapping[str, Row]) -> Iterator[str]:
    for name in [*theirs, *(name for name in ours if name not in theirs)]:
        what = f"{kind} {name}"
        if name not in ours:
            yield f"{what} is not in the contract"
        elif name not in theirs:
            yield f"{what} is not on the page"
        else:
            yield from _about_member(what, ours[name], theirs[name])


def _about_member(what: str, ours: Member, theirs: Row) -> Iterator[str]:
    kind, form = str(ours.schema.get("type")), ours.schema.get("format")
    # On the page, a decimal number as text is a string.
    if _TYPES.get(theirs.type.lower()) != (kind, None if kind == "string" else form):
        yield _differs(f"the type of {what}", theirs.type, " ".join(filter(None, (kind, form))))
    if theirs.required is not None and theirs.required != ours.required:
        yield _differs(what, _needed(theirs.required), _needed(ours.required))
    yield from _about_words(what, ours, theirs)
    length = _LENGTH.search(theirs.description)
    own = (ours.schema.get("minLength"), ours.schema.get("maxLength"))
    if length and (int(length[1]), int(length[2])) != own:
        yield _differs(f"the length of {what}", f"{length[1]} to {length[2]}", f"{own[0]} to {own[1]}")


def _differs(what: str, theirs: object, own: object) -> str:
    return f"{what} is {theirs} on the page and {own} in the contract"


def _needed(required: bool) -> str:
    return "required" if required else "optional"


def _about_words(what: str, ours: Member, theirs: Row) -> Iterator[str]:
    """Compare the words of an enum with the words in capitals in the page's description."""
    own = ours.schema.get("enum")
    if own is None:
        return
    listed = _WORD.findall(theirs.description)
    for word in dict.fromkeys(listed):
        if word not in own:
            yield f"{what} may be {word} on the page, a word that the contract does not list"
    for word in own:
        if word not in listed:
            yield f"{what} may be {word} in the contract, a word that the page does not list"
