"""Generation from the contract to the whole tree, on copies."""

import contextlib
import gc
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generator.__main__ import main
from generator.output_tree import differences
from generator.problem import SpecError
from generator.run import check, generate
from tests.generator.conftest import run_python
from tests.generator.contracts import CONTRACT, ROOT, complaint, edited, fingerprint, line_of, with_operations
from tests.support.plain_yaml import load_yaml

HEADER = """\
# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 """


class Copy:
    """A contract and its tree in a folder of their own."""

    def __init__(self, folder: Path, tree: Path) -> None:
        self.spec, self.output = folder / "openapi.yaml", folder / "generated"
        self.write(CONTRACT)
        shutil.copytree(tree, self.output)

    def write(self, text: str) -> None:
        self.spec.write_text(text, "utf-8")

    def run(self, *options: str) -> Result:
        arguments = ["--spec", str(self.spec), "--output", str(self.output), *options]
        return CliRunner().invoke(main, arguments)


@pytest.fixture
def copy(tmp_path: Path, generated: Path) -> Copy:
    return Copy(tmp_path, generated)


def test_the_committed_tree_is_up_to_date() -> None:
    assert check(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml", ROOT / "generated") == []


def test_a_second_run_changes_nothing(copy: Copy) -> None:
    before = {path: path.stat().st_mtime_ns for path in copy.output.rglob("*")}
    result = copy.run()
    assert result.exit_code == 0
    assert "generated/ is up to date." in result.output
    assert gc.isenabled()
    assert {path: path.stat().st_mtime_ns for path in copy.output.rglob("*")} == before


@pytest.mark.parametrize("collects", [True, False])
@pytest.mark.parametrize("text", [CONTRACT, "openapi: 2.0.0\n"], ids=["good", "refused"])
def test_the_garbage_collector_is_restored(copy: Copy, text: str, collects: bool) -> None:
    copy.write(text)
    if not collects:
        gc.disable()
    try:
        copy.run("--lint")
        assert gc.isenabled() is collects
    finally:
        gc.enable()


def test_every_file_has_a_header_without_paths(generated: Path, tmp_path: Path) -> None:
    files = [path for path in generated.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} == {".py", ".yaml", ".typed", ".json"}
    for path in files:
        text = path.read_text("utf-8")
        assert str(generated.parent) not in text
        if path.suffix == ".json":
            assert isinstance(json.loads(text), dict), "JSON has no comments"
            continue
        assert text.startswith(HEADER)
        assert "by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff" in text


def test_json_and_yaml_hold_the_same(generated: Path) -> None:
    caller = load_yaml((generated / "openapi.caller.yaml").read_text("utf-8"))
    assert json.loads((generated / "openapi.caller.json").read_text("utf-8")) == caller
    table = load_yaml((ROOT / "spec" / "errors.yaml").read_text("utf-8"))
    assert json.loads((generated / "errors.json").read_text("utf-8")) == table


def test_an_operation_can_be_added_and_removed(copy: Copy, generated: Path) -> None:
    copy.write(with_operations("cancelEverything"))
    assert copy.run().exit_code == 0
    said = run_python(copy.output, """
from bingx_spot_api import contract
from bingx_spot_api.api.trade import cancel_everything
from bingx_spot_api.models import CancelEverythingRequest, CancelEverythingResponse
operation = contract.OPERATIONS["POST", "/openApi/spot/v1/trade/cancelEverything"]
print(operation.signed, operation.injected, operation.uid_limit, operation.permission, operation.parameters)
print(cancel_everything._get_kwargs(body=CancelEverythingRequest(symbol="BTC-USDT"))["json"])
print(cancel_everything.sync.__annotations__["return"])
""")  # fmt: skip
    assert said.splitlines() == [
        "True ('timestamp', 'signature') Rate(requests=2, seconds=1.0) Spot Trading ('symbol',)",
        "{'symbol': 'BTC-USDT'}",
        "CancelEverythingResponse | None",
    ]
    copy.write(CONTRACT)
    assert copy.run().exit_code == 0
    assert fingerprint(copy.output) == fingerprint(generated)


@pytest.mark.parametrize(
    ("text", "marker", "words"),
    [
        (CONTRACT.replace("\ntags:\n", "\ntags: [\n"), "  - name: trade", "This is not YAML"),
        (
            edited(("\ntags:\n", "\nservers: []\ntags:\n")),
            "servers: []",
            "The key `servers` is already there",
        ),
        (edited(("    post:\n", "    psot:\n")), "  /openApi", "This is not OpenAPI 3.0"),
        (edited(("schemas/CancelledOrder'", "schemas/Order'")), "schemas/Order'", "names nothing"),
        (edited(("uid: {", "user: {")), "      x-bingx-limits:", "The extension `x-bingx-limits` is wrong"),
        (edited(("\npaths:\n", "\nsecurity: []\npaths:\n")), "security: []", "A global `security`"),
        (edited(("      tags: [trade]\n", "")), "    post:", "has no `tags`"),
        (
            edited(("[BUY, SELL]", "[BUY, SELL, sell]")),
            "    OrderSide:",
            "openapi-python-client refuses this",
        ),
    ],
)
def test_a_broken_contract_is_one_clear_message_and_the_tree_is_untouched(
    copy: Copy, text: str, marker: str, words: str
) -> None:
    copy.write(text)
    before = fingerprint(copy.output)
    result = copy.run()
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert f"openapi.yaml:{line_of(text, marker)}: " in result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.output
    assert fingerprint(copy.output) == before
    assert sorted(path.name for path in copy.output.parent.iterdir()) == ["generated", "openapi.yaml"]


def test_check_names_the_differences_and_the_command_to_run(copy: Copy) -> None:
    package = copy.output / "python" / "bingx_spot_api"
    (package / "types.py").write_text("", "utf-8")
    (package / "errors.py").unlink()
    (package / "more.py").write_text("", "utf-8")
    before = fingerprint(copy.output)
    result = copy.run("--check")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "different: python/bingx_spot_api/types.py",
        "left over: python/bingx_spot_api/more.py",
        "missing: python/bingx_spot_api/errors.py",
        "generated/ is out of date. Run `make generate`.",
    ]
    assert fingerprint(copy.output) == before


