"""The gate: lets requests in as the limits say, and tells them so in the exchange's words."""

from __future__ import annotations

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.admission import UNLIMITED, Admission, Caller
from bingx_sandbox.answers import Refusal, banned, endpoint_locked, too_many_errors
from bingx_sandbox.endpoints import Endpoint
from bingx_sandbox.limits import Limits
from bingx_sandbox.received import Received

_TOO_MANY_REQUESTS = 429


class Gate:
    """Stands before the endpoints.

    Args:
        limits: Who has asked how often.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def admit(self, caller: Caller | None) -> Admission:
        """Count a request that has come in; one to no endpoint counts for nothing."""
        return UNLIMITED if caller is None else self._limits.admit(caller)

    def check(self, admission: Admission, now: int) -> None:
        """Refuse a request that was not let in, at a time in Unix milliseconds.

        Raises:
            Refusal: It was not let in: 100410, with HTTP 429 or 418 where the IP address is meant.
        """
        unblock = self._at(admission, now)
        match admission.refused_by:
            case "uid":
                raise endpoint_locked(unblock)
            case "ipEndpoint" | "ipGroup":
                raise endpoint_locked(unblock, status=_TOO_MANY_REQUESTS)
            case "ban":
                raise banned()
        if admission.errors is not None:
            raise too_many_errors(admission.errors.code, admission.errors.rate, unblock)

    def note(self, caller: Caller | None, refusal: Refusal) -> None:
        """Count the error that a request was answered with."""
        if caller is not None:
            self._limits.note_error(caller, refusal.code)

    def headers(self, admission: Admission, now: int) -> dict[str, str]:
        """Tell how near to its limit a caller is: how many requests are left, and when one more will be."""
        if admission.remain is None:
            return {}
        return {
            "x-ratelimit-requests-remain": str(admission.remain),
            "x-ratelimit-requests-expire": str(self._at(admission, now)),
        }

    def _at(self, admission: Admission, now: int) -> int:
        return now + self._limits.milliseconds_until(admission.ends_at)


def caller_of(received: Received, key: ApiKey | None, endpoint: Endpoint | None) -> Caller | None:
    """Tell who asks for what; None if there is no such endpoint."""
    if endpoint is None:
        return None
    uid = None if key is None else key.uid
    return Caller(received.peer, uid, endpoint.name, endpoint.uid_rate, endpoint.ip_group)
