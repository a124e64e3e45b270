"""`make demo`: what a stranger sees first."""

import subprocess
import sys
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.py"


def test_the_demonstration_succeeds_and_explains_each_step() -> None:
    ran = subprocess.run([sys.executable, DEMO], capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("✓") == 4
    assert "cancel_order returned CANCELED: cancelled for certain" in ran.stdout
    assert "the connection breaks" in ran.stdout
    assert "this call cancelled nothing" in ran.stdout
    assert "the one that no call named is still open" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
