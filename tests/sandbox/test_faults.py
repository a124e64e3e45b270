from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox import SandboxError, load_rules
from bingx_sandbox.endpoints import ENDPOINTS
from bingx_sandbox.fault_handlers import handled_types
from bingx_sandbox.fault_types import FAULT_TYPES
from bingx_sandbox.faults import OPERATIONS, Faults, Rule, read_rules

CANCEL = OPERATIONS["cancel"]
QUERY = OPERATIONS["query"]


def faults(*rules: Mapping[str, object]) -> Faults:
    return Faults(read_rules(rules))


def chosen(faults: Faults, count: int, path: str = CANCEL, order_id: int | None = None) -> list[str | None]:
    choices = [faults.choose(path, order_id) for _ in range(count)]
    return [choice and choice.name for choice in choices]


def test_without_rules_there_are_no_faults() -> None:
    assert faults().choose(CANCEL, 1) is None
    assert faults().to_list() == []


def test_a_rule_acts_on_every_request_by_default() -> None:
    assert chosen(faults({"fault": "nan"}), 3) == ["nan"] * 3


@pytest.mark.parametrize("operation", ["cancel", QUERY, "/openApi/spot/v1/common/symbols"])
def test_a_rule_matches_only_its_operation(operation: str) -> None:
    path = OPERATIONS.get(operation, operation)
    rules = faults({"fault": "nan", "operation": operation})
    assert chosen(rules, 1, path) == ["nan"]
    assert chosen(rules, 1, "/openApi/other") == [None]


def test_a_rule_without_operation_matches_all() -> None:
    for rule in ({"fault": "nan"}, {"fault": "nan", "operation": "all"}):
        assert [chosen(faults(rule), 1, path) for path in OPERATIONS.values()] == [["nan"]] * len(OPERATIONS)


def test_every_operation_of_orders_is_named_as_the_end_of_its_path() -> None:
    paths = [path for _, path in map(str.split, ENDPOINTS) if "/trade/" in path]
    ends = (path.rpartition("/")[2] for path in paths)
    names = [re.sub("[A-Z]", lambda found: f"-{found[0].lower()}", end) for end in ends]
    assert dict(zip(names, paths, strict=True)) == {
        name: path for name, path in OPERATIONS.items() if name != "time"
    }


def test_a_rule_matches_only_its_order() -> None:
    rules = faults({"fault": "nan", "orderId": 7})
    assert [chosen(rules, 1, order_id=order_id) for order_id in (None, 8, 7)] == [[None], [None], ["nan"]]


def test_a_rule_lets_requests_pass_first_and_ends_after_its_times() -> None:
    rules = faults({"fault": "nan", "skip": 2, "times": 3})
    assert chosen(rules, 7) == [None, None, "nan", "nan", "nan", None, None]
    assert rules.to_list() == [{"fault": "nan", "skip": 2, "times": 3, "acted": 3}]


def test_the_first_rule_that_applies_acts_and_no_other() -> None:
    rules = faults(
        {"fault": "html", "times": 1},
        {"fault": "nan", "orderId": 7, "times": 1},
        {"fault": "refuse", "operation": "query"},
        {"fault": "data-null"},
        {"fault": "empty-body", "orderId": 7},
    )
    assert chosen(rules, 3, order_id=7) == ["html", "nan", "data-null"]
    assert [rule["acted"] for rule in rules.to_list()] == [1, 1, 0, 1, 0]


def test_a_fault_knows_how_often_its_rule_has_acted() -> None:
    rules = faults({"fault": "clock-off", "jumping": True})
    turns = [fault.count for fault in [rules.choose(CANCEL, None) for _ in range(3)] if fault]
    assert turns == [1, 2, 3]


def test_a_fault_carries_its_settings_with_the_defaults() -> None:
    fault = faults({"fault": "html", "status": 520}).choose(CANCEL, None)
    assert fault is not None
    assert fault.settings == {"status": 520, "when": "before", "delay": 2.0}


def test_new_rules_replace_the_old_ones() -> None:
    rules = faults({"fault": "nan", "times": 1})
    chosen(rules, 1)
    rules.replace(read_rules([{"fault": "nan", "times": 1}]))
    assert chosen(rules, 2) == ["nan", None]


