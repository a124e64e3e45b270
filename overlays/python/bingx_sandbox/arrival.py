"""An arrival: one request that has come in, with its record in the journal."""

from __future__ import annotations

from dataclasses import dataclass

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.admission import UNLIMITED, Admission, Caller
from bingx_sandbox.errors import UnreadableParameters
from bingx_sandbox.journal import RequestRecord
from bingx_sandbox.parameters import Sent
from bingx_sandbox.received import Received


@dataclass(frozen=True)
class Arrival:
    """A request that has come in and was not judged yet.

    Attributes:
        received: The request.
        record: Its record in the journal, which fills as the request is dealt with.
        sent: Its parameters, wherever they stand; or why they cannot be read.
        order_id: The order that it names, by either id and signed or not; None if it names none.
        key: The API key that it carries; None if that is unknown or missing.
        caller: Who asks for what; None if it asks for no endpoint.
        admission: What the limits say to it.
    """

    received: Received
    record: RequestRecord
    sent: Sent | UnreadableParameters
    order_id: int | None
    key: ApiKey | None = None
    caller: Caller | None = None
    admission: Admission = UNLIMITED
