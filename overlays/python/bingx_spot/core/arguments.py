"""Check the arguments of a call by the contract, before anything is sent."""

import json
import math
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api.contract import Operation, Parameter

_ABSENT = object()
_LISTS = frozenset({list, tuple})
_INTEGERS = ("int64", "int32")
_DIGITS = re.compile("-?[0-9]{1,19}")


def check_arguments(
    operation: Operation, parameters: Mapping[str, object], *, wire_names: bool = False
) -> None:
    """Check types, bounds, patterns and words, and that one id is given where the contract wants exactly one.

    Args:
        operation: The operation.
        parameters: The parameters by their wire names. A number may be text, as in a form.
        wire_names: Whether the caller knows them by these names, and not by those of Python.

    Raises:
        InvalidInput: A parameter is missing or not allowed; the error names it as the caller does.
    """
    for argument in operation.arguments:
        value = parameters.get(argument.name, _ABSENT)
        name = argument.name if wire_names else argument.python_name
        if value is _ABSENT:
            if argument.required:
                raise InvalidInput(name, "is missing", allowed(argument))
        elif not fits(argument, value):
            raise InvalidInput(name, f"is {shown(value)}", allowed(argument))
    given = len(parameters.keys() & operation.exactly_one_of)
    if given != 1 and operation.exactly_one_of:
        either = [each for each in operation.arguments if each.name in operation.exactly_one_of]
        names = " or ".join(each.name if wire_names else each.python_name for each in either)
        raise InvalidInput(names, f"must name what is meant, and {given} are given", "exactly one")


def as_sent(operation: Operation, parameters: Mapping[str, object]) -> Mapping[str, object]:
    """Return the parameters with each list as the text that holds it.

    Args:
        operation: The operation.
        parameters: The parameters by their wire names.

    Raises:
        InvalidInput: An item is not allowed; the error names the parameter.
    """
    if _LISTS.isdisjoint(map(type, parameters.values())):
        return parameters
    sent = dict(parameters)
    for argument in operation.arguments:
        values = sent.get(argument.name)
        if argument.items is not None and isinstance(values, list | tuple):
            for value in values:
                # Checked before they are joined: a comma within an item would make it two.
                if not fits(argument.items, value):
                    raise InvalidInput(argument.python_name, f"holds {shown(value)}", allowed(argument))
            joined = argument.form == "joined"
            sent[argument.name] = (
                ",".join(map(str, values)) if joined else json.dumps(values, ensure_ascii=False)
            )
    return sent


def fits(argument: Parameter, value: Any) -> bool:
    """Return whether a value is allowed.

    Args:
        argument: The parameter, or an item of one.
        value: The value as it is sent.
    """
    if argument.type == "object":
        return isinstance(value, dict) and all(
            fits(member, value[member.name]) if member.name in value else not member.required
            for member in argument.members
        )
    if argument.type == "boolean":
        return isinstance(value, bool)
    if argument.type != "string":
        number = _number(argument.type, value)
        return number is not None and _is_within(argument, number)
    if not isinstance(value, str):
        return False
    if argument.items is not None:
        return _holds(argument, argument.items, value)
    shortest, longest = argument.length
    return (
        (shortest is None or len(value) >= shortest)
        and (longest is None or len(value) <= longest)
        and (argument.enum is None or argument.open_enum or value in argument.enum)
        and (argument.pattern is None or _compiled(argument.pattern).fullmatch(value) is not None)
    )


def _number(kind: str, value: Any) -> float | None:
    if kind in _INTEGERS and isinstance(value, str):
        value = int(value) if _DIGITS.fullmatch(value) else None
    elif isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    fitting = int if kind in _INTEGERS else (int, float)
    if not isinstance(value, fitting) or isinstance(value, bool):
        return None
    number: float = value
    return number if math.isfinite(number) else None


def _is_within(argument: Parameter, number: float) -> bool:
    least, most = argument.minimum, argument.maximum
    without_least, without_most = argument.exclusive
    return (least is None or number > least or (number == least and not without_least)) and (
        most is None or number < most or (number == most and not without_most)
    )


def _holds(argument: Parameter, item: Parameter, text: str) -> bool:
    """Return whether a text holds a list of allowed items, and as many as are allowed."""
    if argument.form == "joined":
        values: Any = text.split(",")
    else:
        try:
            values = json.loads(text)
        except ValueError:
            return False
    fewest, most = argument.number
    return (
        isinstance(values, list)
        and len(values) >= (fewest or 0)
        and (most is None or len(values) <= most)
        and all(fits(item, value) for value in values)
    )


def allowed(argument: Parameter) -> str:
    """Return in words what a parameter may be.

    Args:
        argument: The parameter, or an item of one.
    """
    if argument.items is not None:
        form = "joined by commas" if argument.form == "joined" else "as a JSON array"
        fewest, most = argument.number
        number = f"{fewest or 0} to {most}" if most is not None else f"at least {fewest or 0}"
        return f"{number} items {form}, each {allowed(argument.items)}"
    if argument.enum is not None:
        return f"{'such as' if argument.open_enum else 'one of'} {', '.join(argument.enum)}"
    if argument.type == "string":
        return f"text that matches {argument.pattern}" if argument.pattern is not None else "text"
    kind = {"double": "a number", "boolean": "True or False", "object": "an object"}.get(
        argument.type, "a whole number"
    )
    bounds = [
        f"{words[exclusive]} {bound:g}" if isinstance(bound, float) else f"{words[exclusive]} {bound}"
        for bound, exclusive, words in (
            (argument.minimum, argument.exclusive[0], ("from", "above")),
            (argument.maximum, argument.exclusive[1], ("to", "below")),
        )
        if bound is not None
    ]
    return " ".join([kind, *bounds])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
