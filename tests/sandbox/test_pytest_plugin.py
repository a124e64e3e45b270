"""The fixture for tests of bots."""

import os
import subprocess
import sys

from tests.support.documentation import shown

_BOT_TESTS = """
from bingx_spot import BingxSpot

def test_cancels(bingx_sandbox):
    order = bingx_sandbox.place_order("BTC-USDT")
    with BingxSpot.from_env() as bingx:
        assert bingx.cancel_order("BTC-USDT", order_id=order["orderId"]).status == "CANCELED"

def test_has_its_own_sandbox(bingx_sandbox):
    assert all(order["status"] != "CANCELED" for order in bingx_sandbox.orders())
"""


def run_pytest(folder):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder]
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    # Those of the development tools take longer to import than the tests to run.
    own["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_tests_of_a_bot_run_against_a_sandbox_as_documented(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")  # and none of a folder above
    blocks = shown("how-to/test-your-bot.md", "python")
    (tmp_path / "conftest.py").write_text(next(block for block in blocks if "pytest_plugins" in block))
    (tmp_path / "test_documented.py").write_text(next(block for block in blocks if "def test_" in block))
    (tmp_path / "test_bot.py").write_text(_BOT_TESTS)
    assert "3 passed" in run_pytest(tmp_path)
