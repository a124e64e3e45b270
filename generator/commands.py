"""The commands for the contract: `python -m generator.commands NAME`, or the targets of make."""

import json
import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from generator.answer_check import answer_problems
from generator.caller_view import caller_view
from generator.change import Change, version_allows
from generator.completeness import completeness_problems
from generator.document import ROOT, Document, short_name
from generator.error_table import confinement_problems, read_error_table
from generator.exchange_page_check import page_problems
from generator.kit import write_kit
from generator.oasdiff import GoMissing
from generator.problem import GeneratorError
from generator.redocly import NodeMissing, strict_problems
from generator.release import Release, all_changes, freeze, own_changes, refuse_versions
from generator.run import lint as lint_contract

_ADVICE = (
    "If the page is right, change spec/openapi.yaml. If the contract is right, write the difference and its\n"
    "reason into spec/pages/differences.yaml."
)
_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Check, compare, release and pack the contract."""


@main.command()
@click.option("--output", type=_PATH, default=ROOT / "dist", help="The folder for the archive.")
def kit(output: Path) -> None:
    """Pack the spec kit for other languages."""
    with _exit_on_error():
        click.echo(f"Packed {write_kit(output).name}.")


@main.command()
@click.option("--spec", type=_PATH, default=ROOT / "spec" / "openapi.yaml", help="The contract.")
def lint(spec: Path) -> None:
    """Check the contract against OpenAPI, the project's rules and Redocly CLI's rules."""
    with _exit_on_error():
        document = lint_contract(spec, short_name(spec))
        document.refuse(completeness_problems(document))
        table = read_error_table()
        if spec.resolve() == (ROOT / "spec" / "openapi.yaml").resolve():
            table.refuse(confinement_problems(table, document.root))
            _refuse_answers(document)
        click.echo(f"{short_name(spec)} is valid.")
        try:
            document.refuse(strict_problems(document, spec))
        except NodeMissing as missing:
            if os.environ.get("CI"):
                raise
            click.echo(f"Redocly CLI's rules are not checked. {missing}")
        else:
            click.echo("Redocly CLI finds no problem either.")


def _refuse_answers(document: Document) -> None:
    caller = caller_view(document.root)
    files = [path.read_text("utf-8") for path in sorted((ROOT / "spec" / "vectors").glob("*.json"))]
    lines = [line for text in files for line in answer_problems(caller, json.loads(text))]
    if lines:
        raise GeneratorError("\n".join([*lines, "Correct the contract, or mark the vector NotTyped."]))


@main.command()
@click.option("--spec", type=_PATH, default=ROOT / "spec", help="The folder of the working contract.")
def diff(spec: Path) -> None:
    """List the changes since the last release; fail if they break callers and the version hides it."""
    with _exit_on_error():
        release = Release.last()
        current = Document.read(spec / "openapi.yaml", "spec/openapi.yaml").root["info"]["version"]
        changes = _changes(release, spec)
        _list(changes)
        if not changes:
            click.echo(f"Nothing has changed for callers since {release.version}.")
        if not version_allows(release.version, current, changes):
            raise GeneratorError(
                f"A change since {release.version} breaks callers, and the version is {current}. "
                "Raise the first number of info.version, or revert the change."
            )
        refuse_versions(release, spec)


def _list(changes: list[Change]) -> None:
    for change in changes:
        click.echo(textwrap.fill(str(change), 80, subsequent_indent=" " * 9))


def _changes(release: Release, spec: Path) -> list[Change]:
    try:
        return all_changes(release, spec)
    except GoMissing as missing:
        if os.environ.get("CI"):
            raise
        click.echo(f"Only the extensions and the error table are compared. {missing}")
        return own_changes(release, spec)


@main.command()
@click.argument("version")
def release(version: str) -> None:
    """Freeze the working contract as a release."""
    with _exit_on_error():
        _list(freeze(version))
        click.echo(f"Released {version}. Run `make generate`, and commit everything.")


@main.command()
@click.option("--pages", type=_PATH, default=ROOT / "spec" / "pages", help="The folder of the pages.")
def page(pages: Path) -> None:
    """Check the contract against the exchange's own pages."""
    with _exit_on_error():
        contract = ROOT / "spec" / "openapi.yaml"
        lines, meant = page_problems(Document.read(contract, short_name(contract)), pages)
        if lines:
            raise GeneratorError("\n".join([*lines, _ADVICE]))
        click.echo(f"The contract agrees with the pages. Known differences: {meant}.")


@contextmanager
def _exit_on_error() -> Iterator[None]:
    """Print a problem as one message and exit with code 1."""
    try:
        yield
    except GeneratorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
