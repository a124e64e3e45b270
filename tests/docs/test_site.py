"""The documentation builds without a warning, needs no network, and has every command, name and error."""

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.plain_yaml import load_yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "sphinx",
        "-q",
        "-W",
        "-b",
        "html",
        "-d",
        to / "trees",
        ROOT / "docs",
        to,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return to


def test_every_row_of_the_error_table_is_shown(site):
    shown = re.sub(
        r"\s+", " ", html.unescape((site / "reference" / "errors.html").read_text(encoding="utf-8"))
    )
    table = load_yaml((ROOT / "spec" / "errors.yaml").read_text(encoding="utf-8"))
    for row in [*table["rows"], *table["httpStatuses"]]:
        assert row["meaning"] in shown


def test_every_command_is_shown(site):
    from bingx_spot.cli import COMMANDS

    shown = (site / "reference" / "command-line.html").read_text(encoding="utf-8")
    assert all(f'id="bingx-spot-{name}"' in shown for name in COMMANDS)


def test_every_public_name_is_shown(site):
    import bingx_spot

    shown = (site / "reference" / "api.html").read_text(encoding="utf-8")
    missing = [name for name in bingx_spot.__all__ if f'id="bingx_spot.{name}"' not in shown]
    # The words of an enum are the contract's; its reference page lists them.
    assert missing == ["CancelRestriction", "OrderSide", "OrderStatus", "OrderType", "__version__"]


def test_no_page_asks_the_network_for_anything(site):
    for page in site.rglob("*.html"):
        loads = re.findall(
            r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page.read_text(encoding="utf-8")
        )
        assert [address for address in loads if "://" in address] == [], page.name
