"""Rules for operations: what each must state, and that the names in its extensions exist."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generator.answer_rules import answer_problems, text_of
from generator.client import python_name
from generator.document import Document
from generator.field_rules import field_problems
from generator.operation import Operation, operation_named, operations
from generator.outcome_rules import outcome_problems
from generator.problem import Problem, listed
from generator.references import objects

_NEEDED: Mapping[str, str] = {
    "operationId": "Name it in lower camel case, such as `cancelOrder`.",
    "tags": "Give it one tag; it becomes the package of the generated function.",
    "security": "Write the security scheme, or `security: []` for a public operation.",
    "x-bingx-limits": "Write its limits, or `{}` where none is known.",
}
_IN_MILLISECONDS = re.compile(r"\bunix\b.*\bmilliseconds\b", re.IGNORECASE | re.DOTALL)
# Above every time in seconds until the year 5138, below every one in microseconds since 1973.
_MILLISECONDS = (10**11, 10**14)


def rule_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each member that an operation lacks, and for each name that does not exist."""
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_needed, _operation_id, _security, _permission, _ip_group, _envelope, field_problems),
        *(_declared, _public, _times, _order_reference, answer_problems, outcome_problems),
    )
    yield from _one_scheme(document)
    yield from _clock(document)
    yield from _servers(document)
    yield from _group_numbers(document)
    yield from _python_names(document)
    for operation in operations(document.root):
        for rule in rules:
            yield from rule(document, operation)
    yield from _stray_marks(document)


