"""Rules for `x-bingx-outcome`: everything that it says can be done by the overlay's core."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.document import Document
from generator.operation import Member, Operation, operations
from generator.problem import Problem, listed
from generator.references import resolve

_KINDS = ("canceled", "filled", "failed", "open")


def outcome_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """Yield a problem for each name or word in `x-bingx-outcome` that has no use.

    Args:
        document: The contract.
        operation: One of its operations.
    """
    outcome = _outcome(operation)
    settling = _settling(document, operation)
    if "settledBy" in outcome:
        yield from _settlement(document, operation, settling)
    if "states" in outcome and (settling or "settledBy" not in outcome):
        yield from _state_fields(document, operation, settling or operation)
        yield from _state_words(document, operation)
        yield from _other_states(document, operation, settling or operation)


def _outcome(operation: Operation) -> Mapping[str, Any]:
    outcome: Mapping[str, Any] = operation.node.get("x-bingx-outcome", {})
    return outcome


def _settling(document: Document, operation: Operation) -> Operation | None:
    name = _outcome(operation).get("settledBy", {}).get("operation")
    named = (other for other in operations(document.root) if other.node.get("operationId") == name)
    return next(named, None)


def _settlement(document: Document, operation: Operation, settling: Operation | None) -> Iterator[Problem]:
    outcome = _outcome(operation)
    location = (*operation.location, "x-bingx-outcome", "settledBy")
    name = outcome["settledBy"]["operation"]
    if outcome["act"] == "read":
        yield document.problem(location, "A read changes nothing that `settledBy` could settle. Remove it.")
    elif settling is None:
        text = f"There is no operation `{name}`. Name one of the contract's."
        yield document.problem((*location, "operation"), text)
    elif _outcome(settling).get("act") != "read":
        yield document.problem((*location, "operation"), f"`{name}` does not read. Name one that does.")
    else:
        yield from _pairs(document, operation, settling)
        yield from _unmapped(document, operation, settling)


def _pairs(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check each pair of `with`: both parameters exist, callers give them, and their types are the same."""
    location = (*operation.location, "x-bingx-outcome", "settledBy", "with")
    title = settling.node["operationId"]
    its, ours = _given(settling), _given(operation)
    for name, source in _outcome(operation)["settledBy"]["with"].items():
        text = ""
        if name not in its:
            text = f"`{name}` is no parameter of `{title}` ({listed(its)}). Correct it."
        elif source not in ours:
            text = f"`{source}` is no parameter of the request ({listed(ours)}). Correct it."
        elif _type_of(document, its[name]) != _type_of(document, ours[source]):
            text = f"`{source}` is not of the type of `{name}` in `{title}`. Correct one."
        if text:
            yield document.problem((*location, name), text)


def _unmapped(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check that `with` maps everything that names the order, on both sides."""
    location = (*operation.location, "x-bingx-outcome", "settledBy", "with")
    pairs = _outcome(operation)["settledBy"]["with"]
    name, references = settling.node["operationId"], _references(settling)
    texts = [
        f"`{name}` requires `{member.name}`. Map it to a parameter of the request."
        for member in _given(settling).values()
        if member.required and member.name not in pairs
    ]
    if references and not pairs.keys() & set(references):
        texts.append(f"`{name}` needs one of {listed(references)}. Map one to a parameter of the request.")
    texts += [
        f"{operation.title} names orders by `{parameter}`, and `with` does not map it. Map it."
        for parameter in _references(operation)
        if parameter not in pairs.values()
    ]
    yield from (document.problem(location, text) for text in texts)


def _given(operation: Operation) -> dict[str, Member]:
    """Return the parameters that callers give, by name."""
    return {member.name: member for member in operation.parameters() if not member.injected}


def _references(operation: Operation) -> Iterable[str]:
    names: list[str] = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    return names


def _type_of(document: Document, member: Member) -> tuple[object, object]:
    _, schema = resolve(document.root, member.schema)
    return schema.get("type"), schema.get("format")


def _state_fields(document: Document, operation: Operation, reading: Operation) -> Iterator[Problem]:
    location = (*operation.location, "x-bingx-outcome", "states")
    states = _outcome(operation)["states"]
    kind = f"field of the `data` that `{reading.node.get('operationId')}` answers with"
    fields = reading.data() or []
    yield from document.unknown_names((*location, "field"), [states["field"]], fields, kind)
    for key, name in states.get("executed", {}).items():
        yield from document.unknown_names((*location, "executed", key), [name], fields, kind)


def _state_words(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that no word has two meanings."""
    meanings: dict[str, str] = {}
    for kind in _KINDS:
        for index, word in enumerate(_outcome(operation)["states"][kind]):
            first = meanings.setdefault(word, kind)
            if first != kind:
                location = (*operation.location, "x-bingx-outcome", "states", kind, index)
                text = f"`{word}` is already under `{first}`. Keep it in one of the two."
                yield document.problem(location, text)


def _other_states(document: Document, operation: Operation, reading: Operation) -> Iterator[Problem]:
    """Check that an operation and the one that settles it read the words in the same way."""
    states = _outcome(operation)["states"]
    if _outcome(reading).get("states", states) != states:
        location = (*operation.location, "x-bingx-outcome", "states")
        text = f"`{reading.node['operationId']}` states its words differently. Write the same in both."
        yield document.problem(location, text)
