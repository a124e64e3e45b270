"""Faults: rules that tell which request meets which fault, by what was asked for and by seeded chance.

Pure: it decides and counts, and does nothing. The first rule that applies acts, and no other.
"""

from __future__ import annotations

import heapq
import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from random import Random
from typing import Any, NoReturn

from bingx_sandbox.errors import SandboxError, naming_place
from bingx_sandbox.kinds import KINDS
from bingx_sandbox.settings import Line, Number, Setting, Whole

OPERATIONS: Mapping[str, str] = {
    "cancel": "/openApi/spot/v1/trade/cancel",
    "query": "/openApi/spot/v1/trade/query",
    "time": "/openApi/swap/v2/server/time",
}
"""The operations that a rule may name; it may name any other by its path."""

_EXAMPLE = '{"fault": "html", "status": 520}'
_PATH = Line()
_LARGEST_COUNT = 10**9
_CHOICE: Mapping[str, Setting[Any]] = {
    "orderId": Whole(None, 1, 2**63 - 1),
    "times": Whole(None, 0, _LARGEST_COUNT),
    "skip": Whole(0, 0, _LARGEST_COUNT),
    "probability": Number(1.0, 0.0, 1.0),
    "seed": Whole(0, -(2**63), 2**63 - 1),
}


@dataclass(frozen=True)
class Fault:
    """One fault that one request meets.

    Attributes:
        name: The kind, such as `html`.
        settings: What it was told, defaults included.
        turn: How often its rule has acted, this time included.
    """

    name: str
    settings: Mapping[str, Any]
    turn: int = 1


@dataclass(frozen=True)
class Rule:
    """Which requests meet a fault; `read_rules` checks it.

    Attributes:
        given: The rule as it was written.
        fault: The kind of fault.
        settings: What the fault was told, defaults included.
        path: The path that it is for; None for every path.
        order_id: The order that it is for; None for every order.
        times: How often it acts; None for always.
        skip: How many requests that it is for it lets pass first.
        probability: How likely it acts, from 0 to 1.
        seed: What its chance begins from.
    """

    given: Mapping[str, object]
    fault: str
    settings: Mapping[str, Any]
    path: str | None = None
    order_id: int | None = None
    times: int | None = None
    skip: int = 0
    probability: float = 1.0
    seed: int = 0


@dataclass
class _Active:
    """A rule at its place in the list, with what it has seen and done."""

    place: int
    rule: Rule
    seen: int = 0
    acted: int = 0
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        # The place is part of the seed: rules of one seed would otherwise all act on the same requests.
        self.random = Random(f"{self.rule.seed} {self.place}")  # noqa: S311 - chance to repeat, not to hide

    def acts(self, path: str, order_id: int | None) -> bool:
        """Tell whether it acts on a request, and count it."""
        rule = self.rule
        if rule.path not in (None, path) or rule.order_id not in (None, order_id):
            return False
        self.seen += 1
        if self.seen <= rule.skip or self.acted == rule.times:
            return False
        if self.random.random() >= rule.probability:
            return False
        self.acted += 1
        return True


class Faults:
    """Holds the rules in force and chooses the fault of each request."""

    def __init__(self, rules: Iterable[Rule] = ()) -> None:
        self._lock = threading.Lock()
        self.replace(rules)

    def replace(self, rules: Iterable[Rule]) -> None:
        """Put these rules in the place of all others; counts and chances begin anew."""
        with self._lock:
            self._hold([_Active(place, rule) for place, rule in enumerate(rules)])

    def put(self, kind: str, rules: Iterable[Rule]) -> None:
        """Put these rules in the place of those of one kind; the counts and chances of the others go on.

        Args:
            kind: The kind of fault that the rules are of.
            rules: The new rules, none to switch the kind off.
        """
        with self._lock:
            others = [active for active in self._rules if active.rule.fault != kind]
            first = others[-1].place + 1 if others else 0
            self._hold([*others, *(_Active(place, rule) for place, rule in enumerate(rules, first))])

    def choose(self, path: str, order_id: int | None) -> Fault | None:
        """Choose what a request meets that goes to a path and names an order; None for no fault."""
        if not self._rules:
            return None
        with self._lock:
            for active in self._candidates(order_id):
                if active.acts(path, order_id):
                    return Fault(active.rule.fault, active.rule.settings, active.acted)
        return None

    def written(self) -> list[dict[str, object]]:
        """Write the rules as they were given, each with how often it has `acted`."""
        with self._lock:
            return [{**active.rule.given, "acted": active.acted} for active in self._rules]

    def _hold(self, rules: list[_Active]) -> None:
        self._rules = rules
        self._for_any_order = [active for active in rules if active.rule.order_id is None]
        self._for_order: dict[int, list[_Active]] = {}
        for active in rules:
            if active.rule.order_id is not None:
                self._for_order.setdefault(active.rule.order_id, []).append(active)

    def _candidates(self, order_id: int | None) -> Iterator[_Active]:
        # Thousands of rules may each be for one order; only those for this one are looked at.
        own = [] if order_id is None else self._for_order.get(order_id, [])
        return heapq.merge(self._for_any_order, own, key=attrgetter("place"))


