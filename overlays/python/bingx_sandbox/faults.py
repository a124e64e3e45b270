"""Fault rules: which request meets which fault, by what it asks for and by seeded chance.

This module decides and counts; it executes nothing. Only the first rule that applies to a request acts.
"""

import heapq
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from random import Random
from typing import Any, Self

from bingx_sandbox.errors import SandboxError, error_location
from bingx_sandbox.fault_types import FAULT_TYPES
from bingx_sandbox.settings import Setting, integer, line, load_json, number

OPERATIONS: Mapping[str, str] = {
    "cancel": "/openApi/spot/v1/trade/cancel",
    "query": "/openApi/spot/v1/trade/query",
    "open-orders": "/openApi/spot/v1/trade/openOrders",
    "history-orders": "/openApi/spot/v1/trade/historyOrders",
    "cancel-open-orders": "/openApi/spot/v1/trade/cancelOpenOrders",
    "cancel-orders": "/openApi/spot/v1/trade/cancelOrders",
    "cancel-all-after": "/openApi/spot/v1/trade/cancelAllAfter",
    "time": "/openApi/swap/v2/server/time",
}
"""The operations that a rule may name; it may name any other by its path."""

_EXAMPLE = '{"fault": "html", "status": 520}'
_PATH = line()
_LARGEST_COUNT = 10**9
# In the order of the fields of `Rule`.
_SELECTION: Mapping[str, Setting] = {
    "orderId": integer(least=1, most=2**63 - 1),
    "times": integer(most=_LARGEST_COUNT),
    "skip": integer(0, most=_LARGEST_COUNT),
    "probability": number(1.0, most=1.0),
    "seed": integer(0, least=-(2**63), most=2**63 - 1),
}


@dataclass(frozen=True)
class Fault:
    """One fault that one request meets.

    Attributes:
        name: The type, such as `html`.
        settings: Its settings, defaults included.
        count: How often its rule has acted, this time included.
    """

    name: str
    settings: Mapping[str, Any]
    count: int = 1


@dataclass
class Rule:
    """Which requests meet a fault, and how often it has acted; `read_rules` checks it.

    Attributes:
        given: The rule as it was written.
        fault: The type of fault.
        settings: The settings of the fault, defaults included.
        path: The path that it applies to; None for every path.
        order_id: The order that it applies to; None for every order.
        times: How often it acts; None for always.
        skip: How many matching requests it lets pass first.
        probability: How likely it acts, from 0 to 1.
        seed: The seed of its random numbers.
        index: Its place among the rules.
    """

    given: Mapping[str, object]
    fault: str
    settings: Mapping[str, Any]
    path: str | None
    order_id: int | None
    times: int | None
    skip: int
    probability: float
    seed: int
    index: int = 0

    def begin(self, index: int) -> Self:
        """Begin to count, at a place among the rules."""
        self.index, self.seen, self.acted = index, 0, 0
        # The index is part of the seed: rules with one seed would otherwise all act on the same requests.
        self._random = Random(f"{self.seed} {index}")  # noqa: S311 - repeatable, not secret
        return self

    def acts(self, path: str, order_id: int | None) -> bool:
        """Return whether it acts on a request, and count it."""
        if self.path not in (None, path) or self.order_id not in (None, order_id):
            return False
        self.seen += 1
        if self.seen <= self.skip or self.acted == self.times:
            return False
        if self._random.random() >= self.probability:
            return False
        self.acted += 1
        return True


