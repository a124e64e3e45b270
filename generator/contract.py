"""`bingx_spot_api/contract.py`: the compiled contract as frozen data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.rendering import render


@dataclass(frozen=True, slots=True)
class Record:
    """A call of one of the module's classes, as code.

    Args:
        name: The class.
        members: Its arguments.
    """

    name: str
    members: Mapping[str, Any]

    def __repr__(self) -> str:
        """Return the call."""
        return f"{self.name}({', '.join(f'{key}={value!r}' for key, value in self.members.items())})"


def write_contract(compiled: Mapping[str, Any], folder: Path, head: str) -> None:
    """Write the module into the generated package."""
    data = {
        "version": compiled["contract"]["version"],
        "sha256": compiled["contract"]["sha256"],
        "servers": compiled["servers"],
        "ip_groups": {group["number"]: _group(group) for group in compiled["ipGroups"]},
        "signing": compiled["signing"],
        "operations": [_operation(operation) for operation in compiled["operations"]],
    }
    (folder / "contract.py").write_text(render("contract.py.jinja", data, head), "utf-8", newline="\n")


def _rate(rate: Mapping[str, Any] | None) -> Record | None:
    return None if rate is None else Record("Rate", {**rate, "seconds": float(rate["seconds"])})


def _group(group: Mapping[str, Any]) -> Record:
    rates = tuple(_rate(rate) for rate in group["group"])
    return Record(
        "IpGroup", {"number": group["number"], "endpoint": _rate(group.get("endpoint")), "group": rates}
    )


def _operation(operation: Mapping[str, Any]) -> Record:
    limits, answer, outcome = operation["limits"], operation["answer"], operation["outcome"]
    members = {
        "operation_id": operation["id"],
        "method": operation["method"],
        "path": operation["path"],
        "signed": operation["signed"],
        "permission": operation.get("permission"),
        "placement": operation["placement"],
        "uid_limit": _rate(limits.get("uid")),
        "copy_trading_limit": _rate(limits.get("copyTrading")),
        "ip_group": limits.get("ipGroup"),
        "summary": operation.get("summary", ""),
        "parameters": tuple(parameter["name"] for parameter in operation["parameters"]),
        "arguments": tuple(_parameter(parameter) for parameter in operation["parameters"]),
        "injected": tuple(operation["injected"]),
        "exactly_one_of": tuple(operation["exactlyOneOf"]),
        "permanent_id": operation.get("permanentId"),
        "repeats": tuple(answer["repeats"]),
        "requires": _requirements(answer["requires"]),
        "items": _items(answer.get("items")),
        "act": outcome.get("act"),
        "repeat": outcome["repeat"],
        "advice": outcome.get("advice"),
        "settled_by": _settlement(outcome.get("settledBy")),
        "states": _states(outcome.get("states")),
        "timing": _timing(outcome.get("timing")),
        "envelope": tuple(_field(field) for field in operation["envelope"]),
        "data": _field(operation["data"]) if "data" in operation else None,
    }
    return Record("Operation", members)


def _parameter(parameter: Mapping[str, Any]) -> Record:
    """Return a parameter, or an item of one; what is as by default is left out."""
    text = parameter.get("text", {})
    members: dict[str, Any] = {
        "name": parameter.get("name", ""),
        "python_name": parameter.get("pythonName", ""),
        "type": parameter["type"],
    }
    others = {
        "required": parameter.get("required", False),
        "description": parameter.get("description", ""),
        "enum": tuple(parameter.get("enum", ())),
        "open_enum": parameter.get("open", False),
        "pattern": parameter.get("pattern"),
        "length": _range(parameter, "minLength", "maxLength"),
        "minimum": parameter.get("minimum"),
        "maximum": parameter.get("maximum"),
        "exclusive": _range(parameter, "exclusiveMinimum", "exclusiveMaximum", False),
        "form": text.get("form"),
        "items": _parameter(text["items"]) if text else None,
        "number": _range(text, "minItems", "maxItems"),
        "members": tuple(_parameter(member) for member in parameter.get("members", ())),
    }
    # 0 is a bound, unlike False and what is empty.
    members |= {key: value for key, value in others.items() if value or (value == 0 and value is not False)}
    return Record("Parameter", members)


def _range(value: Mapping[str, Any], least: str, most: str, none: Any = None) -> tuple[Any, Any] | None:
    """Return both bounds, or None if there is neither."""
    return (value.get(least, none), value.get(most, none)) if least in value or most in value else None


def _record(name: str, members: Mapping[str, Any]) -> Record:
    """Return a record with the same members, lists as tuples."""
    fixed = {key: tuple(value) if isinstance(value, list) else value for key, value in members.items()}
    return Record(name, fixed)


def _requirements(rows: Iterable[Mapping[str, Any]]) -> tuple[Record, ...]:
    return tuple(_record("Requirement", row) for row in rows)


def _accounts(rows: Iterable[Mapping[str, Any]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((row["parameter"], tuple(row["fields"])) for row in rows)


def _items(items: Mapping[str, Any] | None) -> Record | None:
    if items is None:
        return None
    failures = items.get("failures")
    members: dict[str, Any] = {
        "name": items.get("in"),
        "repeats": tuple(items["repeats"]),
        "accounts": _accounts(items["accounts"]),
        "failures": failures and failures["in"],
        "failed": _accounts(failures["accounts"]) if failures else (),
        "requires": _requirements(items["requires"]),
    }
    return Record("Items", members)


def _settlement(settlement: Mapping[str, Any] | None) -> Record | None:
    if settlement is None:
        return None
    operation, given, each = (settlement[key] for key in ("operation", "with", "each"))
    members = {"operation": operation, "parameters": tuple(given.items()), "each": tuple(each.items())}
    return Record("Settlement", members)


def _states(states: Mapping[str, Any] | None) -> Record | None:
    if states is None:
        return None
    executed = states.get("executed")
    pair = (executed["field"], executed["of"]) if executed else None
    return _record("States", {**states, "executed": pair})


def _timing(timing: Mapping[str, float] | None) -> Record | None:
    if timing is None:
        return None
    names = {
        "reads_lag": "readsLag",
        "takes_effect_within": "takesEffectWithin",
        "visible_within": "visibleWithin",
        "client_order_id_found_for": "clientOrderIdFoundFor",
    }
    return Record("Timing", {name: float(timing[key]) for name, key in names.items()})


def _field(field: Mapping[str, Any]) -> Record:
    """Return a field; what is as by default is left out."""
    members: dict[str, Any] = {"name": field.get("name", ""), "type": field["type"]}
    flags = {
        "required": field.get("required", True),
        "nullable": field["nullable"],
        "enum": "enum" in field,
        "open_enum": field.get("open", False),
    }
    members |= {name: True for name, flag in flags.items() if flag}
    if "fields" in field:
        members["fields"] = tuple(_field(part) for part in field["fields"])
    if "items" in field:
        members["items"] = _field({**field["items"], "name": field.get("name", "")})
    return Record("Field", members)
