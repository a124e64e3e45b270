"""The sandbox does not read the contract; here its numbers are compared with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bingx_sandbox.endpoints import ENDPOINTS
from bingx_sandbox.rates import IP_GROUPS, Rate
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