def test_lint_writes_nothing(copy: Copy) -> None:
    shutil.rmtree(copy.output)
    result = copy.run("--lint")
    assert (result.exit_code, result.output) == (0, f"{copy.spec} is valid.\n")
    assert not copy.output.exists()


@pytest.mark.slow
def test_the_environment_changes_no_byte(tmp_path: Path, generated: Path) -> None:
    surroundings = tmp_path / "build"
    surroundings.mkdir()
    (surroundings / "ruff.toml").write_text('line-length = 40\n[format]\nquote-style = "single"\n', "utf-8")
    (surroundings / ".gitignore").write_text("*\n", "utf-8")
    (surroundings / "openapi.yaml").write_text(CONTRACT, "utf-8")
    hostile = {
        "PYTHONPATH": str(ROOT),
        "PYTHONHASHSEED": "4711",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "TZ": "Pacific/Kiritimati",
        "RUFF_CONFIG": str(surroundings / "ruff.toml"),
        "RUFF_LINE_LENGTH": "40",
    }
    done = subprocess.run(
        [sys.executable, "-m", "generator", "--spec", "openapi.yaml", "--output", "generated"],
        cwd=surroundings,
        env={**os.environ, **hostile},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert differences(surroundings / "generated", generated) == []
    names = {path.name for path in surroundings.rglob("*")}
    assert not names & {".ruff_cache", "__pycache__", ".mypy_cache"}


@pytest.mark.slow
def test_the_generated_package_passes_mypy_strict(large: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--strict",
        "--config-file=",
        f"--cache-dir={tmp_path / 'cache'}",
    ]
    done = subprocess.run(
        [*command, "-p", "bingx_spot_api"],
        cwd=large / "python",
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
    st.sampled_from(["#/components/schemas/OrderSide", "object", "string", "array", "x-injected", "$ref"]),
)  # fmt: skip
KEYS = st.sampled_from(["$ref", "type", "allOf", "a"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=4,
)  # fmt: skip


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_contract_is_accepted_or_refused_without_a_crash(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    root = load_yaml(CONTRACT)
    node = root
    for _ in range(data.draw(st.integers(0, 9))):
        keys = list(node) if isinstance(node, dict) else range(len(node))
        inner = [key for key in keys if isinstance(node[key], dict | list) and node[key]]
        if not inner:
            break
        node = node[data.draw(st.sampled_from(inner))]
    key = data.draw(st.sampled_from(list(node) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(VALUES)
    folder = tmp_path_factory.mktemp("any")
    text = yaml.safe_dump(root, sort_keys=False)
    (folder / "openapi.yaml").write_text(text, "utf-8")
    said = complaint(folder, text)
    with contextlib.suppress(SpecError):
        generate(folder / "openapi.yaml", "spec/openapi.yaml", folder / "generated")
        assert said == ""
    # What openapi-python-client alone objects to is refused as well, later.
    assert all(re.match(r"spec/openapi\.yaml:\d+: ", line) for line in said.splitlines())
    assert said == "" or not (folder / "generated").exists()