class Faults:
    """The active rules; chooses the fault of each request."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._lock = threading.Lock()
        self.replace(rules)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Replace all rules."""
        with self._lock:
            self._activate([rule.begin(index) for index, rule in enumerate(rules)])

    def replace_type(self, name: str, rules: Iterable[Rule]) -> None:
        """Replace the rules of one type, by none to disable it; the counters of the others continue."""
        with self._lock:
            others = [rule for rule in self._rules if rule.fault != name]
            first = others[-1].index + 1 if others else 0
            self._activate([*others, *(rule.begin(index) for index, rule in enumerate(rules, first))])

    def choose(self, path: str, order_id: int | None) -> Fault | None:
        """Return the fault for a request to a path that names an order; None for no fault."""
        if not self._rules:
            return None
        with self._lock:
            for rule in self._candidates(order_id):
                if rule.acts(path, order_id):
                    return Fault(rule.fault, rule.settings, rule.acted)
        return None

    def to_list(self) -> list[dict[str, object]]:
        """Return the rules as they were given, each with how often it has `acted`."""
        with self._lock:
            return [{**rule.given, "acted": rule.acted} for rule in self._rules]

    def _activate(self, rules: list[Rule]) -> None:
        self._rules = rules
        self._by_order: dict[int | None, list[Rule]] = {None: []}
        for rule in rules:
            self._by_order.setdefault(rule.order_id, []).append(rule)

    def _candidates(self, order_id: int | None) -> Iterator[Rule]:
        # Thousands of rules may each be for one order; only those for this one are tried.
        own = [] if order_id is None else self._by_order.get(order_id, [])
        return heapq.merge(self._by_order[None], own, key=attrgetter("index"))


def load_rules(text: str | bytes) -> list[dict[str, object]]:
    """Load rules from JSON: one rule, a list of rules, or an object whose `faults` is such a list.

    Raises:
        SandboxError: The text is not JSON, has a key twice, or is none of the three.
    """
    value = load_json(text, "faults")
    if isinstance(value, dict) and "fault" in value:
        value = [value]
    elif isinstance(value, dict):
        for name in value.keys() - {"faults"}:
            raise SandboxError("is not known here; the only field is faults", field=name)
        value = value.get("faults")
    if not isinstance(value, list) or not all(isinstance(rule, dict) for rule in value):
        raise SandboxError(f"must be a list of rules, each an object such as {_EXAMPLE}", field="faults")
    return value


def load_rule(name: str, text: str | bytes) -> dict[str, object]:
    """Load one rule of a type from JSON: an object without its `fault`, or no text for all defaults.

    Raises:
        SandboxError: The text is not such an object.
    """
    value = load_json(text, "faults") if text else {}
    if not isinstance(value, dict):
        raise SandboxError("must be an object such as {}", field="faults")
    if "fault" in value:
        raise SandboxError("is in the path already", field="fault")
    return {"fault": name, **value}


def read_rules(values: Iterable[object]) -> list[Rule]:
    """Check rules, each an object as loaded from JSON.

    Raises:
        SandboxError: A rule is wrong; the error names rule and field, such as `faults[0].status`.
    """
    if isinstance(values, Mapping):
        raise SandboxError("must be a list of rules, and is one", field="faults")
    rules = []
    for index, value in enumerate(values):
        with error_location(f"faults[{index}]"):
            rules.append(read_rule(value))
    return rules


def read_rule(value: object) -> Rule:
    """Check one rule, an object as loaded from JSON.

    Raises:
        SandboxError: It is wrong; the error names the field, such as `status`.
    """
    if not isinstance(value, Mapping):
        raise SandboxError(f"must be an object such as {_EXAMPLE}")
    given = dict(value)
    fault_type = FAULT_TYPES.get(given["fault"]) if isinstance(given.get("fault"), str) else None
    if fault_type is None:
        raise SandboxError(f"must be one of {', '.join(FAULT_TYPES)}", field="fault")
    selection = [setting.read(name, given) for name, setting in _SELECTION.items()]
    own = {"fault", "operation", *_SELECTION}
    settings = fault_type.read({name: given[name] for name in given if name not in own})
    return Rule(given, given["fault"], settings, _path(given.get("operation")), *selection)


def _path(operation: object) -> str | None:
    if operation is None or operation == "all":
        return None
    if isinstance(operation, str) and operation in OPERATIONS:
        return OPERATIONS[operation]
    if isinstance(operation, str) and operation.startswith("/openApi/") and _PATH.allows(operation):
        return operation
    raise SandboxError(
        f"must be one of {', '.join(OPERATIONS)}, all, or a path below /openApi/", field="operation"
    )