def load_rules(text: str | bytes) -> list[dict[str, object]]:
    """Load rules from JSON: one rule, a list of them, or an object whose `faults` is such a list.

    Raises:
        SandboxError: The text is not JSON, names a key twice, or is nothing of the three.
    """
    value = _load(text)
    if isinstance(value, dict) and "fault" not in value:
        value = _only_member(value)
    elif isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(rule, dict) for rule in value):
        raise SandboxError(f"must be a list of rules, each an object such as {_EXAMPLE}", field="faults")
    return value


def load_rule(kind: str, text: str | bytes) -> dict[str, object]:
    """Load one rule of a kind from JSON: an object without its `fault`, or no text for all defaults.

    Raises:
        SandboxError: The text is no such object.
    """
    value = _load(text) if text else {}
    if not isinstance(value, dict):
        raise SandboxError("must be an object such as {}", field="faults")
    if "fault" in value:
        raise SandboxError("stands in the path", field="fault")
    return {"fault": kind, **value}


def read_rules(values: Iterable[object]) -> list[Rule]:
    """Check rules, each an object as JSON gives one.

    Raises:
        SandboxError: A rule is wrong; the error names rule and field, such as `faults[0].status`.
    """
    rules = []
    for place, value in enumerate(values):
        with naming_place(f"faults[{place}]"):
            rules.append(read_rule(value))
    return rules


def read_rule(value: object) -> Rule:
    """Check one rule, an object as JSON gives one.

    Raises:
        SandboxError: It is wrong; the error names the field, such as `status`.
    """
    if not isinstance(value, Mapping):
        raise SandboxError(f"must be an object such as {_EXAMPLE}")
    given = dict(value)
    kind = KINDS.get(given["fault"]) if isinstance(given.get("fault"), str) else None
    if kind is None:
        raise SandboxError(f"must be one of {', '.join(KINDS)}", field="fault")
    choice = {name: _choice(name, given) for name in _CHOICE}
    own = {"fault", "operation", *_CHOICE}
    settings = kind.read({name: given[name] for name in given if name not in own})
    return Rule(
        given=given,
        fault=given["fault"],
        settings=settings,
        path=_path(given.get("operation")),
        order_id=choice["orderId"],
        times=choice["times"],
        skip=choice["skip"],
        probability=choice["probability"],
        seed=choice["seed"],
    )


def _choice(name: str, given: Mapping[str, object]) -> Any:
    setting = _CHOICE[name]
    if name in given and not setting.allows(given[name]):
        raise SandboxError(setting.rule, field=name)
    return given.get(name, setting.default)


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


def _load(text: str | bytes) -> Any:
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse_constant)
        # Half of a surrogate pair, which JSON can escape, could not be written back.
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise SandboxError("is nested too deep", field="faults") from None
    except ValueError as malformed:
        raise SandboxError(f"must be JSON; {malformed}", field="faults") from None
    return value


def _only_member(value: dict[str, object]) -> object:
    for name in value:
        if name != "faults":
            raise SandboxError("is not known here; the only field is faults", field=name)
    return value.get("faults")


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise SandboxError("a key is given twice", field="faults")
    return value


def _refuse_constant(token: str) -> NoReturn:
    raise SandboxError(f"{token} is not JSON", field="faults")
