"""Asks the signature doctor about requests that were rejected because of key, signature or timestamp."""

from __future__ import annotations

from collections.abc import Collection

from bingx_sandbox.accounts import Accounts
from bingx_sandbox.doctor import (
    Diagnosis,
    check_api_key,
    check_missing_signature,
    check_signature,
    check_timestamp,
    rejected_request,
)
from bingx_sandbox.incoming_request import IncomingRequest
from bingx_sandbox.parameters import Parameters
from bingx_sandbox.request_log import RequestLog
from bingx_sandbox.responses import Rejection

_WRONG_SIGNATURE = 100001
_NO_SIGNATURE = 100412
_WRONG_KEY = 100413
_WRONG_TIMESTAMP = 100421
_EARLIER_SIGNATURES = 3


class RejectionExplainer:
    """Gives the doctor what it needs to explain a rejection.

    Args:
        accounts: The accounts, whose secrets may have been mixed up.
        log: The request log, for earlier signatures.
        placements: The accepted placements.
    """

    def __init__(self, accounts: Accounts, log: RequestLog, placements: Collection[str]) -> None:
        self._accounts = accounts
        self._log = log
        self._placements = placements

    def explain(
        self, rejection: Rejection, request: IncomingRequest, now: int, parameters: Parameters | None = None
    ) -> Rejection:
        """Add the diagnosis to the record of a request, and to `debugMsg` if the rejection has one.

        A rejection by the gateway has none, and clients may use that to distinguish the two.
        """
        diagnosis = self._diagnose(rejection, request, now, parameters or Parameters())
        if diagnosis is not None:
            request.log_diagnosis(diagnosis)
            if rejection.debug_msg is not None:
                rejection.debug_msg = f"{rejection.debug_msg}; {diagnosis.words}"
        return rejection

    def _diagnose(
        self, rejection: Rejection, request: IncomingRequest, now: int, parameters: Parameters
    ) -> Diagnosis | None:
        if rejection.code == _WRONG_KEY:
            return check_api_key(request.http, self._accounts.keys)
        if rejection.code == _NO_SIGNATURE:
            return check_missing_signature(request.http, self._placements)
        if rejection.code == _WRONG_TIMESTAMP:
            return check_timestamp(parameters.values.get("timestamp"), now)
        if rejection.code == _WRONG_SIGNATURE and request.key is not None:
            others = [key for key in self._accounts.keys if key is not request.key]
            earlier = self._log.signatures_before(request.record, _EARLIER_SIGNATURES)
            return check_signature(rejected_request(request.http, parameters, request.key, others, earlier))
        return None
