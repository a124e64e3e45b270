"""Checks of the arguments of a call by the contract, before anything is sent."""

import json
import math
import operator
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache, lru_cache
from typing import Any, Literal, SupportsIndex

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot.suggestions import check_rounding, is_time, meanings
from bingx_spot_api import models
from bingx_spot_api.contract import BY_ID, SIGNING, Operation, Parameter
from bingx_spot_api.models.cancel_restriction import CancelRestriction

#: Anything with `__index__`, numpy's integers too, or decimal digits.
OrderId = SupportsIndex | str
#: The status that an order must have to be cancelled.
Restriction = CancelRestriction | Literal["NEW", "PENDING", "PARTIALLY_FILLED"]

# A query names an order in the same way.
_ARGUMENTS = {argument.python_name: argument for argument in BY_ID["cancelOrder"].arguments}
#: The arguments of a cancel: Python's names and the API's. The contract may have more than `cancel_order`.
WIRE_NAMES = {
    name: _ARGUMENTS[name].name
    for name in ("symbol", "order_id", "client_order_id", "cancel_restrictions", "recv_window")
}
_ORDER_ID = re.compile("[1-9][0-9]{0,18}")
_PUNCTUATION = str.maketrans("", "", "_.#")
_SYMBOL_ALLOWED = "base and quote in upper case joined by one hyphen, such as BTC-USDT"

_INTEGERS = ("int64", "int32")
_compiled = cache(re.compile)
# What the signing scheme takes; half a surrogate pair cannot be encoded.
_SIGNABLE = re.compile(f"[^{re.escape(SIGNING.forbidden_in_values)}\ud800-\udfff]*")
_SIGNABLE_ALLOWED = "without & = ? or line breaks"
_DIGITS = re.compile("-?[0-9]{1,19}")
# Not all that `float` reads: 1_000 would be signed and sent like that.
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_KINDS = {
    "boolean": "True or False",
    "decimal": "a decimal number as text, such as 0.5",
    "double": "a number",
    "object": "an object",
}
# A set of characters and how many of them, which needs no regular expression to be said.
_PLAIN_PATTERN = re.compile(r"\^\[([^]]+)\]\{([0-9]+),([0-9]+)\}\$")


def cancel_order_request(
    symbol: str,
    order_id: OrderId | None,
    client_order_id: str | None,
    cancel_restrictions: Restriction | None,
    recv_window: float | None,
) -> "models.CancelOrderRequest":
    """Return the generated model of a cancel, whose arguments the middleware checks before it is sent.

    `InvalidInput` names an argument that the model cannot take.
    """
    reference = order_reference(symbol, order_id, client_order_id, recv_window)
    if cancel_restrictions is not None:
        _check(_ARGUMENTS["cancel_restrictions"], "cancel_restrictions", cancel_restrictions)
        reference["cancel_restrictions"] = CancelRestriction(cancel_restrictions)
    return models.CancelOrderRequest(**reference)


def order_reference(
    symbol: str, order_id: OrderId | None, client_order_id: str | None, recv_window: float | None
) -> dict[str, Any]:
    """Return the arguments that name one order, as the generated functions take them."""
    reference: dict[str, Any] = {"symbol": symbol}
    if order_id is not None:
        reference["order_id"] = _whole_number(order_id)
    if client_order_id is not None:
        reference["client_order_id"] = client_order_id
    if isinstance(recv_window, str):  # which would fit, as in a form
        raise InvalidInput("recv_window", f"is {shown(recv_window)}", allowed(_ARGUMENTS["recv_window"]))
    if isinstance(recv_window, float) and recv_window.is_integer():
        # The signed text is the text that is sent, and a whole number must have one text only.
        recv_window = int(recv_window)
    if recv_window is not None:
        reference["recv_window"] = recv_window
    return reference


def _check(argument: Parameter, name: str, value: object) -> None:
    """Raise `InvalidInput` for a value that is not allowed; it says which symbol or time may be meant."""
    if not fits(argument, value):
        meant = next((each for each in meanings(argument, value) if fits(argument, each)), None)
        suggestion = "" if meant is None else f"; did you mean {meant}?"
        raise InvalidInput(name, f"is {shown(value)}{suggestion}", allowed(argument))


def _not_one(names: str, given: int) -> InvalidInput:
    number = {0: "neither is", 2: "both are"}.get(given, f"{given} are")
    return InvalidInput(names, f"must be given, and {number}", "exactly one")


def _is_pair(argument: Parameter) -> bool:
    """Return whether a parameter is a symbol of the form that a cancel takes."""
    return argument.name == "symbol" and argument.pattern == _ARGUMENTS["symbol"].pattern


# A program uses few symbols, and passes one of them in every call.
@lru_cache(maxsize=1024)
def _is_symbol(text: str) -> bool:
    # Letters and digits. `_` and `.` are signed and sent in the same form; `#` is encoded, as in OTHR#99961.
    parts = text.translate(_PUNCTUATION).split("-")
    return len(parts) == 2 and all(map(str.isalnum, parts)) and text == text.upper()  # noqa: PLR2004


