from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.fault_types import FAULT_TYPES
from tests.sandbox.client import Client
from tests.sandbox.wire import (
    Heard,
    ask,
    can_connect,
    cancel_request,
    is_success,
    wait_until,
)

Check = Callable[[Heard, int], bool]


def is_nothing(heard: Heard, _: int) -> bool:
    return heard.data == b""


def is_refusal(heard: Heard, _: int) -> bool:
    return heard.json["code"] == 100503


def is_page(status: int) -> Check:
    return lambda heard, _: (
        heard.status == status
        and heard.headers["content-type"].startswith("text/html")
        and heard.body.startswith(b"<!DOCTYPE html>")
        and str(status).encode() in heard.body
    )


def is_elsewhere(status: int) -> Check:
    return lambda heard, _: (
        heard.status == status and heard.headers["location"] == "https://elsewhere.invalid/"
    )


def is_cut_at(count: int) -> Check:
    return lambda heard, _: len(heard.body) == count < int(heard.headers["content-length"])


def is_longer_by(count: int) -> Check:
    return lambda heard, _: int(heard.headers["content-length"]) == len(heard.body) + count


def is_error(code: int, msg: str, status: int = 200) -> Check:
    return lambda heard, _: (heard.status, heard.json["code"], heard.json["msg"]) == (status, code, msg)


def has_nan(heard: Heard, order_id: int) -> bool:
    return b'"price":NaN' in heard.body and heard.json["data"]["orderId"] == order_id


def contradicts_itself(heard: Heard, order_id: int) -> bool:
    keys: list[str] = []
    json.loads(heard.body, object_pairs_hook=lambda pairs: keys.extend(key for key, _ in pairs))
    return keys.count("code") == 2 and is_success(heard, order_id)


def is_nested(heard: Heard, _: int) -> bool:
    return heard.body.startswith(b'{"nested":' + b"[" * 100_000 + b"]")


def is_larger_than(count: int) -> Check:
    return lambda heard, order_id: len(heard.body) > count and is_success(heard, order_id)


def is_a_bomb(heard: Heard, order_id: int) -> bool:
    unfolded = gzip.decompress(heard.body)
    return (
        heard.headers["content-encoding"] == "gzip"
        and len(heard.body) < 100_000
        and len(unfolded) > 64 * 2**20
        and unfolded.endswith(b"}}")
        and f'"orderId":{order_id}'.encode() in unfolded[-1000:]
    )


def is_encoded(declared: str, encoded: str) -> Check:
    return lambda heard, order_id: (
        heard.headers["content-type"] == f"application/json; charset={declared}"
        and json.loads(heard.body.decode(encoded))["data"]["orderId"] == order_id
    )


def names_another_order(heard: Heard, order_id: int) -> bool:
    data = heard.json["data"]
    return heard.json["code"] == 0 and data["status"] == "CANCELED" and data["orderId"] != order_id


LOCKED = "code:100410:The endpoint is in the disabled period and will be unblocked after 1727193814249"

