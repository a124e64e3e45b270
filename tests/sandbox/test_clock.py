from __future__ import annotations

from email.utils import parsedate_to_datetime

import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client, now
from tests.sandbox.wire import (
    TIME,
    cancel_request,
    get_request,
    is_success,
    send,
)

HOUR = 3_600_000


@pytest.mark.parametrize("offset", [HOUR, -HOUR])
def test_a_clock_offset_is_in_every_time(
    client: Client, sandbox: Sandbox, order_id: int, offset: int
) -> None:
    sandbox.faults([{"fault": "clock-off", "offset": offset}])
    server_time = send(sandbox, get_request(client, TIME))
    assert abs(server_time.json["data"]["serverTime"] - now() - offset) < 60_000
    rejected = send(sandbox, cancel_request(client, order_id))
    assert abs(rejected.json["timestamp"] - now() - offset) < 60_000
    for response in (server_time, rejected):
        date = parsedate_to_datetime(response.headers["date"]).timestamp()
        assert abs(date * 1000 - now() - offset) < 60_000
    right = cancel_request(client, order_id, timestamp=rejected.json["timestamp"])
    assert is_success(send(sandbox, right), order_id)


def test_a_jumping_clock_is_off_in_both_directions(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults([{"fault": "clock-off", "jumping": True}])
    times = [send(sandbox, get_request(client, TIME)).json["data"]["serverTime"] - now() for _ in range(3)]
    assert [round(offset / HOUR) for offset in times] == [1, -1, 1]


def test_the_unblock_time_is_in_the_text(client: Client, sandbox: Sandbox, order_id: int) -> None:
    rule = {"fault": "error", "code": 100410, "msg": "unblocked after {unblock}", "unblockIn": 5000}
    sandbox.faults([rule])
    before = now()
    unblock = int(
        send(sandbox, cancel_request(client, order_id)).json["msg"].removeprefix("unblocked after ")
    )
    assert before + 5000 <= unblock <= now() + 5000
