"""`bingx_spot_api/contract.py`: the contract as frozen data for the code above the generated client."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from generator.document import Document
from generator.operation import Member, Operation, content, members, operations
from generator.references import resolve
from generator.rendering import render
from generator.rules import signing_schemes


def write_contract(document: Document, folder: Path, head: str) -> None:
    """Write the module into the generated package.

    Args:
        document: The contract, not the caller's view: injected parameters are part of the data.
        folder: The package's folder.
        head: The first lines of the module.
    """
    text = render("contract.py.jinja", _data(document), head)
    (folder / "contract.py").write_text(text, "utf-8", newline="\n")


def _data(document: Document) -> dict[str, Any]:
    root = document.root
    name, scheme = next(iter(signing_schemes(root).items()))
    return {
        "version": root["info"]["version"],
        "sha256": document.sha256,
        "servers": root.get("servers", []),
        "ip_groups": root.get("x-bingx-ip-groups", []),
        "scheme": name,
        "signing": scheme["x-bingx-signing"],
        "operations": [_operation(operation) for operation in operations(root)],
    }


def _operation(operation: Operation) -> dict[str, Any]:
    node = operation.node
    parameters, data = list(operation.parameters()), operation.data()
    limits, answer = node["x-bingx-limits"], node.get("x-bingx-answer", {})
    outcome, reference = node.get("x-bingx-outcome", {}), node.get("x-bingx-order-reference", {})
    return {
        "factory": f"_{node['operationId']}",
        "operation_id": node["operationId"],
        "method": operation.method.upper(),
        "path": operation.path,
        "signed": operation.signed,
        "permission": node.get("x-bingx-permission"),
        "placement": _placement(operation),
        "uid_limit": limits.get("uid"),
        "copy_trading_limit": limits.get("copyTrading"),
        "ip_group": limits.get("ipGroup"),
        "parameters": tuple(member.name for member in parameters if not member.injected),
        "injected": tuple(member.name for member in parameters if member.injected),
        "exactly_one_of": tuple(reference.get("exactlyOneOf", ())),
        "permanent_id": reference.get("permanent"),
        "repeats": tuple(answer.get("repeats", ())),
        "confirmed_by": _pairs(answer.get("confirmedBy", {})),
        "act": outcome.get("act"),
        "repeat": outcome.get("repeat", "never"),
        "settled_by": outcome.get("settledBy"),
        "states": outcome.get("states"),
        "timing": outcome.get("timing"),
        "envelope": _fields(operation.root, (field for field in operation.answer() if field.name != "data")),
        "data": None if data is None else _fields(operation.root, data),
    }


def _placement(operation: Operation) -> str:
    """Return the placement that the operation declares: that of its content type, or `query`."""
    for content_type in operation.content_types():
        for scheme in signing_schemes(operation.root).values():
            for name, placement in scheme["x-bingx-signing"]["placements"].items():
                if placement.get("contentType") == content_type:
                    return str(name)
    return "query"


def _pairs(words: Mapping[str, list[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((name, tuple(listed)) for name, listed in words.items())


def _fields(root: Mapping[str, Any], found: Iterable[Member]) -> list[dict[str, Any]]:
    return [_field(root, member) for member in found]


def _field(root: Mapping[str, Any], member: Member) -> dict[str, Any]:
    location, within = content(root, member)
    _, schema = resolve(root, member.schema)
    kind = str(schema.get("type", "object"))
    return {
        "name": member.name,
        "type": _type(kind, schema.get("format")),
        "required": member.required,
        "nullable": bool(schema.get("nullable")),
        "enum": "enum" in schema,
        "open_enum": bool(schema.get("x-extensible")),
        "fields": _fields(root, members(root, within, location)),
    }


def _type(kind: str, form: str | None) -> str:
    """Return the type to validate a field by: a number's format, `decimal` for such text, or its own."""
    return form if form and (kind in ("integer", "number") or form == "decimal") else kind