# The fault; whether the order was cancelled; what was sent; how the connection ended; what arrived.
TABLE: list[tuple[dict[str, Any], bool, str, str, Check]] = [
    ({"fault": "refuse", "seconds": 0.0}, False, "nothing", "reset", is_nothing),
    ({"fault": "reset-before-reading"}, False, "nothing", "reset", is_nothing),
    ({"fault": "reset-after-executing"}, True, "nothing", "reset", is_nothing),
    ({"fault": "hang-before-executing", "seconds": 0.01}, False, "nothing", "closed", is_nothing),
    ({"fault": "hang-after-executing", "seconds": 0.01}, True, "nothing", "closed", is_nothing),
    ({"fault": "slow-start", "seconds": 0.01}, True, "whole", "closed", is_success),
    ({"fault": "slow-start", "seconds": 0.01, "when": "before"}, True, "whole", "closed", is_success),
    ({"fault": "trickle", "bytesPerSecond": 10_000}, True, "whole", "closed", is_success),
    (
        {"fault": "trickle", "bytesPerSecond": 10_000, "when": "before"},
        False,
        "whole",
        "closed",
        is_refusal,
    ),
    ({"fault": "cut-body"}, True, "cut", "closed", is_cut_at(20)),
    ({"fault": "cut-body", "bytes": 0}, True, "cut", "closed", is_cut_at(0)),
    ({"fault": "cut-body", "bytes": 5, "when": "before"}, False, "cut", "closed", is_cut_at(5)),
    ({"fault": "wrong-length"}, True, "whole", "closed", is_longer_by(10)),
    ({"fault": "wrong-length", "by": -10}, True, "whole", "closed", is_longer_by(-10)),
    ({"fault": "wrong-length", "when": "before"}, False, "whole", "closed", is_longer_by(10)),
    (
        {"fault": "garbage-status-line"},
        True,
        "whole",
        "closed",
        lambda heard, order_id: heard.status_line == "SSH-2.0-OpenSSH_9.2" and is_success(heard, order_id),
    ),
    ({"fault": "close-idle"}, True, "whole", "closed", is_success),
    *(
        ({"fault": "html", "status": status}, False, "whole", "closed", is_page(status))
        for status in (200, 403, 429, 502, 503, 504, 520, 525)
    ),
    ({"fault": "html", "status": 504, "when": "after"}, True, "whole", "closed", is_page(504)),
    *(
        ({"fault": "redirect", "status": status}, False, "whole", "closed", is_elsewhere(status))
        for status in (302, 307, 308)
    ),
    ({"fault": "redirect", "when": "after"}, True, "whole", "closed", is_elsewhere(307)),
    ({"fault": "error", "code": 100410, "msg": LOCKED}, False, "whole", "closed", is_error(100410, LOCKED)),
    (
        {"fault": "error", "code": 100500, "msg": "busy", "status": 500, "when": "after"},
        True,
        "whole",
        "closed",
        is_error(100500, "busy", 500),
    ),
    ({"fault": "empty-body"}, True, "whole", "closed", lambda heard, _: heard.body == b""),
    (
        {"fault": "empty-body", "status": 502, "when": "before"},
        False,
        "whole",
        "closed",
        lambda heard, _: (heard.status, heard.body) == (502, b""),
    ),
    ({"fault": "data-null"}, True, "whole", "closed", lambda heard, _: heard.json["data"] is None),
    ({"fault": "data-of-another-order"}, True, "whole", "closed", names_another_order),
    ({"fault": "data-of-another-order", "when": "before"}, False, "whole", "closed", names_another_order),
    ({"fault": "nan"}, True, "whole", "closed", has_nan),
    ({"fault": "nan", "when": "before"}, False, "whole", "closed", lambda heard, _: b"NaN" in heard.body),
    ({"fault": "duplicate-keys"}, True, "whole", "closed", contradicts_itself),
    ({"fault": "huge-body"}, True, "whole", "closed", is_larger_than(16 * 2**20)),
    ({"fault": "deep-nesting"}, True, "whole", "closed", is_nested),
    ({"fault": "gzip-bomb"}, True, "whole", "closed", is_a_bomb),
    ({"fault": "wrong-charset"}, True, "whole", "closed", is_encoded("utf-16", "utf-8")),
    (
        {"fault": "wrong-charset", "declared": "utf-8", "encoded": "utf-32"},
        True,
        "whole",
        "closed",
        is_encoded("utf-8", "utf-32"),
    ),
    (
        {"fault": "clock-off"},
        False,
        "whole",
        "closed",
        is_error(100421, "Null timestamp or timestamp mismatch"),
    ),
    ({"fault": "clock-off", "offset": -1000}, True, "whole", "closed", is_success),
]


def name_of(value: object) -> str | None:
    if not isinstance(value, dict):
        return ""
    return " ".join(str(part)[:20] for part in value.values())


@pytest.mark.parametrize(("rule", "executed", "answered", "ending", "arrives"), TABLE, ids=name_of)
def test_a_fault_really_happens_and_the_sandbox_tells_what_was_executed(
    client: Client,
    sandbox: Sandbox,
    order_id: int,
    rule: dict[str, Any],
    executed: bool,
    answered: str,
    ending: str,
    arrives: Check,
) -> None:
    sandbox.faults([{"operation": "cancel", "times": 1, **rule}])
    heard = ask(sandbox, cancel_request(client, order_id))
    assert arrives(heard, order_id)
    assert heard.ending == ending

    record = sandbox.requests()[-1]
    assert (record["fault"], record["executed"], record["answered"]) == (rule["fault"], executed, answered)
    assert sandbox.executed()[str(order_id)] == {
        "status": "CANCELED" if executed else "NEW",
        "cancelRequests": 1,
        "cancelledBy": record["number"] if executed else None,
    }
    assert sandbox.faults_in_force()[0]["acted"] == 1
    wait_until(lambda: can_connect(sandbox))


def test_the_table_has_every_fault() -> None:
    assert {rule["fault"] for rule, *_ in TABLE} == FAULT_TYPES.keys()


def default_when(name: str) -> object:
    setting = FAULT_TYPES[name].settings.get("when")
    return None if setting is None else setting.default


@pytest.mark.parametrize(
    "name", [name for name in FAULT_TYPES if default_when(name) and name != "slow-start"]
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_when_tells_whether_the_order_is_cancelled_and_none_is_said_to_be_that_is_not(
    client: Client, sandbox: Sandbox, order_id: int, name: str, when: str
) -> None:
    needed = {"error": {"code": 100500, "msg": "busy"}, "trickle": {"bytesPerSecond": 10_000}}
    sandbox.faults([{"fault": name, "when": when, **needed.get(name, {})}])
    heard = ask(sandbox, cancel_request(client, order_id))
    assert sandbox.requests()[-1]["executed"] == (when == "after")
    body = gzip.decompress(heard.body) if "content-encoding" in heard.headers else heard.body
    if when == "before":
        assert f'"orderId":{order_id}'.encode() not in body


def test_the_defaults_of_when() -> None:
    before = {name for name in FAULT_TYPES if default_when(name) == "before"}
    assert before == {"html", "redirect", "error"}
