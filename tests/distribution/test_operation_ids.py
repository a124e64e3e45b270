"""The contract alone names operations: hand-written code looks none up by a name of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

from bingx_spot_api.contract import BY_ID

ROOT = Path(__file__).parents[2]
SUFFIXES = {".py", ".go", ".java", ".rs", ".ts"}
# Tests of the other languages, and the sandbox, which shares no code with the SDK and reads no contract.
LEFT_OUT = re.compile(r"_test\.go$|/src/test/|/tests?/|node_modules/|/target/|/bingx_sandbox/")
# The methods that add meaning to operations, and what is a field of their output.
ALLOWED = {
    ("overlays/python/bingx_spot/bulk/items.py", "cancelOrder"),
    ("overlays/python/bingx_spot/cli/doctor.py", "serverTime"),
    ("overlays/python/bingx_spot/validation.py", "cancelOrder"),
}
MEANING = ("overlays/python/bingx_spot/emergency/", "overlays/python/bingx_spot/cli/cancel_all.py")
QUOTED = re.compile(f"[\"']({'|'.join(BY_ID)})[\"']")


def named() -> Iterator[tuple[str, str]]:
    """Yield each file of hand-written code that has the name of an operation as a text, and the name."""
    for path in sorted((ROOT / "overlays").rglob("*")):
        name = path.relative_to(ROOT).as_posix()
        if path.suffix not in SUFFIXES or LEFT_OUT.search(name) or name.startswith(MEANING):
            continue
        for operation_id in QUOTED.findall(path.read_text("utf-8")):
            yield name, operation_id


def test_no_operation_is_named_outside_the_few_methods_that_add_meaning() -> None:
    assert set(named()) == ALLOWED


def test_the_error_table_names_operations_only_where_a_row_is_confined_to_them() -> None:
    lines = (ROOT / "spec" / "errors.yaml").read_text("utf-8").splitlines()
    mentioned = [line.strip() for line in lines if re.search(rf"\b({'|'.join(BY_ID)})\b", line)]
    assert all(line.startswith("operations: [") for line in mentioned)
