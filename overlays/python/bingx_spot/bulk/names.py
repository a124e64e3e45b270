"""Know the fields of a cancel by their names: `clientOrderID` on the wire, `client_order_id` in Python."""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bingx_spot.errors import InvalidInput, shown

#: The fields of a cancel: their names in Python, and on the wire.
WIRE_NAMES = {
    "symbol": "symbol",
    "order_id": "orderId",
    "client_order_id": "clientOrderID",
    "cancel_restrictions": "cancelRestrictions",
    "recv_window": "recvWindow",
}

_FIELDS = {wire.lower(): field for field, wire in WIRE_NAMES.items()}
_ALLOWED = ", ".join(WIRE_NAMES.values())
# Like enough to be a slip of the pen: a `cancelRestriction` that went unread would cancel too much. Names of
# other things, such as `origClientOrderId`, are less like.
_SLIP = 0.9


@lru_cache(maxsize=1024)
def field_of(name: str) -> str | None:
    """Return the field that a name stands for, or None for a name of something else.

    Case, `_`, `-` and spaces do not matter: `orderId`, `order_id` and `Order ID` are one.

    Args:
        name: A column's or a member's name.

    Raises:
        InvalidInput: It is so like a field's name that it must be a slip.
    """
    bare = name.strip().lower().translate({ord(character): None for character in "_- "})
    if bare in _FIELDS:
        return _FIELDS[bare]
    from difflib import get_close_matches  # noqa: PLC0415 - only where a name is not known

    for like in get_close_matches(bare, _FIELDS, 1, _SLIP):
        meant = WIRE_NAMES[_FIELDS[like]]
        raise InvalidInput(shown(name), f"is not known; {meant} may be meant", _ALLOWED)
    return None


def fields_of(names: Iterable[str]) -> dict[str, str]:
    """Return which field each name stands for; names of something else are left out.

    Args:
        names: Columns' or members' names.

    Raises:
        InvalidInput: Two names stand for one field, or a name must be a slip.
    """
    fields: dict[str, str] = {}
    for name in names:
        field = field_of(name)
        if field is None:
            continue
        if field in fields.values():
            raise InvalidInput(field, "is named twice", "each name once")
        fields[name] = field
    return fields


def on_the_wire(problem: InvalidInput) -> str:
    """Return the error's text with the fields named as on the wire.

    Args:
        problem: What is wrong with a row.
    """
    named = " ".join(WIRE_NAMES.get(word, word) for word in problem.field.split(" "))
    return f"{named} {problem.reason}; allowed: {problem.allowed}"


def by_field(members: Mapping[str, object]) -> dict[str, object]:
    """Return the members that are fields of a cancel, under Python's names.

    Args:
        members: Names and values; names of other things are left out, and fields without a value.

    Raises:
        InvalidInput: Two names stand for one field, or a name must be a slip.
    """
    # An exchange writes an absent client order id as empty text.
    named = {field: members[name] for name, field in fields_of(members).items()}
    return {field: value for field, value in named.items() if value is not None and value != ""}
