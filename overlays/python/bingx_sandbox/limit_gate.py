"""Applies the limits to requests, and reports them in the exchange's words and headers."""

from __future__ import annotations

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.endpoints import Endpoint
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.limits import UNLIMITED, Caller, LimitDecision, Limits
from bingx_sandbox.responses import Rejection, banned, endpoint_locked, too_many_errors

_TOO_MANY_REQUESTS = 429


class LimitGate:
    """Stands in front of the endpoints.

    Args:
        limits: The limits, with what they have counted.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def count(self, caller: Caller | None) -> LimitDecision:
        """Count a request and decide whether it is allowed; without an endpoint it does not count."""
        return UNLIMITED if caller is None else self._limits.check(caller)

    def enforce(self, decision: LimitDecision, now: int) -> None:
        """Reject a request that is not allowed, at a time in Unix milliseconds.

        Raises:
            Rejection: It is not allowed: 100410, with HTTP 429 or 418 for limits of the IP address.
        """
        unblock = self._unix_time(decision, now)
        match decision.rejected_by:
            case "uid":
                raise endpoint_locked(unblock)
            case "ipEndpoint" | "ipGroup":
                raise endpoint_locked(unblock, status=_TOO_MANY_REQUESTS)
            case "ban":
                raise banned()
        if decision.errors is not None:
            raise too_many_errors(decision.errors.code, decision.errors.rate, unblock)

    def add_error(self, caller: Caller | None, rejection: Rejection) -> None:
        """Count the error that a request got as answer."""
        if caller is not None:
            self._limits.add_error(caller, rejection.code)

    def headers(self, decision: LimitDecision, now: int) -> dict[str, str]:
        """Return the headers with the remaining requests and the time when one more is available."""
        if decision.remaining is None:
            return {}
        return {
            "x-ratelimit-requests-remain": str(decision.remaining),
            "x-ratelimit-requests-expire": str(self._unix_time(decision, now)),
        }

    def caller_of(self, request: HttpRequest, key: ApiKey | None, endpoint: Endpoint | None) -> Caller | None:
        """Return the caller of an endpoint; None if there is no such endpoint."""
        if endpoint is None:
            return None
        uid = None if key is None else key.uid
        leader_rate = endpoint.copy_trading_rate if self._limits.scale.copy_trading else None
        rate = leader_rate or endpoint.uid_rate
        return Caller(request.peer, uid, endpoint.name, rate, endpoint.ip_group)

    def _unix_time(self, decision: LimitDecision, now: int) -> int:
        return now + self._limits.milliseconds_until(decision.ends_at)
