"""The steps from the contract to `generated/`."""

import contextlib
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

from generator.caller_view import caller_view, python_view
from generator.client import PACKAGE, write_client
from generator.compilation import compile_contract, stubs
from generator.constructs import construct_problems
from generator.contract import write_contract
from generator.document import Document, json_text, yaml_text
from generator.error_table import read_error_table, write_error_table
from generator.extensions import extension_problems
from generator.output_tree import Header, changes, differences, swap, workplace
from generator.problem import Problem, SpecError
from generator.references import loop_problems, reference_problems
from generator.rendering import format_python
from generator.rules import rule_problems
from generator.surface import write_surface
from generator.validity import consistency_problems, example_problems, structure_problems

# Each step relies on the checks before it.
_STEPS = (
    reference_problems,
    structure_problems,
    loop_problems,
    consistency_problems,
    extension_problems,
    construct_problems,
    rule_problems,
    example_problems,
)


@contextlib.contextmanager
def _without_gc() -> Iterator[None]:
    """Disable the garbage collector.

    Hardly anything is garbage before a run ends: for 200 operations, a tenth more memory saves a sixth of the
    time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_without_gc()
def lint(spec: Path, name: str) -> Document:
    """Read the contract and check every rule.

    Raises:
        SpecError: The contract is not valid. It has all problems of the first step that found any.
    """
    try:
        document = Document.read(spec, name)
        for problems in _STEPS:
            document.refuse(problems(document))
    except RecursionError:
        raise SpecError(name, [Problem(1, "The document is nested too deeply. Make it flatter.")]) from None
    return document


@_without_gc()
def generate(spec: Path, name: str, output: Path) -> list[str]:
    """Write the generated tree, unless nothing would change.

    Returns:
        A line for each file that changed in more than its header.

    Raises:
        GeneratorError: It cannot be written. The tree is unchanged.
    """
    document = lint(spec, name)
    with workplace(output) as folder:
        tree = _build(document, folder / output.name)
        lines = changes(output, tree)
        if lines:
            swap(tree, output)
    return lines


@_without_gc()
def check(spec: Path, name: str, output: Path) -> list[str]:
    """Return a line for each file of the tree that is out of date. Change nothing.

    Raises:
        GeneratorError: No tree can be generated from the contract.
    """
    document = lint(spec, name)
    with tempfile.TemporaryDirectory() as folder:
        return differences(output, _build(document, Path(folder) / output.name))


def _build(document: Document, folder: Path) -> Path:
    """Write the tree into a new folder."""
    caller = caller_view(document.root)
    package = folder / "python" / PACKAGE
    package.parent.mkdir(parents=True)
    header = Header(document.root["info"]["version"], document.sha256)
    answers = write_client(document, python_view(document.root), package, str(header))
    compiled = compile_contract(document)
    write_contract(compiled, package, str(header))
    write_surface(compiled, answers, package, str(header))
    errors = read_error_table()
    write_error_table(errors, package, str(header))
    (package / "py.typed").write_text("", "utf-8")
    format_python(package)
    texts = {
        "openapi.caller.yaml": yaml_text(caller),
        "openapi.caller.json": json_text(caller),
        "operations.json": json_text(compiled),
        "errors.json": json_text(errors.root),
        f"python/{PACKAGE}/stubs.json": json_text({"stubs": stubs(document.root)}),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    header.stamp(folder)
    return folder
