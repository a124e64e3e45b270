"""A consultation: lets the doctor look at a request that key, signature or time have refused."""

from __future__ import annotations

from collections.abc import Collection

from bingx_sandbox.accounts import Accounts
from bingx_sandbox.answers import Refusal
from bingx_sandbox.arrival import Arrival
from bingx_sandbox.doctor import (
    Diagnosis,
    examine_api_key,
    examine_missing_signature,
    examine_signature,
    examine_timestamp,
    open_case,
)
from bingx_sandbox.journal import Journal, note_diagnosis
from bingx_sandbox.parameters import Sent

_WRONG_SIGNATURE = 100001
_NO_SIGNATURE = 100412
_WRONG_KEY = 100413
_WRONG_TIME = 100421
_EARLIER = 3


class Consultation:
    """Has what the doctor asks for.

    Args:
        accounts: Whose secrets may have been taken for another's.
        journal: Which signatures came before.
        placements: Where parameters are understood.
    """

    def __init__(self, accounts: Accounts, journal: Journal, placements: Collection[str]) -> None:
        self._accounts = accounts
        self._journal = journal
        self._placements = placements

    def explain(self, refusal: Refusal, arrival: Arrival, now: int, sent: Sent | None = None) -> Refusal:
        """Add what the doctor says to the record of a request, and to the `debugMsg` if there is one.

        A refusal by the gateway has none, and a client that tells the two apart by that must not be misled.
        """
        diagnosis = self._diagnosis(refusal, arrival, now, sent or Sent())
        if diagnosis is not None:
            note_diagnosis(arrival.record, diagnosis)
            if refusal.debug_msg is not None:
                refusal.debug_msg = f"{refusal.debug_msg}; {diagnosis.words}"
        return refusal

    def _diagnosis(self, refusal: Refusal, arrival: Arrival, now: int, sent: Sent) -> Diagnosis | None:
        if refusal.code == _WRONG_KEY:
            return examine_api_key(arrival.received, self._accounts.keys)
        if refusal.code == _NO_SIGNATURE:
            return examine_missing_signature(arrival.received, self._placements)
        if refusal.code == _WRONG_TIME:
            return examine_timestamp(sent.parameters.get("timestamp"), now)
        if refusal.code == _WRONG_SIGNATURE and arrival.key is not None:
            others = [key for key in self._accounts.keys if key is not arrival.key]
            earlier = self._journal.signatures_before(arrival.record, _EARLIER)
            return examine_signature(open_case(arrival.received, sent, arrival.key, others, earlier))
        return None
