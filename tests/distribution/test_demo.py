"""`make demo`: what a stranger sees first."""

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


def test_the_demonstration_ends_well_and_says_so():
    done = subprocess.run([sys.executable, DEMO], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.rstrip().endswith("just those four orders are cancelled.")
    assert done.stdout.count("CANCELED") == 9
    assert "✗" not in done.stdout
