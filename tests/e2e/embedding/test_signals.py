"""Ctrl-C while a cancel is awaited: a note says whether it was sent, and the client still works.

tests/e2e/outcome/test_interruption.py has the same for a blocking call.
"""

import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox
from tests.e2e.outcome.calls import SYMBOL, arrived

ROOT = Path(__file__).parents[3]
MAYBE_SENT = "bingx_spot: a request may have been sent; whether it took effect is unknown"


BEFORE, AFTER = "hang-before-executing", "hang-after-executing"


@pytest.mark.parametrize(
    ("loop", "inside", "fault"),
    [
        ("asyncio", "CancelledError", BEFORE),
        ("asyncio", "CancelledError", AFTER),
        ("uvloop", "CancelledError", AFTER),
        ("trio", "KeyboardInterrupt", AFTER),
        pytest.param("uvloop", "CancelledError", BEFORE, marks=pytest.mark.slow),
        pytest.param("trio", "KeyboardInterrupt", BEFORE, marks=pytest.mark.slow),
    ],
)
def test_ctrl_c(loop: str, inside: str, fault: str) -> None:
    with Sandbox(limits="off", orders=0) as sandbox:
        order_id = int(sandbox.place_order(SYMBOL)["orderId"])
        sandbox.faults([{"fault": fault, "operation": "cancel", "seconds": 20.0}])
        keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
        with subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.embedding.interrupting"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, **keys},
        ) as running:
            try:
                assert running.stdin is not None
                assert running.stdout is not None
                task = {"url": sandbox.url, "orderId": order_id, "loop": loop}
                running.stdin.write(json.dumps(task) + "\n")
                running.stdin.flush()
                ends = time.monotonic() + 30
                while not arrived(sandbox):
                    assert time.monotonic() < ends, "no request arrived"
                    time.sleep(0.01)
                running.send_signal(signal.SIGINT)
                while not select.select([running.stdout], [], [], 3.0)[0]:
                    # Python ignores an exception in the callback of a weak reference, as a person would see.
                    running.send_signal(signal.SIGINT)
                printed = json.loads(running.stdout.readline())
                assert running.wait(30) == 0
            finally:
                running.kill()
    assert printed == {
        "inside": [inside, [MAYBE_SENT]],
        "outside": [MAYBE_SENT],
        "status": "NEW" if "before" in fault else "CANCELED",
    }
