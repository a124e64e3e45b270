"""The fixture for other people's tests."""

import os
import subprocess
import sys

_THEIRS = """
from bingx_spot import BingxSpot

pytest_plugins = ["bingx_sandbox.pytest_plugin"]

def test_cancels(bingx_sandbox):
    order = bingx_sandbox.place_order("BTC-USDT")
    with BingxSpot.from_env() as bingx:
        assert bingx.cancel_order("BTC-USDT", order_id=order["orderId"]).status == "CANCELED"

def test_has_a_sandbox_of_its_own(bingx_sandbox):
    assert all(order["status"] != "CANCELED" for order in bingx_sandbox.orders())
"""


def test_a_bot_s_own_tests_run_against_a_sandbox(tmp_path):
    file = tmp_path / "test_bot.py"
    file.write_text(_THEIRS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", file]
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout
