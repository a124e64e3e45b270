"""Settle a request about several orders: ask about each of them, until every state is final or time is over.

An answer to a repeated request does not tell what the first one did: an order that the first one cancelled
stands among the failures. So after an ambiguous request each order is queried (`each` of `settledBy`).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bingx_spot.core.attempt import AttemptRunner
from bingx_spot.core.facts import MAXIMUM_QUERIES, OrderState, order_state, settling_operation
from bingx_spot.core.named_orders import listed_ids, lists_of
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import CallSteps
from bingx_spot.models import Response
from bingx_spot_api.contract import Items, Settlement

_FINAL = (OrderState.CANCELED, OrderState.FILLED, OrderState.FAILED)
_OK = 200


def stands_after_doubt(call: ApiCall, response: Response) -> bool:
    """Return whether a success tells what the call did, whichever of its requests was executed.

    Args:
        call: The call.
        response: The verified success.
    """
    operation, items = call.operation, call.operation.items
    if operation.repeat == "same-answer" or operation.act == "read":
        return True
    if items is None:
        # It holds the words of a final state.
        return bool(operation.requires)
    return bool(items.accounts) and not lists_of(items, response.json()["data"])[1]


@dataclass(slots=True)
class EachOrder:
    """The orders of one call, each of which is queried.

    Attributes:
        attempts: Makes the queries.
        call: The call.
        has_expired: Whether no request of it could take effect any more at a moment of the monotonic clock.
        pause: Waits before the next round.
        reads: The queried orders whose states are known, by their ids as in the request.
    """

    attempts: AttemptRunner
    call: ApiCall
    has_expired: Callable[[float], bool]
    pause: Callable[[], CallSteps[None]]
    reads: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def settle(self) -> CallSteps[list[str]]:
        """Query the orders in rounds, and return the ids of those whose states are not known at the end."""
        settlement, _ = self._rules()
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

        Args:
            original: The success that did not tell, or None. What it says of an order that failed is kept.
        """
        _, items = self._rules()
        accounts = next(pair for pair in items.failed if pair[0] in self.call.parameters)
        said = lists_of(items, original.json()["data"])[1] if original is not None else []
        changed: list[Mapping[str, Any]] = []
        failed: list[Mapping[str, Any]] = []
        for name, order in self.reads.items():
            if self._state(order) is OrderState.CANCELED:
                changed.append(order)
                continue
            stated = (item for item in said if any(str(item.get(key)) == name for key in accounts[1]))
            failed.append(next(stated, {**order, accounts[1][0]: name}))
        data = {str(items.name): changed, str(items.failures): failed}
        envelope = {"code": 0, "msg": "", "data": data}
        return Response(_OK, {}, json.dumps(envelope).encode(), envelope)

    def _query(self, parameter: str, name: str) -> CallSteps[None]:
        settlement, _ = self._rules()
        operation = settling_operation(self.call.operation)
        given = self.call.parameters
        parameters = {its: given[own] for its, own in settlement.parameters if own in given}
        parameters[parameter] = name
        if "recvWindow" in given:
            parameters["recvWindow"] = given["recvWindow"]
        attempt = yield from self.attempts.send_once(ApiCall.of(operation, parameters))
        if not isinstance(attempt.result, Response):
            return
        order = attempt.result.json()["data"]
        state, timing = self._state(order), self.call.operation.timing
        # An open order proves something only if the read is younger than the last request.
        young = timing is not None and self.has_expired(attempt.began - timing.reads_lag)
        if state in _FINAL or (state is OrderState.OPEN and young):
            self.reads[name] = order

    def _state(self, order: Mapping[str, Any]) -> OrderState:
        assert self.call.operation.states is not None  # the generator asks for them beside `settledBy`
        return order_state(self.call.operation.states, order)

    def _rules(self) -> tuple[Settlement, Items]:
        settlement, items = self.call.operation.settled_by, self.call.operation.items
        assert settlement is not None  # only such a call has orders to ask about
        assert items is not None  # the generator asks for them beside `each`
        return settlement, items
