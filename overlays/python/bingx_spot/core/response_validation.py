"""Validate every response before it is parsed.

Only a verified success passes; everything else raises one of our errors. The rules are `x-bingx-answer`
and the schemas of spec/openapi.yaml, and for errors spec/errors.yaml.
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from bingx_spot.core.error_mapping import (
    error_from_code,
    error_from_status,
    error_of_another_pair,
    leaves_doubt,
    says_failure,
)
from bingx_spot.core.facts import OrderState, order_state, unmet
from bingx_spot.core.named_orders import (
    contradiction,
    is_of_another_pair,
    is_same_pair,
    lists_of,
    named_id,
    texts_of,
    unaccounted,
)
from bingx_spot.core.request import ApiCall
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import shown
from bingx_spot.models import INTEGER, Response, is_integer
from bingx_spot_api.contract import Field

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
# An amount that does not apply comes as empty text.
_DECIMAL = re.compile(r"([-+]?[0-9]{1,64}(\.[0-9]{1,64})?([eE][-+]?[0-9]{1,3})?)?")
_TEXTS = {"decimal": _DECIMAL, "int64": INTEGER, "int32": INTEGER}
# What nearly every value is. Such a value needs no further look.
_USUAL: dict[str, Any] = {"string": str, "int64": int, "int32": int, "boolean": bool, "decimal": str}


def schema_mismatch(fields: tuple[Field, ...], members: Mapping[str, Any]) -> str:
    """Return in words how an object, as JSON has it, differs from the fields of the contract, or nothing."""
    for field in fields:
        kind = field.type
        value: Any = members.get(field.name, _ABSENT)
        if type(value) is _USUAL.get(kind) and (kind != "decimal" or _DECIMAL.fullmatch(value)):
            continue
        if (value is not _ABSENT or field.required) and (problem := _mismatch(field, value)):
            return problem
    return ""


def _mismatch(field: Field, value: Any) -> str:
    if value is _ABSENT:
        return f"the response lacks {field.name}"
    if value is None:
        # An optional field may come as null, but no word, object or list can be read from it.
        unreadable = field.required or field.enum or field.fields or field.items is not None
        return _wrong_type(field) if unreadable and not field.nullable else ""
    if not _fits(field.type, value):
        return _wrong_type(field)
    if field.items is not None:
        return _mismatch_of_items(field, field.items, value)
    problem = schema_mismatch(field.fields, value)
    return f"{problem}, in {field.name}" if problem else ""


def _fits(kind: str, value: Any) -> bool:
    if isinstance(value, str) and kind in _TEXTS:
        return _TEXTS[kind].fullmatch(value) is not None
    # A bool is an int to Python, and to nothing else.
    return isinstance(value, _TYPES[kind]) and (kind == "boolean" or not isinstance(value, bool))


def _wrong_type(field: Field) -> str:
    return f"{field.name} in the response is not of type {field.type}"


def _mismatch_of_items(field: Field, item: Field, values: list[Any]) -> str:
    """Return how one of the values of an array differs from the contract, or nothing."""
    for value in values:
        if value is None and item.nullable:
            continue
        if not _fits(item.type, value):
            kind = "no object" if item.type == "object" else f"not of type {item.type}"
            return f"the response holds a value that is {kind}, in {field.name}"
        if problem := _mismatch(item, value):
            return problem
    return ""


_OK = 200
# JSON can spell half of a surrogate pair. It cannot be printed, and parsers differ about it.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def validate_response(call: ApiCall, response: Response) -> Response:
    """Return the response to a call, secrets redacted, with its envelope, if it is a verified success.

    Raises:
        RequestRejected: The exchange rejected the request; the class says why.
        OutcomeUnknown: The response proves nothing.
    """
    envelope = _parse_envelope(response.body)
    if isinstance(envelope, str):
        raise error_from_status(ErrorDetails.of(response, envelope), call.operation)
    code, message = envelope.get("code"), envelope.get("msg")
    message = message if isinstance(message, str) else ""
    if not is_integer(code):
        text = f"the response's code is no number: {shown(code)}"
        raise error_from_status(ErrorDetails.of(response, text), call.operation)
    if int(code) != 0:
        raise error_from_code(code, message, ErrorDetails.of(response, message, code=code), call.operation)
    problem = _success_problem(call, response, envelope)
    if problem and call.operation.act == "read":
        envelope = _without_unreadable(call, envelope)
        problem = _success_problem(call, response, envelope)
    if problem:
        text = f"{problem}; the exchange said {message!r}"
        details = ErrorDetails.of(response, text, code=code, order_id=named_id(call, envelope.get("data")))
        if is_of_another_pair(call, envelope.get("data")):
            raise error_of_another_pair(details, call.operation)
        raise error_from_code(code, text, details, call.operation)
    return Response(response.http_status, response.headers, response.body, envelope)


def _without_unreadable(call: ApiCall, envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return the envelope of a read without members that decide nothing and are not of the contract's type.

    A price that cannot be read is no reason to doubt that an order is cancelled.
    """
    operation, states, items = call.operation, call.operation.states, call.operation.items
    deciding = {"success", "data", *call.parameters, *(states.executed or () if states is not None else ())}
    deciding |= {items.name or "", items.failures or ""} if items is not None else set()

    def readable(fields: tuple[Field, ...], members: Mapping[str, Any]) -> dict[str, Any]:
        kept = dict(members)
        for field in fields:
            name = field.name
            if name in kept:
                kept[name] = within(field, kept[name])
                if not field.required and name not in deciding and _mismatch(field, kept[name]):
                    del kept[name]
        return kept

    def within(field: Field, value: Any) -> Any:
        if field.items is not None and isinstance(value, list):
            return [within(field.items, item) for item in value]
        return readable(field.fields, value) if field.fields and isinstance(value, dict) else value

    fields = operation.envelope if operation.data is None else (*operation.envelope, operation.data)
    kept = readable(fields, envelope)
    if operation.permanent_id in call.parameters and isinstance(data := kept.get("data"), dict):
        # An id that is never used again names the order without its pair.
        others = (call.parameters.keys() & operation.repeats).difference(operation.exactly_one_of)
        kept["data"] = data | {name: call.parameters[name] for name in others if data.get(name) in (None, "")}
    return kept


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
    if not _fits(operation.data.type, data):
        return "the response says success and holds no data"
    if not isinstance(data, dict):
        return _mismatch(operation.data, data) or _list_problem(call, envelope)
    return (
        schema_mismatch(operation.data.fields, data)
        or _wrong_order(call, operation.repeats, data)
        or _unconfirmed(call, data)
        or _list_problem(call, envelope)
    )


