"""The recipes of CONTRIBUTING.md, tried on a copy of the project."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from generator import redocly
from generator.operation import Member, operations
from tests.generator.contracts import ROOT
from tests.support.plain_yaml import load_yaml

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed"),
    pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed"),
]

# By the target of make, what it runs.
COMMANDS = {
    "generate": ["generator"],
    "lint-spec": ["generator.commands", "lint"],
    "check-page": ["generator.commands", "page"],
    "spec-diff": ["generator.commands", "diff"],
}
SENT = "### Request Parameters\n\n| Parameter Name | Type | Required | Description |\n|-|-|-|-|\n"
ANSWERED = "### Response Parameters\n\n| Parameter Name | Type | Description |\n|-|-|-|\n"
TYPES = {"int64": "int64", "double": "float64"}


class Project:
    """A copy of the parts of the project that the recipes use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("generator", "spec", "generated"):
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        # The copy uses what is installed and built for the project.
        (folder / "build").mkdir()
        for name in ("node", "go"):
            (ROOT / "build" / name).mkdir(parents=True, exist_ok=True)
            (folder / "build" / name).symlink_to(ROOT / "build" / name)
        self.contract = folder / "spec" / "openapi.yaml"
        self.page = folder / "spec" / "pages" / "cancel-order.md"

    def make(self, target: str) -> tuple[int, str]:
        """Run a target; return its exit code and its output on one line."""
        command = [sys.executable, "-m", *COMMANDS[target]]
        ran = subprocess.run(command, cwd=self.folder, capture_output=True, encoding="utf-8", check=False)
        return ran.returncode, " ".join(f"{ran.stdout} {ran.stderr}".split())

    def passes(self, targets: str) -> str:
        """Run targets that must pass; return the output of the last one."""
        said = ""
        for target in targets.split():
            code, said = self.make(target)
            assert code == 0, f"make {target}: {said}"
        return said

    def change(self, file: Path, old: str, new: str) -> None:
        text = file.read_text("utf-8")
        assert old in text, old
        file.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def recipe(title: str) -> tuple[str, str]:
    """Return the last targets that a recipe names, and its piece of YAML."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    _, _, below = text.partition(f"**It {title}.**")
    prose, _, rest = below.partition("```yaml\n")
    targets = re.findall(r"`make ([a-z\s-]+)`", prose)
    return " ".join(targets[-1].split()), rest.partition("```")[0]


def test_the_exchange_added_a_field(project: Project) -> None:
    targets, piece = recipe("added a field")
    row = next(
        line for line in project.page.read_text("utf-8").splitlines() if line.startswith("| stopPrice")
    )
    project.change(project.page, row, f"{row}\n| cancelReason | string | Why |")
    code, said = project.make("check-page")
    assert code == 1
    assert "response field cancelReason is not in the contract" in said
    project.change(project.contract, "        stopPrice:\n", f"{piece}        stopPrice:\n")
    # The lists of cancelled orders share it.
    for name in ("cancel-open-orders", "cancel-orders"):
        page = project.page.with_name(f"{name}.md")
        [row] = [
            line for line in page.read_text("utf-8").splitlines() if "stopPrice" in line and line[0] == "|"
        ]
        added = row.replace("stopPrice", "cancelReason").replace("float64", "string")
        project.change(page, row, f"{row}\n{added}")
    said = project.passes(targets)
    assert (
        "is fine POST /openApi/spot/v1/trade/cancel: added the optional property `data/cancelReason`" in said
    )
    assert "cancel_reason" in generated(project, "models/cancelled_order.py")


def test_the_exchange_changed_a_limit(project: Project) -> None:
    targets, piece = recipe("changed a limit")
    project.change(project.page, "by UID: 5/s", "by UID: 10/s")
    code, said = project.make("check-page")
    assert code == 1
    assert "limit per UID is 10 in 1 s on the page and 5 in 1 s in the contract" in said
    old = "      x-bingx-limits:\n        uid: {requests: 5, seconds: 1}\n"
    old += "        copyTrading: {requests: 1, seconds: 1}\n        ipGroup: 3\n"
    project.change(project.contract, old, piece)
    said = project.passes(targets)
    assert "is fine POST /openApi/spot/v1/trade/cancel: the limit per UID was 5 in 1 s and is 10" in said
    assert "Rate(requests=10, seconds=1.0)" in generated(project, "contract.py")
    # The version of the last release, which hides a change that breaks callers.
    project.change(project.contract, "\n  version: 2.0.0\n", "\n  version: 1.1.0\n")
    lower = piece.replace("requests: 10", "requests: 2")
    project.change(project.contract, piece, lower)
    code, said = project.make("spec-diff")
    assert code == 1
    assert "BREAKS POST /openApi/spot/v1/trade/cancel: the limit per UID was 5 in 1 s and is 2" in said


def test_the_exchange_added_an_error_code(project: Project) -> None:
    targets, piece = recipe("added an error code")
    table = project.folder / "spec" / "errors.yaml"
    project.change(table, "  - id: unknown-code\n", f"{piece}\n  - id: unknown-code\n")
    said = project.passes(targets)
    assert "is fine error account-frozen: its row is new" in said
    assert "(100499,)" in generated(project, "error_table.py")


def test_the_exchange_added_an_endpoint(project: Project) -> None:
    targets, piece = recipe("added an endpoint")
    path, operation = re.findall(r"(/\S+):|operationId: (\w+)", piece)
    page = project.page.with_name("open-order.md")
    page.write_text(page_like_the_query(path[0]), "utf-8")
    code, said = project.make("check-page")
    assert code == 1
    assert f"spec/pages/open-order.md: the contract has no GET {path[0]}." in said
    text = project.contract.read_text("utf-8")
    start = text.index("  /openApi/spot/v1/trade/query:\n")
    query = text[start : text.index("\n  /openApi/", start) + 1]
    head = "  /openApi/spot/v1/trade/query:\n    get:\n      operationId: queryOrder\n"
    assert query.startswith(head)
    project.change(project.contract, query, f"{query}{piece}{query.removeprefix(head)}\n")
    meant = project.page.with_name("differences.yaml")
    listed = meant.read_text("utf-8")
    items = re.findall(r"^- page: cancel-order\.md\n(?:  .*\n|\n)*", listed, re.MULTILINE)
    meant.write_text(listed + "".join(items).replace("cancel-order", "open-order"), "utf-8")
    project.passes("lint-spec check-page")
    said = project.passes(targets)
    assert f"is fine GET {path[0]}: endpoint added" in said
    assert "def sync(" in generated(project, "api/trade/query_open_order.py")
    assert operation[1] == "queryOpenOrder"


def page_like_the_query(path: str) -> str:
    """Write the page that the exchange would have of an endpoint which is like the query."""
    root = load_yaml((ROOT / "spec" / "openapi.yaml").read_text("utf-8"))
    query = next(found for found in operations(root) if found.node["operationId"] == "queryOrder")
    sent = [member for member in query.parameters() if member.name != "signature"]
    return (
        f"GET {path}\n\nrate limitation by UID: 10/s & rate limitation by IP in group Number: 2\n\n"
        "API KEY permission: Read\n\n"
        f"{SENT}{table(sent, required=True)}\n{ANSWERED}{table(query.data_fields(), required=False)}"
    )


def table(members: Iterable[Member], *, required: bool) -> str:
    rows = []
    for member in members:
        kind = TYPES.get(str(member.schema.get("format")), str(member.schema["type"]))
        need = f" {'yes' if member.required else 'no'} |" if required else ""
        rows.append(f"| {member.name} | {kind} |{need} {', '.join(member.schema.get('enum', ['text']))} |\n")
    return "".join(rows)


def generated(project: Project, name: str) -> str:
    package = project.folder / "generated" / "python" / "bingx_spot_api"
    return (package / name).read_text("utf-8")
