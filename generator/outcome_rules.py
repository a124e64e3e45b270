"""Rules for `x-bingx-outcome`: everything that it says can be done by the overlay's core."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from generator.answer_rules import text_of
from generator.document import Document
from generator.operation import SHARED, Member, Operation, described_by, operation_named
from generator.problem import Problem, listed

# What an error about an order that is not open always carries: the Python overlay's `Order` is never without.
_ORDER = {"symbol": "string", "orderId": "integer", "status": "string"}
_KINDS = ("canceled", "filled", "failed", "open")


def outcome_problems(document: Document, operation: Operation) -> Iterator[Problem]:
    """Yield a problem for each name or word in `x-bingx-outcome` that has no use."""
    outcome = _outcome(operation)
    settling = _settling(document, operation)
    yield from _shared(document, operation)
    if "settledBy" in outcome:
        yield from _settlement(document, operation, settling)
    if "states" in outcome and (settling or "settledBy" not in outcome):
        yield from _state_fields(document, operation, settling or operation)
        yield from _state_words(document, operation)
        yield from _other_states(document, operation, settling or operation)


def _outcome(operation: Operation) -> Mapping[str, Any]:
    return operation.outcome()


def _shared(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that an operation that is named in place of a part has that part itself."""
    for key in SHARED:
        name = operation.node.get("x-bingx-outcome", {}).get(key)
        other = operation_named(document.root, name) if isinstance(name, str) else None
        own = other.node.get("x-bingx-outcome", {}).get(key) if other else None
        if isinstance(name, str) and not isinstance(own, Mapping):
            location = (*operation.location, "x-bingx-outcome", key)
            text = f"There is no operation `{name}` with `{key}` of its own. Name one that has them."
            yield document.problem(location, text)


def _settling(document: Document, operation: Operation) -> Operation | None:
    name = _outcome(operation).get("settledBy", {}).get("operation")
    return operation_named(document.root, name)


def _settlement(document: Document, operation: Operation, settling: Operation | None) -> Iterator[Problem]:
    outcome = _outcome(operation)
    location = (*operation.location, "x-bingx-outcome", "settledBy")
    name = outcome["settledBy"]["operation"]
    if outcome["act"] not in ("cancel", "place"):
        text = (
            f"Only what a `cancel` or a `place` did can be found out so, not a `{outcome['act']}`. Remove it."
        )
        yield document.problem(location, text)
    elif settling is None:
        text = f"There is no operation `{name}`. Name one of the contract's."
        yield document.problem((*location, "operation"), text)
    elif _outcome(settling).get("act") != "read":
        yield document.problem((*location, "operation"), f"`{name}` does not read. Name one that does.")
    else:
        yield from _pairs(document, operation, settling)
        yield from _unmapped(document, operation, settling)
        yield from _each(document, operation)
        yield from _shows_one_order(document, operation, settling)


