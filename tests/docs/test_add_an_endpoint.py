"""`docs/how-to/add-an-endpoint.md`, followed to the letter on a copy of the project."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from generator import redocly
from tests.support.documentation import shown

ROOT = Path(__file__).parents[2]
PAGE = "how-to/add-an-endpoint.md"
PATH, SCHEMAS = shown(PAGE, "yaml")
CALL, SERVED, IMPORTS, METHOD, ORDERS = shown(PAGE, "python")
# How many files there are is nothing that the page is about.
COUNT = re.compile(r"(?<=^Only the header changed in )\d+", re.MULTILINE)
SCREENS = COUNT.sub("some", "".join(shown(PAGE, "text")))
ENDPOINTS = "overlays/python/bingx_sandbox/endpoints.py"
CLIENT = "overlays/python/bingx_spot/client.py"
COMMAND = "from bingx_spot.cli import main; main()"
# By the target of make, what it runs.
TARGETS = {
    "generate": ["-m", "generator"],
    "lint-spec": ["-m", "generator.commands", "lint"],
    "spec-diff": ["-m", "generator.commands", "diff"],
}
# An order without a status would fail in the generated parser; response validation comes first.
LACKING = """
import os
from bingx_sandbox import Sandbox
from bingx_spot import OutcomeUnknown
with Sandbox() as sandbox:
    orders = [{"symbol": "BTC-USDT", "orderId": 5}]
    sandbox.serve("POST", "/openApi/spot/v1/trade/cancelOpenOrders", {"orders": orders})
    os.environ.update(sandbox.environment)
    try:
        CALL
    except OutcomeUnknown as error:
        print(error.message)
""".replace("        CALL", textwrap.indent(CALL, " " * 8))
CALL_OF_THE_METHOD = """
from bingx_spot import BingxSpot, InvalidInput
with BingxSpot.from_env() as bingx:
    print([str(order.status) for order in bingx.cancel_open_orders("ETH-USDT")])
    print(bingx.cancel_open_orders("ETH-USDT"))
    try:
        bingx.cancel_open_orders("eth")
    except InvalidInput as error:
        print(error.field)
"""


# Generates and checks a whole copy of the project, twice.
pytestmark = pytest.mark.slow


class Copy:
    """A copy of the project, in which the page is followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("generator", "spec", "generated", "overlays/python"):
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignored)
        shutil.copy(ROOT / "pyproject.toml", folder)
        # What is installed and built for the project serves its copy as well.
        (ROOT / "build").mkdir(exist_ok=True)
        (folder / "build").symlink_to(ROOT / "build")

    def insert(self, file: str, before: str, block: str) -> None:
        text = (self.folder / file).read_text("utf-8")
        assert before in text, before
        (self.folder / file).write_text(text.replace(before, block + before, 1), "utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
        roots = (self.folder, self.folder / "overlays" / "python", self.folder / "generated" / "python")
        own["PYTHONPATH"] = os.pathsep.join(map(str, roots))
        command = [sys.executable, *arguments]
        return subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False)

    def make(self, target: str) -> str:
        """Run a target; give the screen as the page shows one."""
        ran = self.python(*TARGETS[target])
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return f"$ make {target}\n{ran.stdout}"

    def call(self, script: str) -> subprocess.CompletedProcess[str]:
        """Run a program with the sandbox around it."""
        return self.python("-c", COMMAND, "sandbox", "--", sys.executable, "-c", script)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Give a copy in which the endpoint is described and generated."""
    if PATH.splitlines()[0] in (ROOT / "spec" / "openapi.yaml").read_text("utf-8"):
        pytest.skip("the contract has this endpoint already: let the page add another one")
    copy = Copy(tmp_path_factory.mktemp("project"))
    copy.insert("spec/openapi.yaml", "  /openApi/spot/v1/trade/query:\n", f"{PATH}\n")
    copy.insert("spec/openapi.yaml", "    CancelledOrder:\n", f"{SCHEMAS}\n")
    assert COUNT.sub("some", copy.make("generate")) in SCREENS
    return copy


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")
@pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")
def test_the_contract_is_valid_and_breaks_no_caller(copy: Copy) -> None:
    assert copy.make("lint-spec") in SCREENS
    added = "is fine  POST /openApi/spot/v1/trade/cancelOpenOrders: endpoint added\n"
    assert added in SCREENS
    assert added in copy.make("spec-diff")


def test_the_endpoint_is_called_and_given_a_method(copy: Copy) -> None:
    refused = copy.call(CALL)
    assert "bingx_spot.exceptions.RequestRejected: " in refused.stderr
    message = refused.stderr[refused.stderr.index("this api does not exist") :]
    assert one_line(message) in one_line(SCREENS)

    lacking = copy.python("-c", LACKING)
    assert lacking.stdout == "the response lacks status, in orders; the exchange said ''\n", lacking.stderr

    copy.insert(ENDPOINTS, '@endpoint("GET", "/openApi/spot/v1/trade/query"', f"{SERVED}\n\n")
    assert f"$ bingx-spot sandbox -- python call.py\n{copy.call(CALL).stdout}" in SCREENS

    copy.insert(CLIENT, "    def server_time(", f"{METHOD}\n")
    copy.insert(CLIENT, "from bingx_spot.models import Order, Response\n", IMPORTS)
    with (copy.folder / CLIENT).open("a", encoding="utf-8") as file:
        file.write(f"\n\n{ORDERS}")
    ran = copy.call(CALL_OF_THE_METHOD)
    assert ran.stdout.splitlines() == ["['CANCELED']", "[]", "symbol"], ran.stderr
    # As `make format`, then `make lint`.
    for check in (["check", "--fix", "--select", "I"], ["check"], ["format", "--check"]):
        linted = copy.python("-m", "ruff", *check, "--no-cache", ENDPOINTS, CLIENT)
        assert linted.returncode == 0, linted.stdout
