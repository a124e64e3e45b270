"""`bingx_spot_api/surface.py` and `tags.py`: every operation as a typed method, by tag."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from generator.client import Answer, python_name
from generator.rendering import render

# Of what is text to Python there are more.
_TYPES = {
    "int64": "int",
    "int32": "int",
    "integer": "int",
    "double": "float",
    "number": "float",
    "boolean": "bool",
    "object": "Mapping[str, Any]",
}
# The width of a docstring's lines, within the 110 columns of the module.
_WIDTH = 102
_INT64 = 2**63 - 1
_MODEL = re.compile(r"\b(?!(?:Any|None)\b)(?=[A-Z])")
_QUOTED = re.compile(r"`(\w+)`")


def write_surface(
    compiled: Mapping[str, Any], answers: Mapping[tuple[str, str], Answer], folder: Path, head: str
) -> None:
    """Write both modules into the generated package."""
    groups = {group["number"]: group for group in compiled["ipGroups"]}
    methods = [
        _method(operation, answers[operation["method"], operation["path"]], groups)
        for operation in sorted(compiled["operations"], key=_tag)
    ]
    tags = [
        {
            "attribute": python_name(tag),
            "name": "".join(map(str.capitalize, python_name(tag).split("_"))),
            "operations": list(of_tag),
        }
        for tag, of_tag in groupby(methods, _tag)
    ]
    data = {"tags": tags}
    for name in ("surface.py", "tags.py"):
        (folder / name).write_text(render(f"{name}.jinja", data, head), "utf-8", newline="\n")


def _tag(described: Mapping[str, Any]) -> str:
    return str(described["tag"])


def _method(
    operation: Mapping[str, Any], answer: Answer, groups: Mapping[int, Mapping[str, Any]]
) -> dict[str, Any]:
    has_data = "data" in operation and answer.data is not None
    parameters = sorted(operation["parameters"], key=lambda parameter: not parameter["required"])
    return {
        "name": python_name(operation["id"]),
        "tag": operation["tag"],
        "method": operation["method"],
        "path": operation["path"],
        "part": "params" if operation["placement"] == "query" else "json",
        "parameters": [
            {"name": parameter["pythonName"], "wire_name": parameter["name"], "code": _argument(parameter)}
            for parameter in parameters
        ],
        "model": answer.model,
        "has_data": has_data,
        "returns": _MODEL.sub("models.", str(answer.data if has_data else answer.model)),
        "doc": _docstring(operation, parameters, groups),
    }


def _argument(parameter: Mapping[str, Any]) -> str:
    kind = _type(parameter)
    return f"{parameter['pythonName']}: {kind if parameter['required'] else f'{kind} | None = None'}"


def _type(value: Mapping[str, Any]) -> str:
    if "text" in value:
        return f"Sequence[{_type(value['text']['items'])}]"
    if "enum" in value and not value["open"]:
        return f"Literal[{', '.join(map(repr, value['enum']))}]"
    return _TYPES.get(value["type"], "str")


def _docstring(
    operation: Mapping[str, Any],
    parameters: list[Mapping[str, Any]],
    groups: Mapping[int, Mapping[str, Any]],
) -> str:
    names = {parameter["name"]: parameter["pythonName"] for parameter in parameters}
    facts = [*_limits(operation["limits"], groups)]
    if "permission" in operation:
        facts.insert(0, f"The API key needs the permission {operation['permission']}.")
    if operation["exactlyOneOf"]:
        either = " or ".join(f"`{names[name]}`" for name in operation["exactlyOneOf"])
        facts.append(f"Give exactly one of {either}.")
    summary = operation.get("summary", operation["id"]).rstrip(".")
    parts = [f"{summary}.", operation.get("description"), " ".join(facts)]
    blocks = ["\n".join(textwrap.wrap(" ".join(part.split()), _WIDTH)) for part in parts if part]
    if parameters:
        rows = {parameter["pythonName"]: _meaning(parameter) for parameter in parameters}
        blocks.append(_section("Args", rows))
    blocks.append(_section("Raises", dict(_errors(operation))))
    text = _QUOTED.sub(lambda quoted: f"`{names.get(quoted[1], quoted[1])}`", "\n\n".join(blocks))
    return text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _section(title: str, rows: Mapping[str, str]) -> str:
    lines = [
        textwrap.fill(
            f"{name}: {' '.join(text.split())}", _WIDTH, initial_indent="    ", subsequent_indent="        "
        )
        for name, text in rows.items()
    ]
    return "\n".join([f"{title}:", *lines])


def _limits(limits: Mapping[str, Any], groups: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    rates = [f"{_rate(limits['uid'])} of an account"] if "uid" in limits else []
    if "copyTrading" in limits:
        rates.append(f"{_rate(limits['copyTrading'])} of a copy-trading leader")
    if "ipGroup" in limits:
        group = groups[limits["ipGroup"]]
        shared = " and ".join(_rate(rate) for rate in group["group"])
        own = f"{_rate(group['endpoint'])} from an IP address, and " if "endpoint" in group else ""
        rates.append(f"{own}{shared} from it with the others of group {limits['ipGroup']}")
    if rates:
        yield f"Limits: {', '.join(rates)}."


def _rate(rate: Mapping[str, Any]) -> str:
    number = rate["requests"]
    return f"{number} request{'' if number == 1 else 's'} in {rate['seconds']:g} s"


def _meaning(parameter: Mapping[str, Any]) -> str:
    """Return what a parameter means, and its bounds where its type does not say them."""
    text = parameter.get("text", {})
    said = [
        *_bounds(parameter, "minLength", "maxLength", " characters"),
        *_bounds(text, "minItems", "maxItems", " items"),
        *(_bounds(parameter, "minimum", "maximum", "") if parameter.get("maximum") != _INT64 else ()),
    ]
    description = parameter["description"].rstrip().rstrip(".")
    return ". ".join([description, *said]) + "."


def _bounds(value: Mapping[str, Any], least: str, most: str, unit: str) -> Iterator[str]:
    if least in value and most in value:
        yield f"{'Above ' if value.get('exclusiveMinimum') else ''}{value[least]} to {value[most]}{unit}"
    elif most in value:
        yield f"At most {value[most]}{unit}"
    elif least in value:
        yield f"At least {value[least]}{unit}"


def _errors(operation: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    outcome = operation["outcome"]
    if operation["parameters"]:
        yield "InvalidInput", "An argument is not allowed; nothing was sent."
    if outcome.get("act") in (None, "read"):
        yield "CallError", "There is no believed answer; the subclass says why."
        return
    yield "NotExecuted", "No request took effect, or can take effect; the subclass says why."
    advice = outcome.get("advice", "`hint` says how to find out.")
    yield "OutcomeUnknown", f"It could not be learnt in time what the request has done. {advice}"