def _wrong_order(call: ApiCall, repeats: tuple[str, ...], order: Mapping[str, Any]) -> str:
    """Return how an order differs from the one in the request, or nothing."""
    permanent = call.operation.permanent_id
    named = order.get(permanent or "")
    if named is not None and not (is_integer(named) and int(named) > 0):
        return f"the response names no order: {permanent} is {named}"
    for name in repeats:
        requested, stated = call.parameters.get(name), order.get(name)
        # None apart: an order may be called "None".
        if requested is None or (stated is not None and str(stated) == str(requested)):
            continue
        # A query settles. It may lack the client order id by which the exchange has looked the order up, and
        # another spelling of a pair is the same pair.
        is_id = name in call.operation.exactly_one_of
        alike = stated in (None, "") if is_id else is_same_pair(stated, requested)
        if call.operation.act != "read" or name == permanent or not alike:
            return f"the response names another order: {name} is {shown(stated)}, requested was {requested!r}"
    return ""


def _unconfirmed(call: ApiCall, data: Mapping[str, Any]) -> str:
    """Return why `data` does not confirm that the operation was executed, or nothing."""
    operation = call.operation
    for name in unmet(call, operation.requires, data):
        return f"the response says success and {name} {shown(data.get(name))}"
    states = operation.states if operation.act == "cancel" and operation.items is None else None
    if states is not None and order_state(states, data) is not OrderState.CANCELED:
        return "the response says success and contradicts itself: everything is executed"
    return ""


def _list_problem(call: ApiCall, envelope: Mapping[str, Any]) -> str:
    """Return why the lists of orders in `data` are not those of the request, or nothing."""
    items, message = call.operation.items, envelope.get("msg")
    if items is None:
        return ""
    changed, failed = lists_of(items, envelope["data"])
    # An exchange that is busy lists nothing either.
    if not changed and not failed and isinstance(message, str) and says_failure(message, call.operation):
        return "the response says success and lists nothing"
    for order in changed:
        if problem := _wrong_order(call, items.repeats, order) or contradiction(call, items, order):
            return problem
    if problem := unaccounted(call, items, changed, failed):
        return problem
    doubts = (text for text in texts_of(items, failed) if leaves_doubt(text, call.operation))
    return next((f"the response lists an order as failed and says {shown(text)}" for text in doubts), "")


class _Unreadable(Exception):
    """The body is JSON that not every parser reads alike."""


def _parse_envelope(body: bytes) -> dict[str, Any] | str:
    """Return the JSON object in the body, or why there is none that every parser reads alike."""
    if not body.strip():
        return "the response is empty"
    # Reasons are returned: an error that is raised here would be chained to others, which may hold secrets.
    try:
        envelope = _STRICT.decode(body.decode())
        if _SURROGATE_ESCAPE.search(body):
            json.dumps(envelope, ensure_ascii=False).encode()
    except _Unreadable as problem:
        return str(problem)
    except UnicodeEncodeError:
        return "the response holds half of a surrogate pair, which is no character"
    except (ValueError, RecursionError):
        envelope = None
    if not isinstance(envelope, dict):
        return f"the response is not a JSON object; it begins {body[:60].decode(errors='replace')!r}"
    return envelope


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Parsers differ in which of two equal names they keep.
        raise _Unreadable("the response has two members of one name")
    return members


def _reject_constant(name: str) -> NoReturn:
    raise _Unreadable(f"the response holds {name}, which is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_reject_constant)
