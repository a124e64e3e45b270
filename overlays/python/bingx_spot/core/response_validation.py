"""Validate every response before it is parsed.

Only a verified success passes; everything else raises one of our errors. The rules are `x-bingx-answer`
and the schemas of spec/openapi.yaml, and for errors spec/errors.yaml.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeGuard

from bingx_spot.core.error_mapping import error_from_code, error_from_status
from bingx_spot.core.facts import OrderState, order_state, says
from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import ErrorDetails, shown
from bingx_spot.models import Response
from bingx_spot_api.contract import Field, Operation

_ABSENT = object()
# The Python types of a JSON value that fit a field's type, whatever the value.
_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "decimal": (int, float),
    "int64": (int,),
    "int32": (int,),
    "double": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}
# An id may come as text: its digits are exact either way.
_INTEGER = re.compile("[0-9]{1,19}")
# An amount that does not apply comes as empty text.
_DECIMAL = re.compile(r"([-+]?[0-9]{1,64}(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,3})?)?")
_TEXTS = {"decimal": _DECIMAL, "int64": _INTEGER, "int32": _INTEGER}


def is_integer(value: object) -> TypeGuard[int | str]:
    """Return whether a value is a whole number, or text that is the digits of an int64."""
    if isinstance(value, str):
        return _INTEGER.fullmatch(value) is not None
    return isinstance(value, int) and not isinstance(value, bool)


def schema_mismatch(fields: tuple[Field, ...], members: Mapping[str, Any]) -> str:
    """Return in words how an object differs from the contract, or nothing.

    Args:
        fields: The contract's fields.
        members: The object, as the JSON module has parsed it.
    """
    for field in fields:
        value = members.get(field.name, _ABSENT)
        problem = _mismatch(field, value)
        if problem:
            return problem
    return ""


def _mismatch(field: Field, value: Any) -> str:
    if value is _ABSENT:
        return f"the response lacks {field.name}" if field.required else ""
    if value is None:
        # An optional field may come as null, but neither a word of an enum nor an object can be read from it.
        unreadable = field.required or field.enum or (field.fields and not field.nullable)
        return _wrong_type(field) if unreadable else ""
    if not _fits(field.type, value):
        return _wrong_type(field)
    return _mismatch_within(field, value) if field.fields else ""


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, str) and kind in _TEXTS:
        return _TEXTS[kind].fullmatch(value) is not None
    # A bool is an int to Python, and to nothing else.
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _wrong_type(field: Field) -> str:
    return f"{field.name} in the response is not of type {field.type}"


def _mismatch_within(field: Field, value: Any) -> str:
    """Return how an object, or one of those in an array, differs from the contract, or nothing."""
    for part in value if isinstance(value, list) else [value]:
        if not isinstance(part, dict):
            return f"the response holds a value that is no object, in {field.name}"
        problem = schema_mismatch(field.fields, part)
        if problem:
            return f"{problem}, in {field.name}"
    return ""


_OK = 200
_MAXIMUM_ID = 2**63 - 1
_WHITE_SPACE = " \t\r\n"
# JSON can spell half of a surrogate pair. It cannot be printed, and parsers differ about it.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


class _Unreadable(Exception):
    """The body is no JSON object that every parser reads alike."""


def validate_response(call: ApiCall, response: Response) -> Response:
    """Return the response, parsed, if it is a verified success.

    Args:
        call: The call that it answers.
        response: The response, secrets redacted.

    Raises:
        RequestRejected: The exchange rejected the request; the class says why.
        OutcomeUnknown: The response proves nothing.
    """
    try:
        envelope = _parse_envelope(response.body)
    except _Unreadable as problem:
        # Raised outside the handler: our errors are not chained to others, which could hold secrets.
        reason = str(problem)
    else:
        return _validate_envelope(call, response, envelope)
    raise error_from_status(ErrorDetails.of(response, reason), call.operation)


def _validate_envelope(call: ApiCall, response: Response, envelope: Mapping[str, Any]) -> Response:
    code = envelope.get("code")
    message = envelope.get("msg")
    message = message if isinstance(message, str) else ""
    if not is_integer(code):
        text = f"the response's code is no number: {shown(code)}"
        raise error_from_status(ErrorDetails.of(response, text), call.operation)
    if int(code) != 0:
        raise error_from_code(code, ErrorDetails.of(response, message, code=code), call.operation)
    problem = _success_problem(call, response, envelope)
    if problem and call.operation.act == "read":
        envelope = _without_unreadable(call, envelope)
        problem = _success_problem(call, response, envelope)
    if problem:
        text = f"{problem}; the exchange said {message!r}"
        details = ErrorDetails.of(response, text, code=code, order_id=_order_id(call, envelope.get("data")))
        raise error_from_code(code, details, call.operation)
    return replace(response, parsed=envelope)


def _without_unreadable(call: ApiCall, envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope of a read without members that decide nothing and are not of the contract's type.

    A price that cannot be read is no reason to doubt that an order is cancelled.
    """
    operation, states = call.operation, call.operation.states
    deciding = {"success", *call.parameters, *(states.executed or () if states is not None else ())}

    def readable(fields: tuple[Field, ...], members: Mapping[str, Any]) -> dict[str, Any]:
        optional = {each.name: each for each in fields if not (each.required or each.name in deciding)}
        kept = members.keys() - {name for name in optional if _mismatch(optional[name], members.get(name))}
        return {name: members[name] for name in members if name in kept}

    data = envelope.get("data")
    if isinstance(data, dict) and operation.data is not None:
        envelope = {**envelope, "data": readable(operation.data, data)}
    return readable(operation.envelope, envelope)


