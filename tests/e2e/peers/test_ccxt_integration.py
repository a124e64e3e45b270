"""`bingx_spot.integrations.ccxt` with the newest ccxt and with the oldest that the extra admits."""

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
PEERS = ROOT / "build" / "peers"
PYTHON = PEERS / "venv" / "bin" / "python"
OLDEST = PEERS / "oldest-ccxt"
# The fixture of the tests over real sockets alone: the peers' environment lacks what others import.
PLUGINS = ("-p", "tests.e2e.conftest", "-p", "no:cacheprovider")
PACKAGES = [ROOT / "overlays" / "python", ROOT / "generated" / "python", ROOT]


def test_the_oldest_that_is_tested_is_the_oldest_that_is_admitted():
    admitted = re.search(r'"ccxt>=([0-9.]+)"', (ROOT / "pyproject.toml").read_text())
    tested = re.search(
        r"^ccxt==([0-9.]+)", (ROOT / "requirements" / "oldest-ccxt.txt").read_text(), re.MULTILINE
    )
    assert admitted is not None
    assert tested is not None
    assert tested[1].removesuffix(".0") == admitted[1].removesuffix(".0")


@pytest.mark.parametrize("first", [[], [OLDEST]], ids=["newest", "oldest"])
def test_spot_cancels_of_ccxt_go_through_the_sdk(first):
    if not PYTHON.exists() or not OLDEST.exists():
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("ccxt is not installed: run make peers")
    path = os.pathsep.join(map(str, [*first, *PACKAGES]))
    tests = Path(__file__).with_name("ccxt_exchange.py")
    run = subprocess.run(
        [PYTHON, "-m", "pytest", "-q", "--noconftest", *PLUGINS, "-o", "addopts=", tests],
        env={**os.environ, "PYTHONPATH": path},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^[1-9][0-9]+ passed", run.stdout, re.MULTILINE), run.stdout
