"""Settle a request about several orders: ask about each of them, until every state is final or time is over.

An answer to a repeated request does not tell what the first one did: an order that the first one cancelled
stands among the failures. So after an ambiguous request each order is queried (`each` of `settledBy`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class EachOrder:
    """The orders of one call, each of which is queried."""

    attempts: AttemptRunner
    call: ApiCall
    # Whether no request of the call could take effect any more at a moment of the monotonic clock.
    has_expired: Callable[[float], bool]
    # Waits before the next round.
    pause: Callable[[], CallSteps[None]]
    # The orders whose states are known, as a query has them, by their ids in the request.
    reads: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def settle(self) -> CallSteps[list[str]]:
        """Query the orders in rounds, and return the ids of those whose states are not known at the end."""
        settlement = self.call.operation.settled_by
        assert settlement is not None  # only such a call has orders to ask about
        parameter, own = next(pair for pair in settlement.each if pair[1] in self.call.parameters)
        left, queries = listed_ids(self.call, own), 0
        while left and queries < MAXIMUM_QUERIES and not self.attempts.deadline.is_over():
            if queries:
                yield from self.pause()
            for name in left:
                yield from self._query(parameter, name)
            queries += len(left)
            left = [name for name in left if name not in self.reads]
        return left

    def response(self, original: Response | None) -> Response:
        """Return the response that the queries prove: what is cancelled, and what is not.

        Of an order that failed, what the original success said is kept, if there was one.
        """
        items = self.call.operation.items
        assert items is not None  # the generator asks for them beside `each`
        ids = next(names for own, names in items.failed if own in self.call.parameters)
        said = lists_of(items, original.json()["data"])[1] if original is not None else []
        changed: list[Mapping[str, Any]] = []
        failed: list[Mapping[str, Any]] = []
        for name, order in self.reads.items():
            if self._state(order) is OrderState.CANCELED:
                changed.append(order)
            else:
                stated = (item for item in said if any(str(item.get(key)) == name for key in ids))
                failed.append(next(stated, {**order, ids[0]: name}))
        envelope = {"code": 0, "msg": "", "data": {str(items.name): changed, str(items.failures): failed}}
        return Response(_OK, {}, json.dumps(envelope).encode(), envelope)

    def _query(self, parameter: str, name: str) -> CallSteps[None]:
        attempt = yield from self.attempts.send_once(settling_query(self.call, {parameter: name}))
        if not isinstance(attempt.result, Response):
            return
        order, timing = attempt.result.json()["data"], self.call.operation.timing
        state = self._state(order)
        # An open order proves something only if the read is younger than the last request.
        young = timing is not None and self.has_expired(attempt.began - timing.reads_lag)
        if state is not OrderState.UNCLEAR and (state is not OrderState.OPEN or young):
            self.reads[name] = order

    def _state(self, order: Mapping[str, Any]) -> OrderState:
        assert self.call.operation.states is not None  # the generator asks for them beside `settledBy`
        return order_state(self.call.operation.states, order)
