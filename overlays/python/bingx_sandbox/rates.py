"""Rates: how many requests the exchange takes in how many seconds, as its documentation says.

The sandbox is a witness and reads no contract, so the numbers stand here and at the endpoints once more;
a test holds them against `spec/openapi.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """So many requests in any so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class IpGroup:
    """What one IP address may ask of a group of endpoints.

    Attributes:
        endpoint: The rate of each endpoint of the group by itself.
        group: The rate of all endpoints of the group together.
    """

    endpoint: Rate
    group: Rate


IP_GROUPS: Mapping[int, IpGroup] = {
    2: IpGroup(endpoint=Rate(300, 10), group=Rate(2000, 10)),
    3: IpGroup(endpoint=Rate(300, 10), group=Rate(2000, 10)),
}
"""The IP groups by their numbers; "IP group 3" is a number, not a rate."""

EQUAL_ERRORS = Rate(20, 480)
"""So many errors of one code, of one UID at one endpoint, lock that endpoint."""

LOCK_SECONDS = 300.0
"""How long who went past a limit is locked out: "up to five minutes", of which the sandbox takes all five."""

TOLERATED = 10
"""How many further requests an IP address that is locked out may send before it is banned.

The exchange says that going on past 429 brings 418, and not how far. Requests that were on their way
when the lock fell should not bring a ban.
"""
