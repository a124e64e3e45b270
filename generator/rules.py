"""What every operation of the contract must say, and whether the names in its extensions exist."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generator.document import Document, Location
from generator.operation import Member, Operation, operations
from generator.problem import Problem
from generator.reference import objects

_NEEDED: Mapping[str, str] = {
    "operationId": "Name it in lower camel case, such as `cancelOrder`.",
    "tags": "Give it one tag; it becomes the package of the generated function.",
    "security": "Write the security scheme, or `security: []` for a public operation.",
    "x-bingx-limits": "Write its limits, or `{}` where none is known.",
}


def rule_problems(document: Document) -> Iterator[Problem]:
    """Yields a problem for each thing that an operation lacks, or names although it does not exist."""
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_needed, _operation_id, _security, _permission, _ip_group, _envelope, _field_types),
        *(_declared, _order_reference, _answer_repeats, _answer_contradictions, _settled),
    )
    yield from _one_scheme(document)
    yield from _servers(document)
    yield from _group_numbers(document)
    for operation in operations(document.root):
        for rule in rules:
            yield from rule(document, operation)
    yield from _stray_marks(document)


def signing_schemes(root: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Gives the security schemes that carry `x-bingx-signing`, by name."""
    schemes = root.get("components", {}).get("securitySchemes", {})
    return {name: scheme for name, scheme in schemes.items() if "x-bingx-signing" in scheme}


def _one_scheme(document: Document) -> Iterator[Problem]:
    schemes = signing_schemes(document.root)
    if len(schemes) != 1:
        yield document.problem(
            ("components", "securitySchemes"),
            f"{len(schemes)} security schemes carry `x-bingx-signing`. Exactly one must.",
        )


def _servers(document: Document) -> Iterator[Problem]:
    for index, server in enumerate(document.root.get("servers", [])):
        if "x-bingx-environment" not in server:
            text = "The server has no `x-bingx-environment`. Write its name and role, as on the others."
            yield document.problem(("servers", index), text)


def _group_numbers(document: Document) -> Iterator[Problem]:
    numbers = [group["number"] for group in document.root.get("x-bingx-ip-groups", [])]
    for index, number in enumerate(numbers):
        if number in numbers[:index]:
            text = f"The IP group {number} is there already. Keep one of the two."
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


def _security(document: Document, operation: Operation) -> Iterator[Problem]:
    scheme = next(iter(signing_schemes(document.root)), "")
    if operation.node.get("security", []) not in ([], [{scheme: []}]):
        text = f"{operation.title} asks for what no signer knows. Write `- {scheme}: []` alone, or `[]`."
        yield document.problem((*operation.location, "security"), text)


def _permission(document: Document, operation: Operation) -> Iterator[Problem]:
    if operation.signed and "x-bingx-permission" not in operation.node:
        yield document.problem(
            operation.location,
            f"{operation.title} is signed and has no `x-bingx-permission`. "
            "Write what the API key must be allowed to do.",
        )


def _ip_group(document: Document, operation: Operation) -> Iterator[Problem]:
    number = operation.node.get("x-bingx-limits", {}).get("ipGroup")
    known = [group["number"] for group in document.root.get("x-bingx-ip-groups", [])]
    if number is not None and number not in known:
        yield document.problem(
            (*operation.location, "x-bingx-limits", "ipGroup"),
            f"The IP group {number} is not in x-bingx-ip-groups ({_listed(known)}). Add it there.",
        )


def _envelope(document: Document, operation: Operation) -> Iterator[Problem]:
    if "code" not in [field.name for field in operation.answer()]:
        yield document.problem(
            (*operation.location, "responses", "200"),
            f"{operation.title} does not answer HTTP 200 with the JSON envelope. "
            "Give it an object with `code`, `msg`, `debugMsg` and `data`.",
        )


def _field_types(document: Document, operation: Operation) -> Iterator[Problem]:
    """Finds fields without a type: the client vets each field of an answer by its type."""
    for field in (*operation.answer(), *(operation.data() or [])):
        if "type" not in field.schema:
            text = f"The field `{field.name}` has no type. Write one, or refer to a schema that has one."
            yield document.problem(field.location, text)


def _declared(document: Document, operation: Operation) -> Iterator[Problem]:
    """Holds the parameters against `inject`: a signed operation declares each of them, marked as injected."""
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


def _injected(root: Mapping[str, Any]) -> Mapping[str, Any]:
    schemes = signing_schemes(root)
    names: Mapping[str, Any] = next(iter(schemes.values()))["x-bingx-signing"]["inject"] if schemes else {}
    return names


def _settled(document: Document, operation: Operation) -> Iterator[Problem]:
    """Holds `settledBy` against the operations: it must take the reference by which the order is known."""
    name = operation.node.get("x-bingx-outcome", {}).get("settledBy")
    if name is None:
        return
    location = (*operation.location, "x-bingx-outcome", "settledBy")
    settling = [other for other in operations(document.root) if other.node.get("operationId") == name]
    if not settling:
        yield document.problem(location, f"There is no operation `{name}`. Name one of the contract's.")
        return
    taken = {member.name for member in settling[0].parameters()}
    reference = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    for missing in [parameter for parameter in reference if parameter not in taken]:
        text = f"`{name}` does not take `{missing}`, by which {operation.title} names orders. Add it there."
        yield document.problem(location, text)


def _stray_marks(document: Document) -> Iterator[Problem]:
    """Finds `x-injected` where no signing layer would look: elsewhere it would only hide a field."""
    names, used = _injected(document.root), set()
    for operation in operations(document.root):
        if operation.signed:
            used |= {member.location for member in operation.parameters() if member.name in names}
    for location, node in objects(document.root):
        if "x-injected" in node and location not in used:
            yield document.problem(
                (*location, "x-injected"),
                f"`x-injected` belongs on {_listed(names)} of a signed operation. Take it away here.",
            )


def _order_reference(document: Document, operation: Operation) -> Iterator[Problem]:
    names = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    location = (*operation.location, "x-bingx-order-reference", "exactlyOneOf")
    yield from _unknown(document, location, names, list(operation.parameters()), "parameter of the request")


def _answer_repeats(document: Document, operation: Operation) -> Iterator[Problem]:
    names = operation.node.get("x-bingx-answer", {}).get("repeats", [])
    location = (*operation.location, "x-bingx-answer", "repeats")
    yield from _unknown(document, location, names, list(operation.parameters()), "parameter of the request")
    yield from _unknown(document, location, names, operation.data() or [], "field of the answer's `data`")


def _answer_contradictions(document: Document, operation: Operation) -> Iterator[Problem]:
    words_by_name = operation.node.get("x-bingx-answer", {}).get("contradictedBy", {})
    fields = operation.data() or []
    location: Location = (*operation.location, "x-bingx-answer", "contradictedBy")
    yield from _unknown(document, location, list(words_by_name), fields, "field of the answer's `data`")
    for field in fields:
        for index, word in enumerate(words_by_name.get(field.name, [])):
            if "enum" in field.schema and word not in field.schema["enum"]:
                yield document.problem(
                    (*location, field.name, index), f"`{word}` is not a word of `{field.name}`. Correct it."
                )


def _unknown(
    document: Document, location: Location, names: list[str], members: list[Member], kind: str
) -> Iterator[Problem]:
    known = [member.name for member in members]
    for name in names:
        if name not in known:
            yield document.problem(location, f"`{name}` is no {kind} ({_listed(known)}). Correct it.")


def _listed(names: Iterable[object]) -> str:
    return ", ".join(map(str, names)) or "there are none"
