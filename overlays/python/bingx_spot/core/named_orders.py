"""Which orders a response names: in its lists, and by ids that the request did not have."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bingx_spot.core.facts import OrderState, order_state, unmet
from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import shown
from bingx_spot.models import is_integer
from bingx_spot_api.contract import Items


def lists_of(items: Items, data: Any) -> tuple[list[Any], list[Any]]:
    """Return the list of orders in `data`, and that of the orders that the request did not change.

    `data` fits the contract; a list may be absent or null.
    """
    changed = data if items.name is None else data.get(items.name)
    return changed or [], (data.get(items.failures) or []) if items.failures is not None else []


def listed_ids(call: ApiCall, parameter: str) -> list[str]:
    """Return the ids in a parameter that holds several, with commas between; each once."""
    return list(dict.fromkeys(str(call.parameters[parameter]).split(",")))


def contradiction(call: ApiCall, items: Items, order: Mapping[str, Any]) -> str:
    """Return what an order in the list says that no success says, or nothing."""
    for name in unmet(call, items.requires, order):
        return f"the response says success and, of an order, {name} {shown(order.get(name))}"
    states = call.operation.states if call.operation.act == "cancel" else None
    if states is not None and order_state(states, order) is not OrderState.CANCELED:
        return "the response contradicts itself: an order is cancelled, and everything of it is executed"
    return ""


def unaccounted(call: ApiCall, items: Items, changed: list[Any], failed: list[Any]) -> str:
    """Return which order of the request is in no list, or in two, or which other order is in one."""
    asked = {
        (parameter, name)
        for parameter, _ in items.accounts
        if parameter in call.parameters
        for name in listed_ids(call, parameter)
    }
    left = set(asked)
    for accounts, orders in ((items.accounts, changed), (items.failed, failed)):
        for order in orders if asked else ():
            named = {(own, str(order[name])) for own, names in accounts for name in names if name in order}
            if not named & asked:
                return f"the response names another order: {_texts(named)}"
            if not named & left:
                return f"the response names an order twice: {_texts(named & asked)}"
            left -= named
    if left:
        return f"the response does not say what became of {_texts(left)}"
    return ""


def texts_of(items: Items, orders: list[Any]) -> Iterator[str]:
    """Yield what a response says of orders in a list of failures: every text but the ids."""
    ids = {name for _, names in items.failed for name in names}
    for order in orders:
        yield from (text for name, text in order.items() if name not in ids and isinstance(text, str))


def _texts(named: Iterable[tuple[str, str]]) -> str:
    return ", ".join(sorted({text for _, text in named}))


def named_id(call: ApiCall, data: object) -> int | None:
    """Return the permanent id of the order that a response names, where it may be the one requested.

    A response to a request by client order id may lack that id, hold it empty or in other letters' case, and
    still name the order by its permanent id. The caller queries that id before it believes anything.
    """
    permanent = call.operation.permanent_id
    if permanent is None or permanent in call.parameters or not isinstance(data, dict):
        return None
    named = data.get(permanent)
    return int(named) if is_integer(named) and int(named) > 0 and names_same_order(call, data) else None


def names_same_order(call: ApiCall, data: Mapping[str, Any]) -> bool:
    """Return whether pair and other ids of an order in a response leave room for the order in the request."""
    for name in (*call.operation.exactly_one_of, "symbol"):
        requested, stated = call.parameters.get(name), data.get(name)
        if name == call.operation.permanent_id or requested is None or stated in (None, ""):
            continue
        if not is_alike(stated, requested):
            return False
    return True


def is_alike(stated: object, requested: object) -> bool:
    """Return whether two values are the same text, whatever the case of its letters."""
    return str(stated).casefold() == str(requested).casefold()


def is_same_pair(stated: object, requested: object) -> bool:
    """Return whether two values are one trading pair: the exchange also writes `BTC_USDT`."""
    spelt = str(stated).replace("_", "-").replace("/", "-")
    return is_alike(spelt, requested) or is_alike(spelt, str(requested).replace("-", ""))


def is_of_another_pair(call: ApiCall, data: object) -> bool:
    """Return whether a query finds the order by its id, and finds it under another trading pair."""
    asked = call.parameters.keys() & {*call.operation.exactly_one_of}
    if call.operation.act != "read" or not asked or not isinstance(data, dict):
        return False
    pair = data.get("symbol")
    is_found = all(str(data.get(name)) == str(call.parameters[name]) for name in asked)
    is_named = is_found and isinstance(pair, str) and pair != ""
    return is_named and not is_same_pair(pair, call.parameters.get("symbol"))