def _success_problem(call: ApiCall, response: Response, envelope: Mapping[str, Any]) -> str:
    """Return why a code of 0 is no success, or nothing."""
    operation = call.operation
    if response.http_status != _OK:
        return f"the response says success with HTTP status {response.http_status}"
    if envelope.get("success") is False:
        return "the response says code 0 and success false"
    problem = schema_mismatch(operation.envelope, envelope)
    if problem or operation.data is None:
        return problem
    data = envelope.get("data")
    if not isinstance(data, dict):
        return "the response says success and holds no data"
    return schema_mismatch(operation.data, data) or _wrong_order(call, data) or _unconfirmed(operation, data)


def _wrong_order(call: ApiCall, data: Mapping[str, Any]) -> str:
    """Return how `data` differs from the order in the request, or nothing."""
    permanent = call.operation.permanent_id
    named = data.get(permanent or "")
    if is_integer(named) and int(named) <= 0:
        return f"the response names no order: {permanent} is {named}"
    for name in call.operation.repeats:
        requested = call.parameters.get(name)
        if requested is None:
            continue
        stated = data.get(name)
        other_id = name in call.operation.exactly_one_of and name != permanent
        if call.operation.act == "read" and other_id and stated in (None, ""):
            # The response to a query by client order id may lack it; the exchange has looked it up.
            continue
        # None apart: an order may be called "None".
        if stated is None or str(stated) != str(requested):
            return f"the response names another order: {name} is {shown(stated)}, requested was {requested!r}"
    return ""


def _unconfirmed(operation: Operation, data: Mapping[str, Any]) -> str:
    """Return why `data` does not confirm that the operation was executed, or nothing.

    A word that is not listed proves nothing: new words come without notice.
    """
    for name, words in operation.confirmed_by:
        if not says(data.get(name), words):
            return f"the response says success and {name} {shown(data.get(name))}"
    states = operation.states if operation.act == "cancel" else None
    if states is not None and order_state(states, data) is not OrderState.CANCELED:
        return "the response says success and contradicts itself: everything is executed"
    return ""


def _order_id(call: ApiCall, data: object) -> int | None:
    """Return the permanent id of the order that a response names, where it may be the one requested.

    A response to a request by client order id may lack that id, hold it empty or in other letters' case, and
    still name the order by its permanent id. The caller queries that id before it believes anything.
    """
    permanent = call.operation.permanent_id
    if permanent is None or permanent in call.parameters or not isinstance(data, dict):
        return None
    order_id = data.get(permanent)
    if (
        not is_integer(order_id)
        or not 0 < int(order_id) <= _MAXIMUM_ID
        or data.get("symbol") not in (None, call.parameters.get("symbol"))
    ):
        return None
    return int(order_id) if names_same_order(call, data) else None


def names_same_order(call: ApiCall, data: Mapping[str, Any]) -> bool:
    """Return whether an order's other ids leave room for the order in the request.

    Args:
        call: The call, by whatever id.
        data: The order, as a response has it.
    """
    for name in call.operation.exactly_one_of:
        requested, stated = call.parameters.get(name), data.get(name)
        if name == call.operation.permanent_id or requested is None or stated in (None, ""):
            continue
        if str(stated).casefold() != str(requested).casefold():
            return False
    return True


def _parse_envelope(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body.

    Raises:
        _Unreadable: It is no JSON object that every parser reads alike.
    """
    if not body.strip():
        raise _Unreadable("the response is empty")
    try:
        text = body.decode().strip(_WHITE_SPACE)
        envelope, end = _STRICT.raw_decode(text)
    except (ValueError, RecursionError):
        raise _not_json(body) from None
    if end != len(text):
        raise _not_json(body)
    if not isinstance(envelope, dict):
        raise _Unreadable(f"the response is JSON and no object; it begins {body[:60]!r}")
    if _SURROGATE_ESCAPE.search(body) and _has_lone_surrogate(envelope):
        raise _Unreadable("the response holds half of a surrogate pair, which is no character")
    return envelope


def _not_json(body: bytes) -> _Unreadable:
    return _Unreadable(f"the response is not JSON; it begins {body[:60]!r}")


def _has_lone_surrogate(envelope: Mapping[str, Any]) -> bool:
    try:
        json.dumps(envelope, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Parsers differ in which of two equal names they keep.
        raise _Unreadable("the response has two members of one name")
    return members


def _reject_constant(name: str) -> NoReturn:
    raise _Unreadable(f"the response holds {name}, which is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_reject_constant)