def test_a_probability_is_met() -> None:
    hits = chosen(faults({"fault": "nan", "probability": 0.1, "seed": 7}), 10_000).count("nan")
    # The seed makes this number the same each time; five standard deviations are 150.
    assert 850 < hits < 1150


def test_two_rules_of_one_seed_do_not_act_on_the_same_requests() -> None:
    rule = {"fault": "nan", "probability": 0.5, "seed": 7}
    alone, second = faults(rule), faults({"fault": "html", "times": 0}, rule)
    assert chosen(alone, 100) != chosen(second, 100)


def test_thousands_of_rules_for_one_order_each() -> None:
    rules = faults(*({"fault": "nan", "orderId": order_id, "times": 1} for order_id in range(1, 10_001)))
    assert all(chosen(rules, 2, order_id=order_id) == ["nan", None] for order_id in range(1, 10_001))


RULES = st.fixed_dictionaries(
    {"fault": st.sampled_from(["nan", "html", "refuse"])},
    optional={
        "operation": st.sampled_from([*OPERATIONS, "all"]),
        "orderId": st.integers(1, 3),
        "times": st.integers(0, 4),
        "skip": st.integers(0, 4),
        "probability": st.floats(0, 1),
        "seed": st.integers(-5, 5),
    },
)
REQUESTS = st.lists(st.tuples(st.sampled_from(list(OPERATIONS.values())), st.none() | st.integers(1, 4)))


@given(st.lists(RULES, max_size=6), REQUESTS)
def test_every_rule_acts_as_it_says(
    rules: list[dict[str, Any]], requests: list[tuple[str, int | None]]
) -> None:
    policy, again = faults(*rules), faults(*rules)
    choices = [policy.choose(path, order_id) for path, order_id in requests]
    assert choices == [again.choose(path, order_id) for path, order_id in requests], "the same each time"
    acted = [rule["acted"] for rule in policy.to_list()]
    assert sum(int(str(count)) for count in acted) == len([choice for choice in choices if choice])
    for rule, count in zip(rules, acted, strict=True):
        meant = [request for request in requests if is_for(rule, *request)]
        assert int(str(count)) <= min(rule.get("times", 10**9), max(0, len(meant) - rule.get("skip", 0)))
    for request, choice in zip(requests, choices, strict=True):
        assert choice is None or any(is_for(rule, *request) for rule in rules if rule["fault"] == choice.name)


def is_for(rule: Mapping[str, Any], path: str, order_id: int | None) -> bool:
    operation = rule.get("operation", "all")
    return operation in ("all", *(name for name in OPERATIONS if OPERATIONS[name] == path)) and (
        rule.get("orderId", order_id) == order_id
    )


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({}, "fault"),
        ({"fault": "nonsense"}, "fault"),
        ({"fault": ["html"]}, "fault"),
        ({"fault": "html", "status": 302}, "status"),
        ({"fault": "html", "status": 502.0}, "status"),
        ({"fault": "html", "when": "never"}, "when"),
        ({"fault": "html", "wehn": "after"}, "wehn"),
        ({"fault": "reset-before-reading", "when": "after"}, "when"),
        ({"fault": "nan", "operation": "order"}, "operation"),
        ({"fault": "nan", "operation": "/_sandbox/orders"}, "operation"),
        ({"fault": "nan", "operation": 1}, "operation"),
        ({"fault": "nan", "orderId": "1"}, "orderId"),
        ({"fault": "nan", "orderId": 2**63}, "orderId"),
        ({"fault": "nan", "times": -1}, "times"),
        ({"fault": "nan", "times": True}, "times"),
        ({"fault": "nan", "skip": 1.5}, "skip"),
        ({"fault": "nan", "probability": 1.1}, "probability"),
        ({"fault": "nan", "probability": float("nan")}, "probability"),
        ({"fault": "nan", "seed": "7"}, "seed"),
        ({"fault": "error", "msg": "no code"}, "code"),
        ({"fault": "error", "code": 100404}, "msg"),
        ({"fault": "error", "code": 1, "msg": "\ud800"}, "msg"),
        ({"fault": "redirect", "status": 200}, "status"),
        ({"fault": "redirect", "location": "ftp://x"}, "location"),
        ({"fault": "redirect", "location": "http://x\r\nSet-Cookie: a"}, "location"),
        ({"fault": "garbage-status-line", "line": "two\nlines"}, "line"),
        ({"fault": "trickle", "bytesPerSecond": 0}, "bytesPerSecond"),
        ({"fault": "hang-after-executing", "seconds": 1e9}, "seconds"),
        ({"fault": "clock-off", "offset": 10**15}, "offset"),
        ({"fault": "clock-off", "jumping": 1}, "jumping"),
        ({"fault": "wrong-charset", "declared": "klingon"}, "declared"),
    ],
)
def test_a_wrong_rule_is_named_with_its_index_and_field(rule: dict[str, object], field: str) -> None:
    with pytest.raises(SandboxError) as rejected:
        read_rules([{"fault": "nan"}, rule])
    assert rejected.value.field == f"faults[1].{field}"
    assert rejected.value.reason.startswith(("must be", "is required; it must be", "is not known"))