def _pairs(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check each pair: both parameters exist, callers give them, their types are the same."""
    title = settling.node["operationId"]
    its, ours = _given(settling), _given(operation)
    for key, name, source in _mapped(operation):
        location = (*operation.location, "x-bingx-outcome", "settledBy", key, name)
        text = ""
        if name not in its:
            text = f"`{name}` is no parameter of `{title}` ({listed(its)}). Correct it."
        elif source not in ours:
            text = f"`{source}` is no parameter of the request ({listed(ours)}). Correct it."
        elif (key == "each") != _holds_a_list(document, ours[source]):
            holds, other = ("no list", "with") if key == "each" else ("a list", "each")
            text = f"`{source}` holds {holds}. Map it under `{other}`."
        elif _type_of(document, its[name]) != _type_of(document, ours[source]):
            text = f"`{source}` is not of the type of `{name}` in `{title}`. Correct one."
        if text:
            yield document.problem(location, text)


def _mapped(operation: Operation) -> Iterator[tuple[str, str, str]]:
    """Yield `with` or `each`, the parameter of the settling operation, and that of this one."""
    settlement = _outcome(operation)["settledBy"]
    for key in ("with", "each"):
        for name, source in settlement.get(key, {}).items():
            yield key, name, source


def _unmapped(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check that everything that names the order is mapped, on both sides."""
    location = (*operation.location, "x-bingx-outcome", "settledBy", "with")
    mapped = {name: source for _, name, source in _mapped(operation)}
    name, references = settling.node["operationId"], _references(settling)
    texts = [
        f"`{name}` requires `{member.name}`. Map it to a parameter of the request."
        for member in _given(settling).values()
        if member.required and member.name not in mapped
    ]
    if references and not mapped.keys() & set(references):
        texts.append(f"`{name}` needs one of {listed(references)}. Map one to a parameter of the request.")
    texts += [
        f"{operation.title} names orders by `{parameter}`, and `with` does not map it. Map it."
        for parameter in _references(operation)
        if parameter not in mapped.values()
    ]
    yield from (document.problem(location, text) for text in texts)


def _each(document: Document, operation: Operation) -> Iterator[Problem]:
    """Check that what is asked about one by one stands in lists that account for it."""
    each = _outcome(operation)["settledBy"].get("each", {})
    accounts = operation.node.get("x-bingx-answer", {}).get("items", {}).get("accounts", {})
    for name, source in each.items():
        if source not in accounts:
            location = (*operation.location, "x-bingx-outcome", "settledBy", "each", name)
            text = f"`x-bingx-answer` does not account for the ids in `{source}`. Add it to `items`."
            yield document.problem(location, text)


def _shows_one_order(document: Document, operation: Operation, settling: Operation) -> Iterator[Problem]:
    """Check that the settling operation answers with one order."""
    if not settling.data_fields() or "items" in settling.node.get("x-bingx-answer", {}):
        location = (*operation.location, "x-bingx-outcome", "settledBy", "operation")
        text = f"`{settling.node['operationId']}` does not answer with one order. Name one that does."
        yield document.problem(location, text)
        return
    shown = {field.name: field for field in settling.data_fields() if field.required}
    for name, kind in _ORDER.items() if _outcome(operation)["act"] == "cancel" else ():
        if name not in shown or described_by(document.root, shown[name]).get("type") != kind:
            location = (*operation.location, "x-bingx-outcome", "settledBy", "operation")
            text = (
                f"A cancel is settled by an order, and `{settling.node['operationId']}` requires no `{name}`"
            )
            yield document.problem(location, f"{text} of type {kind}. Name an operation that does.")
    for field in [] if "each" in _outcome(operation)["settledBy"] else operation.data_fields():
        same = field.name in shown and _type_of(document, shown[field.name]) == _type_of(document, field)
        if field.required and not same:
            text = (
                f"The answer of `{settling.node['operationId']}` is returned after a doubt, and lacks "
                f"`{field.name}`, which is required of {operation.title}. Require it in both, or in neither."
            )
            yield document.problem(field.location, text)


def _holds_a_list(document: Document, member: Member) -> bool:
    return "x-bingx-text" in described_by(document.root, member)


def _given(operation: Operation) -> dict[str, Member]:
    """Return the parameters that callers give, by name."""
    return {member.name: member for member in operation.parameters() if not member.injected}


def _references(operation: Operation) -> Iterable[str]:
    names: list[str] = operation.node.get("x-bingx-order-reference", {}).get("exactlyOneOf", [])
    return names


def _type_of(document: Document, member: Member) -> tuple[object, object]:
    schema = text_of(document.root, member)
    return schema.get("type"), schema.get("format")


def _state_fields(document: Document, operation: Operation, reading: Operation) -> Iterator[Problem]:
    location = (*operation.location, "x-bingx-outcome", "states")
    states = _outcome(operation)["states"]
    kind = f"field of the `data` that `{reading.node.get('operationId')}` answers with"
    fields = reading.data_fields()
    yield from document.unknown_names((*location, "field"), [states["field"]], fields, kind)
    if _outcome(operation)["act"] == "cancel" and "items" not in operation.node.get("x-bingx-answer", {}):
        own = "field of the `data` of the cancel, which states the order's end"
        yield from document.unknown_names(
            (*location, "field"), [states["field"]], operation.data_fields(), own
        )
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
