"""The sandbox reads no contract; here its numbers are held against the contract's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bingx_sandbox.endpoints import ENDPOINTS
from bingx_sandbox.rates import IP_GROUPS, Rate

CONTRACT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "spec" / "openapi.yaml").read_text(encoding="utf-8")
)
Written = tuple[Rate | None, int | None]


def in_the_contract() -> dict[str, Written]:
    return {
        f"{method.upper()} {path}": (
            Rate(**limits["uid"]) if "uid" in limits else None,
            limits.get("ipGroup"),
        )
        for path, methods in CONTRACT["paths"].items()
        for method, operation in methods.items()
        for limits in [operation["x-bingx-limits"]]
    }


def test_each_endpoint_has_the_limits_of_the_contract() -> None:
    contract = in_the_contract()
    assert len(contract) >= 3
    assert {name: (ENDPOINTS[name].uid_rate, ENDPOINTS[name].ip_group) for name in contract} == contract


def test_an_endpoint_that_the_contract_does_not_know_has_none() -> None:
    for name in ENDPOINTS.keys() - in_the_contract().keys():
        assert (ENDPOINTS[name].uid_rate, ENDPOINTS[name].ip_group) == (None, None)


def test_the_ip_groups_are_those_of_the_contract() -> None:
    written = {
        group["number"]: (Rate(**group["endpoint"]), Rate(**group["group"]))
        for group in CONTRACT["x-bingx-ip-groups"]
    }
    assert {number: (group.endpoint, group.group) for number, group in IP_GROUPS.items()} == written
