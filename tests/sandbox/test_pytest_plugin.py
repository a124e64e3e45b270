"""The fixture for other people's tests."""

import os
import subprocess
import sys

from tests.support.documentation import shown

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


def run_pytest(folder):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder]
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    done = subprocess.run(command, cwd=folder, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_a_bot_s_own_tests_run_against_a_sandbox(tmp_path):
    (tmp_path / "test_bot.py").write_text(_THEIRS)
    assert "2 passed" in run_pytest(tmp_path)


def test_what_the_documentation_shows_runs_in_a_project_of_its_own(tmp_path):
    blocks = shown("how-to/test-your-bot.md", "python")
    (tmp_path / "conftest.py").write_text(next(block for block in blocks if "pytest_plugins" in block))
    (tmp_path / "test_bot.py").write_text(next(block for block in blocks if "def test_" in block))
    assert "1 passed" in run_pytest(tmp_path)