def test_a_rule_must_be_an_object() -> None:
    with pytest.raises(SandboxError, match=r"^faults\[0\]: must be an object"):
        read_rules(["html"])
    with pytest.raises(SandboxError, match=r"^faults: must be a list of rules, and is one$"):
        read_rules({"fault": "html"})


@pytest.mark.parametrize(
    "text", ['{"fault": "nan"}', '[{"fault": "nan"}]', b'{"faults": [{"fault": "nan"}]}']
)
def test_rules_are_loaded_from_json(text: str | bytes) -> None:
    assert load_rules(text) == [{"fault": "nan"}]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "faults"),
        ("nonsense", "faults"),
        ("1", "faults"),
        ("{}", "faults"),
        ('{"faults": {}}', "faults"),
        ('{"rules": []}', "rules"),
        ("[1]", "faults"),
        ('{"fault": "nan", "fault": "html"}', "faults"),
        ('{"fault": "nan", "probability": NaN}', "faults"),
        (b"\xff", "faults"),
        ("[" * 100_000, "faults"),
        (r'{"fault": "nan", "\ud800": 1}', "faults"),
    ],
)
def test_wrong_json_of_rules_is_named(text: str | bytes, field: str) -> None:
    with pytest.raises(SandboxError) as rejected:
        load_rules(text)
    assert rejected.value.field == field


JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(list(FAULT_TYPES)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [
        "operation",
        "orderId",
        "times",
        "skip",
        "probability",
        "seed",
        "when",
        "status",
        "seconds",
        "msg",
        "code",
    ]
)


KIND = st.sampled_from(list(FAULT_TYPES)).map(lambda name: {"fault": name})
ANYTHING = JSON | st.dictionaries(NAMES, JSON).flatmap(lambda rule: KIND.map(lambda kind: rule | kind))


@given(st.lists(ANYTHING))
def test_any_value_is_a_rule_or_a_sandbox_error(values: list[Any]) -> None:
    rules = read_or_reject(values)
    if isinstance(rules, SandboxError):
        assert str(rules.field).startswith("faults[")
    else:
        policy = Faults(rules)
        policy.choose(CANCEL, 1)
        json.dumps(policy.to_list(), ensure_ascii=False, allow_nan=False).encode()


def read_or_reject(values: list[Any]) -> list[Rule] | SandboxError:
    try:
        return read_rules(values)
    except SandboxError as error:
        return error


@pytest.mark.parametrize("name", FAULT_TYPES)
def test_every_type_has_a_handler_and_a_description(name: str) -> None:
    described = FAULT_TYPES[name].to_dict()
    assert str(described["about"]).endswith(".")
    assert all(str(setting["allowed"]).startswith("must be") for setting in settings_of(described))
    assert name in handled_types()


def settings_of(described: Mapping[str, Any]) -> Iterable[Mapping[str, object]]:
    values: Iterable[Mapping[str, object]] = described["settings"].values()
    return values


def test_every_handler_has_a_type() -> None:
    assert handled_types() == FAULT_TYPES.keys()
