"""An admission: what the limits say to one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bingx_sandbox.rates import Rate

LimitName = Literal["uid", "ipEndpoint", "ipGroup", "ban", "equalErrors"]
LIMIT_NAMES: tuple[LimitName, ...] = ("uid", "ipEndpoint", "ipGroup", "ban", "equalErrors")
"""Every limit: of a UID at an endpoint, of an IP address at one and at a group, the ban, equal errors."""


@dataclass(frozen=True)
class Caller:
    """Who asks for what.

    Attributes:
        peer: The IP address.
        uid: The account; None where the API key belongs to none.
        endpoint: What the endpoint is told apart by, such as `POST /openApi/spot/v1/trade/cancel`.
        uid_rate: What a UID may ask of the endpoint; None if no limit is known.
        ip_group: The number of the endpoint's IP group; None if it is in none.
    """

    peer: str
    uid: str | None
    endpoint: str
    uid_rate: Rate | None
    ip_group: int | None


@dataclass(frozen=True)
class EqualErrors:
    """One code that came too often: so many times within so many seconds."""

    code: int
    rate: Rate


@dataclass(frozen=True)
class Admission:
    """Whether a request is let in, and how near to its limit the caller is.

    Attributes:
        refused_by: The limit that refuses it; None if it is let in.
        remain: How many requests are left of the narrowest limit; None if none applies.
        ends_at: When the lock-out ends, or for a request that is let in when one more is left: a moment
            of the clock that the limits go by, in seconds.
        errors: In a lock-out for equal errors, which they were.
    """

    refused_by: LimitName | None = None
    remain: int | None = None
    ends_at: float = 0.0
    errors: EqualErrors | None = None


UNLIMITED = Admission()
"""Says to a request that no limit applies to it."""
