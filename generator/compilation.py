"""`generated/operations.json`: the contract compiled once, so that no reader has to understand OpenAPI.

spec/schemas/operations.schema.json describes it. Everything in it is resolved: no reference, no `allOf`.
`stubs.json` has an example of each operation.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from generator.client import python_name
from generator.document import Document
from generator.operation import JSON, Member, Operation, described_by, items_of, members, operations
from generator.references import resolve
from generator.rules import signing_schemes

SCHEMA_ID = "urn:bingx-spot:schema:operations:1.0.0"
"""The form of the file, by the `$id` of its schema."""

_BOUNDS = (
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
    *("minLength", "maxLength", "pattern", "enum", "minItems", "maxItems"),
)


def compile_contract(document: Document) -> dict[str, Any]:
    """Return the compiled contract.

    Args:
        document: The contract, valid; not the caller's view: what is injected is part of the data.
    """
    root = document.root
    name, scheme = next(iter(signing_schemes(root).items()))
    return {
        "schema": SCHEMA_ID,
        "contract": {"version": root["info"]["version"], "sha256": document.sha256},
        "servers": [
            {"url": server["url"], **server["x-bingx-environment"]} for server in root.get("servers", [])
        ],
        "ipGroups": [
            {**group, "group": _listed(group["group"])} for group in root.get("x-bingx-ip-groups", [])
        ],
        "signing": {"scheme": name, **scheme["x-bingx-signing"]},
        "operations": [_operation(operation) for operation in operations(root)],
    }


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _operation(operation: Operation) -> dict[str, Any]:
    node, root = operation.node, operation.root
    parameters = list(operation.parameters())
    reference = node.get("x-bingx-order-reference", {})
    data = operation.data()
    compiled = {
        "id": node["operationId"],
        "tag": node["tags"][0],
        "summary": node.get("summary"),
        "description": node.get("description"),
        "method": operation.method.upper(),
        "path": operation.path,
        "signed": operation.signed,
        "permission": node.get("x-bingx-permission"),
        "placement": _placement(operation),
        "limits": node["x-bingx-limits"],
        "parameters": [_parameter(root, member) for member in parameters if not member.injected],
        "injected": [member.name for member in parameters if member.injected],
        "exactlyOneOf": reference.get("exactlyOneOf", []),
        "permanentId": reference.get("permanent"),
        "envelope": [_field(root, field) for field in operation.answer() if field.name != "data"],
        "data": None if data is None else _field(root, data),
        "answer": _answer(node.get("x-bingx-answer", {})),
        "outcome": _outcome(operation.outcome()),
    }
    return {key: value for key, value in compiled.items() if value is not None}


def _placement(operation: Operation) -> str:
    """Return the placement that the operation declares: that of its content type, or `query`."""
    for content_type in operation.content_types():
        for scheme in signing_schemes(operation.root).values():
            for name, placement in scheme["x-bingx-signing"]["placements"].items():
                if placement.get("contentType") == content_type:
                    return str(name)
    return "query"


def _parameter(root: Mapping[str, Any], member: Member) -> dict[str, Any]:
    described = {
        "name": member.name,
        "pythonName": python_name(member.name),
        "required": member.required,
        "description": member.description,
        **_value(root, member.schema),
    }
    if member.example is not None:
        described["example"] = member.example
    return described


def _value(root: Mapping[str, Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the type and the bounds of a parameter, and of what its text holds."""
    value = {"type": _type(schema), **{key: schema[key] for key in _BOUNDS if key in schema}}
    if "enum" in schema:
        value["open"] = bool(schema.get("x-extensible"))
    text = schema.get("x-bingx-text")
    if text is not None:
        value["text"] = {
            **{key: text[key] for key in ("form", "minItems", "maxItems") if key in text},
            "items": _structure(root, text["items"]),
        }
    return value


def _structure(root: Mapping[str, Any], node: Mapping[str, Any]) -> dict[str, Any]:
    """Return what one item of a text holds: a plain value, or an object of such."""
    _, schema = resolve(root, node)
    value = _value(root, schema)
    fields = list(members(root, schema, ()))
    if fields:
        value["type"] = "object"
        value["members"] = [_parameter(root, field) for field in fields]
    return value


def _field(root: Mapping[str, Any], member: Member) -> dict[str, Any]:
    """Return a field of a response with everything in it."""
    return {"name": member.name, "required": member.required, **_content(root, member)}


def _content(root: Mapping[str, Any], member: Member) -> dict[str, Any]:
    schema = described_by(root, member)
    content: dict[str, Any] = {"type": _type(schema), "nullable": bool(schema.get("nullable"))}
    if "enum" in schema:
        content |= {"enum": schema["enum"], "open": bool(schema.get("x-extensible"))}
    fields = list(members(root, schema, member.location))
    if fields:
        content["fields"] = [_field(root, field) for field in fields]
    items = items_of(root, member)
    if items is not None:
        content["items"] = _content(root, items)
    return content


def _type(schema: Mapping[str, Any]) -> str:
    """Return the type to validate by: a number's format, `decimal` for such text, or its own."""
    kind = str(schema.get("type", "object"))
    form = schema.get("format")
    return str(form) if form and (kind in ("integer", "number") or form == "decimal") else kind


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    compiled: dict[str, Any] = {
        "repeats": answer.get("repeats", []),
        "requires": _requirements(answer),
    }
    if "items" in answer:
        items = answer["items"]
        compiled["items"] = {
            **_list(items),
            "repeats": items.get("repeats", []),
            "requires": _requirements(items),
        }
        if "failures" in items:
            compiled["items"]["failures"] = _list(items["failures"])
    return compiled


def _list(items: Mapping[str, Any]) -> dict[str, Any]:
    accounts = [
        {"parameter": name, "fields": _listed(fields)} for name, fields in items.get("accounts", {}).items()
    ]
    return {**({"in": items["in"]} if "in" in items else {}), "accounts": accounts}


def _requirements(belief: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for name, rule in belief.get("requires", {}).items() for row in _rows(name, rule)]


def _rows(name: str, rule: Any) -> list[dict[str, Any]]:
    """Return the requirements of one field: its words, and for which value of which parameter."""
    if isinstance(rule, list):
        return [{"field": name, "words": rule}]
    return [
        {"field": name, "words": words, "parameter": parameter, "value": value}
        for parameter, by_value in rule.items()
        for value, words in by_value.items()
    ]


def _outcome(outcome: Mapping[str, Any]) -> dict[str, Any]:
    compiled: dict[str, Any] = {"repeat": outcome.get("repeat", "never")}
    compiled |= {key: outcome[key] for key in ("act", "advice", "states") if key in outcome}
    if "settledBy" in outcome:
        settlement = outcome["settledBy"]
        compiled["settledBy"] = {"each": {}, "with": {}, **settlement}
    if "timing" in outcome:
        compiled["timing"] = {name: entry["seconds"] for name, entry in outcome["timing"].items()}
    return compiled


def stubs(root: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return an answer of each operation for the sandbox: the first success among its examples."""
    return [
        {"method": operation.method.upper(), "path": operation.path, "data": data, "signed": operation.signed}
        for operation in operations(root)
        for data in list(_successes(operation))[:1]
    ]


def _successes(operation: Operation) -> Iterator[Any]:
    """Yield `data` of each example of a success."""
    _, response = resolve(operation.root, operation.node.get("responses", {}).get("200", {}))
    media = response.get("content", {}).get(JSON, {})
    examples = [media.get("example"), *(each.get("value") for each in media.get("examples", {}).values())]
    for example in examples:
        if isinstance(example, Mapping) and example.get("code") == 0:
            yield example.get("data")
