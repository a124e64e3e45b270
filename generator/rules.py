"""Rules for operations: what each must state, and that the names in its extensions exist."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from generator.document import Document, Location
from generator.operation import Member, Operation, operations
from generator.problem import Problem
from generator.references import objects, resolve

_NEEDED: Mapping[str, str] = {
    "operationId": "Name it in lower camel case, such as `cancelOrder`.",
    "tags": "Give it one tag; it becomes the package of the generated function.",
    "security": "Write the security scheme, or `security: []` for a public operation.",
    "x-bingx-limits": "Write its limits, or `{}` where none is known.",
}


def rule_problems(document: Document) -> Iterator[Problem]:
    """Yield a problem for each member that an operation lacks, and for each name that does not exist."""
    rules: tuple[Callable[[Document, Operation], Iterator[Problem]], ...] = (
        *(_needed, _operation_id, _security, _permission, _ip_group, _envelope, _field_types),
        *(_declared, _order_reference, _answer_repeats, _answer_confirmations, _settled, _states),
    )
    yield from _one_scheme(document)
    yield from _servers(document)
    yield from _group_numbers(document)
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
    """Find fields without a type, by which the client validates them."""
    for field in (*operation.answer(), *(operation.data() or [])):
        if "type" not in field.schema:
            text = f"The field `{field.name}` has no type. Write one, or refer to a schema that has one."
            yield document.problem(field.location, text)


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


def _injected(root: Mapping[str, Any]) -> Mapping[str, Any]:
    schemes = signing_schemes(root)
    names: Mapping[str, Any] = next(iter(schemes.values()))["x-bingx-signing"]["inject"] if schemes else {}
    return names


def _settled(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that `settledBy` names an operation, and maps what that operation needs to know of the order."""
    settlement = _outcome(operation).get("settledBy")
    if settlement is None:
        return
    location = (*operation.location, "x-bingx-outcome", "settledBy")
    if _outcome(operation)["act"] == "read":
        yield document.problem(location, "A read changes nothing that `settledBy` could settle. Remove it.")
        return
    settling = _settling(document, operation)
    if settling is None:
        text = f"There is no operation `{settlement['operation']}`. Name one of the contract's."
        yield document.problem((*location, "operation"), text)
        return
    yield from _mapped_parameters(document, operation, settling)
    yield from _unmapped_parameters(document, operation, settling)


def _settling(document: Document, operation: Operation) -> Operation | None:
    name = _outcome(operation).get("settledBy", {}).get("operation")
    named = (other for other in operations(document.root) if other.node.get("operationId") == name)
    return next(named, None)