def signing_schemes(root: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the security schemes that carry `x-bingx-signing`, by name."""
    schemes = root.get("components", {}).get("securitySchemes", {})
    return {name: scheme for name, scheme in schemes.items() if "x-bingx-signing" in scheme}


def _one_scheme(document: Document) -> Iterator[Problem]:
    schemes = signing_schemes(document.root)
    if len(schemes) != 1:
        yield document.problem(
            ("components", "securitySchemes"),
            f"{len(schemes)} security schemes carry `x-bingx-signing`. Exactly one must.",
        )


def _clock(document: Document) -> Iterator[Problem]:
    """Check that the operation which corrects a clock has the field with the time."""
    for name, scheme in signing_schemes(document.root).items():
        for injected, rule in scheme["x-bingx-signing"]["inject"].items():
            clock = rule.get("correctedBy", {})
            operation = operation_named(document.root, clock.get("operation", ""))
            fields = [field.name for field in operation.data_fields()] if operation else []
            if clock and clock["field"] not in fields:
                text = f"`{clock['operation']}` has no `{clock['field']}` in `data`. Name what says the time."
                location = ("components", "securitySchemes", name, "x-bingx-signing", "inject", injected)
                yield document.problem((*location, "correctedBy"), text)


def _servers(document: Document) -> Iterator[Problem]:
    for index, server in enumerate(document.root.get("servers", [])):
        if "x-bingx-environment" not in server:
            text = "The server has no `x-bingx-environment`. Write its name and role, as on the others."
            yield document.problem(("servers", index), text)


def _group_numbers(document: Document) -> Iterator[Problem]:
    numbers = [group["number"] for group in document.root.get("x-bingx-ip-groups", [])]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            text = f"The IP group {number} is already there. Keep one of the two."
            yield document.problem(("x-bingx-ip-groups", index), text)


def _needed(document: Document, operation: Operation) -> Iterator[Problem]:
    for key, advice in _NEEDED.items():
        empty = key == "tags" and not operation.node.get(key)
        if key not in operation.node or empty:
            yield document.problem(operation.location, f"{operation.title} has no `{key}`. {advice}")


def _operation_id(document: Document, operation: Operation) -> Iterator[Problem]:
    if "operationId" not in operation.node:
        return
    name, location = str(operation.node["operationId"]), (*operation.location, "operationId")
    if not (name.isascii() and name.isalnum() and name[:1].islower()):
        text = f"The operationId `{name}` is not lower camel case. {_NEEDED['operationId']}"
        yield document.problem(location, text)


def _python_names(document: Document) -> Iterator[Problem]:
    """Find tags that would be one class in Python, and operations that would be one method of it."""
    names: dict[tuple[str, ...], str] = {}
    for operation in operations(document.root):
        tag = str(next(iter(operation.node.get("tags", [])), ""))
        name = str(operation.node.get("operationId", operation.title))
        for key, called in ((python_name(tag),), tag), ((python_name(tag), python_name(name)), name):
            first = names.setdefault(key, called)
            if first != called:
                text = f"`{first}` and `{called}` have one name in Python. Write the same, or rename one."
                yield document.problem(operation.location, text)


def _security(document: Document, operation: Operation) -> Iterator[Problem]:
    scheme = next(iter(signing_schemes(document.root)), "")
    if operation.node.get("security", []) not in ([], [{scheme: []}]):
        text = f"{operation.title} has an unsupported `security`. Write `- {scheme}: []` alone, or `[]`."
        yield document.problem((*operation.location, "security"), text)


def _permission(document: Document, operation: Operation) -> Iterator[Problem]:
    if operation.signed and "x-bingx-permission" not in operation.node:
        yield document.problem(
            operation.location,
            f"{operation.title} is signed and has no `x-bingx-permission`. "
            "Write which permission the API key needs.",
        )


def _ip_group(document: Document, operation: Operation) -> Iterator[Problem]:
    number = operation.node.get("x-bingx-limits", {}).get("ipGroup")
    known = [group["number"] for group in document.root.get("x-bingx-ip-groups", [])]
    if number is not None and number not in known:
        yield document.problem(
            (*operation.location, "x-bingx-limits", "ipGroup"),
            f"The IP group {number} is not in x-bingx-ip-groups ({listed(known)}). Add it there.",
        )


def _envelope(document: Document, operation: Operation) -> Iterator[Problem]:
    if "code" not in [field.name for field in operation.answer()]:
        yield document.problem(
            (*operation.location, "responses", "200"),
            f"{operation.title} does not answer HTTP 200 with the JSON envelope. "
            "Give it an object with `code`, `msg`, `debugMsg` and `data`.",
        )


def _declared(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that a signed operation declares each injected parameter."""
    if not operation.signed:
        return
    declared = {member.name: member for member in operation.parameters()}
    for name, rule in _injected(document.root).items():
        member = declared.get(name)
        if member is None or not member.injected:
            location = member.location if member else operation.location
            yield document.problem(
                location,
                f"{operation.title} is signed and does not declare `{name}` with `x-injected: true`. Add it.",
            )
        elif rule["value"] != "digest" and not member.required:
            text = f"`{name}` is not required in {operation.title}. List it under `required`."
            yield document.problem(member.location, text)


def _public(document: Document, operation: Operation) -> Iterator[Problem]:
    """Find what nothing supplies: a public request may be stamped, but it has no signature."""
    rules = _injected(document.root)
    for member in operation.parameters():
        if not operation.signed and member.injected and rules.get(member.name, {}).get("value") == "digest":
            location = (*operation.location, "parameters")
            text = f"{operation.title} is public, so nothing supplies `{member.name}`. Leave it out."
            yield document.problem(location, text)


def _times(document: Document, operation: Operation) -> Iterator[Problem]:
    """Find a time of the caller's that could be sent in another unit."""
    least, most = _MILLISECONDS
    for member in operation.parameters():
        bounds = member.schema.get("minimum", 0), member.schema.get("maximum", most)
        is_bounded = least <= bounds[0] and bounds[1] < most
        is_time = _IN_MILLISECONDS.search(member.description) and member.name not in _injected(document.root)
        if is_time and not is_bounded:
            yield document.problem(
                member.location,
                f"`{member.name}` takes a time in seconds or microseconds, which selects nothing. "
                "Write `schema: {$ref: '#/components/schemas/UnixMilliseconds'}`.",
            )


def _injected(root: Mapping[str, Any]) -> Mapping[str, Any]:
    schemes = signing_schemes(root)
    names: Mapping[str, Any] = next(iter(schemes.values()))["x-bingx-signing"]["inject"] if schemes else {}
    return names


def _stray_marks(document: Document) -> Iterator[Problem]:
    """Find `x-injected` where it has no effect except to hide a field from callers."""
    names, used = _injected(document.root), set()
    for operation in operations(document.root):
        used |= {member.location for member in operation.parameters() if member.name in names}
    for location, node in objects(document.root):
        if "x-injected" in node and location not in used:
            yield document.problem(
                (*location, "x-injected"),
                f"`x-injected` belongs on {listed(names)} of a request. Remove it here.",
            )


def _order_reference(document: Document, operation: Operation) -> Iterator[Problem]:
    reference = operation.node.get("x-bingx-order-reference", {})
    names = reference.get("exactlyOneOf", [])
    location = (*operation.location, "x-bingx-order-reference", "exactlyOneOf")
    yield from document.unknown_names(
        location, names, list(operation.parameters()), "parameter of the request"
    )
    for member in operation.parameters():
        if member.name in names and member.required:
            text = (
                f"`{member.name}` is required, so no other of `exactlyOneOf` can be given. Leave it optional."
            )
            yield document.problem(member.location, text)
    permanent = reference.get("permanent")
    if permanent is not None and permanent not in names:
        text = f"`{permanent}` is none of `exactlyOneOf` ({listed(names)}). Name one of them."
        yield document.problem((*location[:-1], "permanent"), text)
    for member in operation.parameters():
        if member.name == permanent and text_of(document.root, member).get("type") != "integer":
            text = f"`{permanent}` is no integer, and an id that is permanent is one. Leave `permanent` out."
            yield document.problem((*location[:-1], "permanent"), text)
