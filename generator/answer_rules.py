"""Rules for `x-bingx-answer`: everything that it says can be checked by the overlay's core."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.document import Document, Location
from generator.operation import Member, Operation, described_by, items_of
from generator.problem import Problem, listed
from generator.references import resolve

_OF_DATA = "field of the answer's `data`"
_OF_ITEM = "field of an item"
_OF_REQUEST = "parameter of the request"


def answer_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """Yield a problem for each name, word or type in `x-bingx-answer` that has no use."""
    answer = operation.node.get("x-bingx-answer", {})
    location = (*operation.location, "x-bingx-answer")
    fields = operation.data_fields()
    yield from _repeats(document, operation, (*location, "repeats"), answer, fields)
    yield from _requirements(document, operation, location, answer, fields, _OF_DATA)
    if "items" in answer:
        yield from _items(document, operation, (*location, "items"), answer["items"])


def text_of(root: Mapping[str, Any], member: Member) -> Mapping[str, Any]:
    """Return the schema of what a parameter names: of one item where its text holds several."""
    schema = described_by(root, member)
    _, items = resolve(root, schema.get("x-bingx-text", {}).get("items", schema))
    return items if isinstance(items, Mapping) else {}


def _repeats(
    document: Document,
    operation: Operation,
    location: Location,
    rule: Mapping[str, Any],
    fields: list[Member],
) -> Iterator[Problem]:
    """Check that the request and the answer have what is repeated, in types that can be compared."""
    names, given = rule.get("repeats", []), {member.name: member for member in operation.parameters()}
    yield from document.unknown_names(location, names, given.values(), _OF_REQUEST)
    yield from document.unknown_names(location, names, fields, _OF_DATA)
    for field in fields:
        if field.name in names and field.name in given:
            yield from _compared(document, location, given[field.name], field)


def _compared(document: Document, location: Location, given: Member, field: Member) -> Iterator[Problem]:
    """Check that a field can hold what a parameter names. The digits of an integer may come as text."""
    asked = text_of(document.root, given).get("type")
    said = described_by(document.root, field).get("type")
    if asked != said and (asked, said) != ("integer", "string"):
        text = f"`{given.name}` is of type {asked} and `{field.name}` in the answer of type {said}."
        yield document.problem(location, f"{text} Name a field of the same type.")


def _requirements(
    document: Document,
    operation: Operation,
    location: Location,
    belief: Mapping[str, Any],
    fields: list[Member],
    kind: str,
) -> Iterator[Problem]:
    """Check the words that a success must hold: in `data`, or in each item of a list."""
    by_name = {field.name: field for field in fields}
    for name, rule in belief.get("requires", {}).items():
        below = (*location, "requires", name)
        yield from document.unknown_names(below[:-1], [name], fields, kind)
        held = described_by(document.root, by_name[name]).get("type") if name in by_name else "string"
        if held != "string":
            text = f"`{name}` is of type {held} and holds no words. Name a field of text."
            yield document.problem(below, text)
        for parameter, by_value in rule.items() if isinstance(rule, Mapping) else ():
            yield from _values(document, operation, (*below, parameter), parameter, by_value)


def _values(
    document: Document, operation: Operation, location: Location, name: str, values: Iterable[str]
) -> Iterator[Problem]:
    """Check that every value of a parameter has its words: of another one nothing would be known."""
    given = {member.name: member for member in operation.parameters()}
    if name not in given:
        yield from document.unknown_names(location, [name], given.values(), _OF_REQUEST)
        return
    schema = described_by(document.root, given[name])
    text = ""
    if not given[name].required or "enum" not in schema:
        text = f"`{name}` is no required enum, so some requests would have no words. Make it one."
    elif set(schema["enum"]) != set(values):
        text = f"`{name}` may be {listed(schema['enum'])}. Write the words for each, and no others."
    if text:
        yield document.problem(location, text)


def _items(
    document: Document, operation: Operation, location: Location, items: Mapping[str, Any]
) -> Iterator[Problem]:
    fields = operation.items(items.get("in"))
    if fields is None:
        yield document.problem(*_no_list(operation, location, items.get("in")))
        return
    yield from _repeats(document, operation, (*location, "repeats"), items, fields)
    yield from _accounts(document, operation, location, items, fields)
    yield from _requirements(document, operation, location, items, fields, _OF_ITEM)
    if "failures" in items:
        failures, below = items["failures"], (*location, "failures")
        failed = operation.items(failures["in"])
        if failed is None:
            yield document.problem(*_no_list(operation, below, failures["in"]))
            return
        yield from _accounts(document, operation, below, failures, failed)
        if failures["accounts"].keys() != items["accounts"].keys():
            text = "Account for the same parameters in both lists: an id is in one or the other."
            yield document.problem((*below, "accounts"), text)


def _no_list(operation: Operation, location: Location, name: str | None) -> tuple[Location, str]:
    if name is None:
        data = operation.data()
        is_list = data is not None and items_of(operation.root, data) is not None
        what = "`data` is a list of something else" if is_list else "`data` is no list"
        return location, f"{what}. Name a list of objects in it with `in`."
    return (*location, "in"), f"`{name}` is no list of objects in the answer's `data`. Name one."


def _accounts(
    document: Document,
    operation: Operation,
    location: Location,
    rule: Mapping[str, Any],
    fields: list[Member],
) -> Iterator[Problem]:
    """Check that ids of the request are found in items, and that no way to name an order is left out."""
    location = (*location, "accounts")
    accounts: Mapping[str, Any] = rule.get("accounts", {})
    given = {member.name: member for member in operation.parameters()}
    by_name = {field.name: field for field in fields}
    for parameter, value in accounts.items():
        names = value if isinstance(value, list) else [value]
        below = (*location, parameter)
        yield from document.unknown_names(below, [parameter], given.values(), _OF_REQUEST)
        yield from document.unknown_names(below, names, fields, _OF_ITEM)
        for name in names:
            if parameter in given and name in by_name:
                yield from _compared(document, below, given[parameter], by_name[name])
    references = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    for name in references if accounts else []:
        if name not in accounts:
            text = f"{operation.title} names orders by `{name}`, and no item accounts for it. Add it."
            yield document.problem(location, text)