def _whole_number(order_id: OrderId) -> int:
    """Return an order id as a number; its bounds are not checked. `InvalidInput` says why it is none."""
    if isinstance(order_id, int):
        return order_id
    if isinstance(order_id, str):
        if _ORDER_ID.fullmatch(order_id):
            return int(order_id)
        check_rounding(order_id)
        digits = order_id.strip()
        meant = f"; did you mean {digits}?" if _ORDER_ID.fullmatch(digits) else ""
        reason = f"is {shown(order_id)}{meant}"
    elif isinstance(order_id, float):
        reason = f"is the float {shown(order_id)}, which may have lost its last digits"
    else:
        with suppress(TypeError):  # `isinstance` of a protocol takes 7 µs
            return operator.index(order_id)
        reason = f"is {shown(order_id)}, neither an int nor text"
    raise InvalidInput("order_id", reason, allowed(_ARGUMENTS["order_id"]))


def _own_integer(value: Any) -> Any:
    """Return an integer of a library, such as numpy's, as an int of Python; anything else as it is."""
    if not hasattr(value, "__index__"):
        return value
    with suppress(TypeError):
        return operator.index(value)
    return value


def check_arguments(
    operation: Operation, parameters: Mapping[str, object], *, wire_names: bool = False
) -> None:
    """Check types, bounds, patterns and words, and that one id is given where the contract wants exactly one.

    The parameters have their wire names; a number may be text, as in a form. `InvalidInput` names one that is
    missing or not allowed: with `wire_names` by its wire name, else by Python's.
    """
    for argument in operation.arguments:
        name = argument.name if wire_names else argument.python_name
        if argument.name in parameters:
            _check(argument, name, parameters[argument.name])
        elif argument.required:
            raise InvalidInput(name, "is missing", allowed(argument))
    given = len(parameters.keys() & operation.exactly_one_of)
    if given != 1 and operation.exactly_one_of:
        either = [each for each in operation.arguments if each.name in operation.exactly_one_of]
        names = [each.name if wire_names else each.python_name for each in either]
        raise _not_one(" or ".join(names), given)


def as_sent(operation: Operation, parameters: Mapping[str, object]) -> Mapping[str, object]:
    """Return the parameters, by wire names, with each list of allowed items as the text that holds it."""
    sent = {
        name: value if isinstance(value, int | str) else _own_integer(value)
        for name, value in parameters.items()
    }
    for argument in operation.arguments:
        if argument.items is not None and isinstance(values := sent.get(argument.name), list | tuple):
            values = [_own_integer(value) for value in values]
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
    """Return whether a value, as it is sent, is allowed for a parameter, or for an item of one."""
    if argument.type == "object":
        # A misspelt name would be sent, and an order be placed without what it was to say.
        return (
            isinstance(value, dict)
            and value.keys() <= {member.name for member in argument.members}
            and all(
                fits(member, value[member.name]) if member.name in value else not member.required
                for member in argument.members
            )
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
    pattern = _SIGNABLE if argument.pattern is None else _compiled(argument.pattern)
    return (
        (shortest is None or len(value) >= shortest)
        and (longest is None or len(value) <= longest)
        and (argument.enum is None or argument.open_enum or value in argument.enum)
        and pattern.fullmatch(value) is not None
        and (not _is_pair(argument) or _is_symbol(value))
    )


def _number(kind: str, value: Any) -> float | None:
    if kind in _INTEGERS and isinstance(value, str):
        value = int(value) if _DIGITS.fullmatch(value) else None
    elif isinstance(value, str):
        value = float(value) if _DECIMAL.fullmatch(value) else None
    elif kind == "decimal":
        return None
    if kind not in _INTEGERS and isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


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
        except (ValueError, RecursionError):
            return False
    fewest, most = argument.number
    return (
        isinstance(values, list)
        and len(values) >= (fewest or 0)
        and (most is None or len(values) <= most)
        and all(fits(item, value) for value in values)
    )


def allowed(argument: Parameter) -> str:
    """Return in words what a parameter, or an item of one, may be."""
    if _is_pair(argument):
        return _SYMBOL_ALLOWED
    if argument.items is not None:
        form = "joined by commas" if argument.form == "joined" else "as a JSON array"
        return f"{_count(argument.number)} items {form}, each {allowed(argument.items)}"
    if argument.enum is not None:
        return f"{'such as' if argument.open_enum else 'one of'} {', '.join(argument.enum)}"
    if argument.type == "string":
        return _text_allowed(argument)
    kind = _KINDS.get(argument.type, "Unix milliseconds" if is_time(argument) else "a whole number")
    bounds = [
        f"{words[exclusive]} {bound:g}" if isinstance(bound, float) else f"{words[exclusive]} {bound}"
        for bound, exclusive, words in (
            (argument.minimum, argument.exclusive[0], ("from", "above")),
            (argument.maximum, argument.exclusive[1], ("to", "below")),
        )
        if bound is not None
    ]
    return " ".join([kind, *bounds])


def _text_allowed(argument: Parameter) -> str:
    if plain := _PLAIN_PATTERN.fullmatch(argument.pattern or ""):
        return "{1} to {2} characters out of {0}".format(*plain.groups())
    if argument.pattern is not None:
        return f"text that matches {argument.pattern}"
    length = "" if argument.length == (None, None) else f"of {_count(argument.length)} characters "
    return f"text {length}{_SIGNABLE_ALLOWED}"


def _count(bounds: tuple[int | None, int | None]) -> str:
    fewest, most = bounds
    return f"at least {fewest or 0}" if most is None else f"{fewest or 0} to {most}"
