"""The way from the contract to `generated/`, step by step."""

import contextlib
import gc
import tempfile
from collections.abc import Iterator
from pathlib import Path

from generator.caller_view import caller_view, python_view
from generator.client import PACKAGE, write_client
from generator.constructs import construct_problems
from generator.contract import write_contract
from generator.document import Document, json_text, yaml_text
from generator.error_table import read_error_table, write_error_table
from generator.extensions import extension_problems
from generator.output_tree import Header, changes, differences, swap, workplace
from generator.problem import Problem, SpecError
from generator.references import loop_problems, reference_problems
from generator.rendering import lay_out
from generator.rules import rule_problems
from generator.validity import consistency_problems, example_problems, structure_problems

# Each step may count on what those before it made sure of.
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
def _uncollected() -> Iterator[None]:
    """Lets the garbage collector rest, which walks again and again through all that a run has made.

    Hardly any of it is garbage before the run ends: for 200 operations a tenth more memory saves a sixth of
    the time.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_uncollected()
def lint(spec: Path, name: str) -> Document:
    """Reads the contract and holds it against every rule.

    Args:
        spec: The contract's file.
        name: What messages call it.

    Raises:
        SpecError: If anything is wrong with it, with all that one step has found.
    """
    try:
        document = Document.read(spec, name)
        for problems in _STEPS:
            document.refuse(problems(document))
    except RecursionError:
        raise SpecError(name, [Problem(1, "The document is nested too deeply. Make it flatter.")]) from None
    return document


@_uncollected()
def generate(spec: Path, name: str, output: Path) -> list[str]:
    """Makes the generated tree from the contract, or leaves it alone where nothing would change.

    Returns:
        What changed, a line for each file that is another in more than its head.

    Raises:
        GeneratorError: If it cannot be made. The tree is as it was.
    """
    document = lint(spec, name)
    with workplace(output) as folder:
        tree = _build(document, folder / output.name)
        told = changes(output, tree)
        if told:
            swap(tree, output)
    return told


@_uncollected()
def check(spec: Path, name: str, output: Path) -> list[str]:
    """Says where the tree is not what the contract gives, a line for each file, and changes nothing.

    Raises:
        GeneratorError: If the contract gives no tree.
    """
    document = lint(spec, name)
    with tempfile.TemporaryDirectory() as folder:
        return differences(output, _build(document, Path(folder) / output.name))


def _build(document: Document, folder: Path) -> Path:
    """Writes the whole tree into a new folder."""
    caller = caller_view(document.root)
    package = folder / "python" / PACKAGE
    package.parent.mkdir(parents=True)
    header = Header(document.root["info"]["version"], document.sha256)
    write_client(document, python_view(caller), package, str(header))
    write_contract(document, package, str(header))
    errors = read_error_table()
    write_error_table(errors, package, str(header))
    (package / "py.typed").write_text("", "utf-8")
    lay_out(package)
    texts = {
        "openapi.caller.yaml": yaml_text(caller),
        "openapi.caller.json": json_text(caller),
        "errors.json": json_text(errors.root),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8", newline="\n")
    header.stamp(folder)
    return folder
