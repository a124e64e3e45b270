"""The commands that look after the contract: `python -m generator.commands NAME`, or the targets of make."""

import os
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from generator.change import Change, version_allows
from generator.completeness import completeness_problems
from generator.document import ROOT, Document, short_name
from generator.error_table import read_error_table
from generator.exchange_page_check import page_problems
from generator.kit import write_kit
from generator.oasdiff import GoMissing
from generator.problem import GeneratorError
from generator.redocly import NodeMissing, strict_problems
from generator.release import Release, all_changes, freeze, own_changes
from generator.run import lint as lint_contract

_ADVICE = (
    "Where the page is right, change spec/openapi.yaml; where the contract is, write the difference and its\n"
    "reason into spec/pages/differences.yaml."
)
_PATH = click.Path(path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Look after the contract."""


@main.command()
@click.option("--output", type=_PATH, default=ROOT / "dist", help="The folder for the archive.")
def kit(output: Path) -> None:
    """Pack the spec kit for other languages."""
    with _told():
        click.echo(f"Packed {write_kit(output).name}.")


@main.command()
@click.option("--spec", type=_PATH, default=ROOT / "spec" / "openapi.yaml", help="The contract.")
def lint(spec: Path) -> None:
    """Hold the contract against OpenAPI, our rules, and Redocly CLI's."""
    with _told():
        document = lint_contract(spec, short_name(spec))
        document.refuse(completeness_problems(document))
        read_error_table()
        click.echo(f"{short_name(spec)} is in order.")
        try:
            document.refuse(strict_problems(document, spec))
        except NodeMissing as missing:
            if os.environ.get("CI"):
                raise
            click.echo(f"Not held against Redocly CLI's rules. {missing}")
        else:
            click.echo("Redocly CLI finds nothing in it either.")


@main.command()
@click.option("--spec", type=_PATH, default=ROOT / "spec", help="The folder of the working contract.")
def diff(spec: Path) -> None:
    """Say what has changed since the last release, and fail where callers break and the version hides it."""
    with _told():
        release = Release.last()
        current = Document.read(spec / "openapi.yaml", "spec/openapi.yaml").root["info"]["version"]
        changes = _changes(release, spec)
        _list(changes)
        if not changes:
            click.echo(f"Nothing that concerns callers has changed since {release.version}.")
        if not version_allows(release.version, current, changes):
            raise GeneratorError(
                f"Callers of {release.version} break, and the contract calls itself {current}. "
                "Raise the first number of info.version, or take the change back."
            )


def _list(changes: list[Change]) -> None:
    for change in changes:
        click.echo(textwrap.fill(str(change), 80, subsequent_indent=" " * 9))


def _changes(release: Release, spec: Path) -> list[Change]:
    try:
        return all_changes(release, spec)
    except GoMissing as missing:
        if os.environ.get("CI"):
            raise
        click.echo(f"Extensions and error table alone are compared. {missing}")
        return own_changes(release, spec)


@main.command()
@click.argument("version")
def release(version: str) -> None:
    """Freeze the working contract as a release."""
    with _told():
        _list(freeze(version))
        click.echo(f"Released {version}. Run `make generate`, and commit everything.")


@main.command()
@click.option("--pages", type=_PATH, default=ROOT / "spec" / "pages", help="The folder of the pages.")
def page(pages: Path) -> None:
    """Hold the contract against the exchange's own pages."""
    with _told():
        contract = ROOT / "spec" / "openapi.yaml"
        lines, meant = page_problems(Document.read(contract, short_name(contract)), pages)
        if lines:
            raise GeneratorError("\n".join([*lines, _ADVICE]))
        click.echo(f"The contract says what the pages say, but for {meant} that differ with a reason.")


@contextmanager
def _told() -> Iterator[None]:
    """Lets a problem be one message, and the exit code 1."""
    try:
        yield
    except GeneratorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