def _mapped_parameters(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check each pair of `with`: both parameters exist, a caller gives them, and their types are the same."""
    location = (*operation.location, "x-bingx-outcome", "settledBy", "with")
    title = settling.node["operationId"]
    its, ours = (_given(parameters.parameters()) for parameters in (settling, operation))
    for name, source in _outcome(operation)["settledBy"]["with"].items():
        place = (*location, name)
        if name not in its:
            text = f"`{name}` is no parameter of `{title}` ({_listed(its)}). Correct it."
            yield document.problem(place, text)
        elif source not in ours:
            yield document.problem(
                place, f"`{source}` is no parameter of the request ({_listed(ours)}). Correct it."
            )
        elif _type_of(document, its[name]) != _type_of(document, ours[source]):
            text = f"`{source}` is not of the type of `{name}` in `{title}`. Correct one."
            yield document.problem(place, text)


def _unmapped_parameters(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check that `with` leaves out nothing that names the order, on either side."""
    location = (*operation.location, "x-bingx-outcome", "settledBy", "with")
    pairs = _outcome(operation)["settledBy"]["with"]
    name = settling.node["operationId"]
    required = [member.name for member in _given(settling.parameters()).values() if member.required]
    for missing in [parameter for parameter in required if parameter not in pairs]:
        text = f"`{name}` requires `{missing}`. Map it to a parameter of the request."
        yield document.problem(location, text)
    references = settling.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    if references and not any(reference in pairs for reference in references):
        text = f"`{name}` needs one of {_listed(references)}. Map one of them to a parameter of the request."
        yield document.problem(location, text)
    reference = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    for missing in [parameter for parameter in reference if parameter not in pairs.values()]:
        text = f"{operation.title} names orders by `{missing}`, and `with` does not map it. Map it."
        yield document.problem(location, text)


def _given(found: Iterable[Member]) -> dict[str, Member]:
    """Return the parameters that a caller gives, by name."""
    return {member.name: member for member in found if not member.injected}


def _type_of(document: Document, member: Member) -> tuple[object, object]:
    _, schema = resolve(document.root, member.schema)
    return schema.get("type"), schema.get("format")


def _states(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that the fields of `states` exist where they are read, and that no word means two things."""
    states = _outcome(operation).get("states")
    settling = _settling(document, operation)
    reading = settling or operation
    if states is None or ("settledBy" in _outcome(operation) and settling is None):
        return
    location = (*operation.location, "x-bingx-outcome", "states")
    executed = states.get("executed", {})
    for place in (("field",), *(("executed", key) for key in executed)):
        name = states["field"] if place == ("field",) else executed[place[1]]
        kind = f"field of the `data` that `{reading.node.get('operationId')}` answers with"
        yield from _unknown(document, (*location, *place), [name], reading.data() or [], kind)
    if settling is not None and _outcome(settling).get("states", states) != states:
        text = f"`{settling.node['operationId']}` states its words differently. Write the same in both."
        yield document.problem(location, text)
    meanings: dict[str, str] = {}
    for kind in ("canceled", "filled", "failed", "open"):
        for index, word in enumerate(states[kind]):
            first = meanings.setdefault(word, kind)
            if first != kind:
                text = f"`{word}` is already under `{first}`. Keep it in one of the two."
                yield document.problem((*location, kind, index), text)


def _outcome(operation: Operation) -> Mapping[str, Any]:
    outcome: Mapping[str, Any] = operation.node.get("x-bingx-outcome", {})
    return outcome


def _stray_marks(document: Document) -> Iterator[Problem]:
    """Find `x-injected` where it has no effect except to hide a field from callers."""
    names, used = _injected(document.root), set()
    for operation in operations(document.root):
        if operation.signed:
            used |= {member.location for member in operation.parameters() if member.name in names}
    for location, node in objects(document.root):
        if "x-injected" in node and location not in used:
            yield document.problem(
                (*location, "x-injected"),
                f"`x-injected` belongs on {_listed(names)} of a signed operation. Remove it here.",
            )


def _order_reference(document: Document, operation: Operation) -> Iterator[Problem]:
    reference = operation.node.get("x-bingx-order-reference", {})
    names = reference.get("exactlyOneOf", [])
    location = (*operation.location, "x-bingx-order-reference", "exactlyOneOf")
    yield from _unknown(document, location, names, list(operation.parameters()), "parameter of the request")
    permanent = reference.get("permanent")
    if permanent is not None and permanent not in names:
        text = f"`{permanent}` is none of `exactlyOneOf` ({_listed(names)}). Name one of them."
        yield document.problem((*location[:-1], "permanent"), text)


def _answer_repeats(document: Document, operation: Operation) -> Iterator[Problem]:
    names = operation.node.get("x-bingx-answer", {}).get("repeats", [])
    location = (*operation.location, "x-bingx-answer", "repeats")
    yield from _unknown(document, location, names, list(operation.parameters()), "parameter of the request")
    yield from _unknown(document, location, names, operation.data() or [], "field of the answer's `data`")


def _answer_confirmations(document: Document, operation: Operation) -> Iterator[Problem]:
    words_by_name = operation.node.get("x-bingx-answer", {}).get("confirmedBy", {})
    location: Location = (*operation.location, "x-bingx-answer", "confirmedBy")
    yield from _unknown(
        document, location, list(words_by_name), operation.data() or [], "field of the answer's `data`"
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
