"""Settle a request about several orders: ask about each of them, until every state is final or time is over.

An answer to a repeated request does not tell what the first one did: an order that the first one cancelled
stands among the failures. So after an ambiguous request each order is queried (`each` of `settledBy`).
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from bingx_spot.core.attempt import AttemptRunner
from bingx_spot.core.facts import MAXIMUM_QUERIES, OrderState, order_state, settling_query
from bingx_spot.core.named_orders import listed_ids, lists_of
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import CallSteps
from bingx_spot.models import Response

_OK = 200


def stands_after_doubt(call: ApiCall, response: Response) -> bool:
    """Return whether a verified success tells what the call did, whichever of its requests was executed."""
    operation, items = call.operation, call.operation.items
    if operation.repeat == "same-answer" or operation.act == "read":
        return True
    if items is None:
        # It holds the words of a final state.
        return bool(operation.requires)
    return bool(items.accounts) and not lists_of(items, response.json()["data"])[1]


def settle_each(
    attempts: AttemptRunner,
    call: ApiCall,
    original: Response | None,
    has_expired: Callable[[float], bool],
    pause: Callable[[], CallSteps[None]],
) -> CallSteps[Response | list[str]]:
    """Query the orders of a call in rounds; return the response that they prove, or which ids prove nothing.

    `original` is a success that does not tell what the call did, or None. `pause` comes between rounds, and
    `has_expired` says whether no request of the call could take effect any more at a monotonic moment.
    """
    settlement, timing, items = call.operation.settled_by, call.operation.timing, call.operation.items
    assert settlement is not None  # only such a call has orders to ask about
    assert timing is not None  # the generator asks for it beside `settledBy`
    assert items is not None  # the generator asks for them beside `each`
    parameter, own = next(pair for pair in settlement.each if pair[1] in call.parameters)
    # What a success says is cancelled is so, whatever a read that lags behind it shows.
    said = lists_of(items, original.json()["data"])[0] if original is not None else []
    asked, names, queries = listed_ids(call, own), dict(items.accounts)[own], 0
    reads = {
        name: order for name in asked for order in said if name in (str(order.get(key)) for key in names)
    }
    left = [name for name in asked if name not in reads]
    while left and queries < MAXIMUM_QUERIES and not attempts.deadline.is_over():
        if queries:
            yield from pause()
        for name in left:
            attempt = yield from attempts.send_repaired(settling_query(call, {parameter: name}))
            if isinstance(attempt.result, Response):
                order = attempt.result.json()["data"]
                # An open order proves something only if the read is younger than the last request.
                young = has_expired(attempt.began - timing.reads_lag)
                unproven = (OrderState.UNCLEAR,) if young else (OrderState.UNCLEAR, OrderState.OPEN)
                if _state(call, order) not in unproven:
                    reads[name] = order
            elif not attempt.host:
                # No query can be sent in time any more.
                return [name for name in left if name not in reads]
        queries += len(left)
        left = [name for name in left if name not in reads]
    return left or _response(call, original, reads)


def _response(call: ApiCall, original: Response | None, reads: dict[str, Mapping[str, Any]]) -> Response:
    """Return the response that queries prove, by the ids in the request: what is cancelled, and what is not.

    Of an order that failed, what the original success said is kept, if there was one.
    """
    items = call.operation.items
    assert items is not None  # the generator asks for them beside `each`
    ids = next(names for own, names in items.failed if own in call.parameters)
    said = lists_of(items, original.json()["data"])[1] if original is not None else []
    changed: list[Mapping[str, Any]] = []
    failed: list[Mapping[str, Any]] = []
    for name, order in reads.items():
        if _state(call, order) is OrderState.CANCELED:
            changed.append(order)
        else:
            stated = (item for item in said if any(str(item.get(key)) == name for key in ids))
            texts = {key: str(order[key]) for key in ids if key in order}  # this list has ids as text
            failed.append(next(stated, {**order, **texts, ids[0]: name}))
    envelope = {"code": 0, "msg": "", "data": {str(items.name): changed, str(items.failures): failed}}
    return Response(_OK, {}, json.dumps(envelope).encode(), envelope)


def _state(call: ApiCall, order: Mapping[str, Any]) -> OrderState:
    assert call.operation.states is not None  # the generator asks for them beside `settledBy`
    return order_state(call.operation.states, order)
