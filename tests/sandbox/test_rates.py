"""The sandbox does not read the contract; here its numbers are compared with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bingx_sandbox import SandboxError
from bingx_sandbox.endpoints import ENDPOINTS
from bingx_sandbox.rates import IP_GROUPS, LimitScale, Rate, load_scale, read_scale
from tests.support.plain_yaml import load_yaml

CONTRACT: dict[str, Any] = load_yaml(
    (Path(__file__).parents[2] / "spec" / "openapi.yaml").read_text(encoding="utf-8")
)
Limits = tuple[Rate | None, Rate | None, int | None]


def contract_limits() -> dict[str, Limits]:
    return {
        f"{method.upper()} {path}": (
            Rate(**limits["uid"]) if "uid" in limits else None,
            Rate(**limits["copyTrading"]) if "copyTrading" in limits else None,
            limits.get("ipGroup"),
        )
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
        for limits in [operation["x-bingx-limits"]]
    }


def limits_of(name: str) -> Limits:
    endpoint = ENDPOINTS[name]
    return endpoint.uid_rate, endpoint.copy_trading_rate, endpoint.ip_group


def test_each_endpoint_has_the_limits_of_the_contract() -> None:
    contract = contract_limits()
    assert {name: limits_of(name) for name in contract} == contract


def test_other_endpoints_have_no_limits() -> None:
    for name in ENDPOINTS.keys() - contract_limits().keys():
        assert limits_of(name) == (None, None, None)


def test_the_ip_groups_are_those_of_the_contract() -> None:
    written = {
        group["number"]: (Rate(**group["endpoint"]), Rate(**group["group"]))
        for group in CONTRACT["x-bingx-ip-groups"]
    }
    assert {number: (group.endpoint, group.group) for number, group in IP_GROUPS.items()} == written


@pytest.mark.parametrize(
    ("limits", "factor"),
    [
        ("documented", 1.0),
        ("off", None),
        ("10", 10.0),
        ("x10", 10.0),
        ("x0.5", 0.5),
        (2, 2.0),
        (0.01, 0.01),
        (1000, 1000.0),
    ],
)
def test_a_scale_is_a_word_or_a_factor(limits: object, factor: float | None) -> None:
    scale = read_scale(limits, 5)
    assert scale == LimitScale(factor, 5.0)
    assert load_scale(json.dumps(scale.to_dict()).encode()) == scale


@pytest.mark.parametrize(
    "limits", ["", "x", "few", "10x", "0", "-1", "1001", "1e3", " 10", 0, True, None, [], float("nan")]
)
def test_anything_else_is_rejected(limits: object) -> None:
    with pytest.raises(SandboxError) as rejected:
        read_scale(limits)
    assert rejected.value.field == "limits"


@pytest.mark.parametrize("seconds", [-1, 3601, "5", True, float("inf")])
def test_a_wrong_lock_out_time_is_rejected(seconds: object) -> None:
    with pytest.raises(SandboxError) as rejected:
        read_scale("off", seconds)
    assert rejected.value.field == "lockSeconds"


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (b"", None),
        (b"[]", None),
        (b"{", None),
        (b"[" * 100_000, None),
        (b"\xff", None),
        (b'{"limit": 1}', "limit"),
        (b'{"limits": null}', "limits"),
        (b'{"copyTrading": 1}', "copyTrading"),
    ],
)
def test_wrong_json_is_rejected(text: bytes, field: str | None) -> None:
    with pytest.raises(SandboxError) as rejected:
        load_scale(text)
    assert rejected.value.field == field


def test_defaults_are_as_documented() -> None:
    assert load_scale(b"{}") == LimitScale()


def test_a_scaled_rate_has_at_least_one_request() -> None:
    assert LimitScale(0.01).apply(Rate(5, 1)) == Rate(1, 1)
    assert LimitScale(0.5).apply(Rate(5, 1)) == Rate(2, 1)
