"""The command line of the generator."""

import sys
from pathlib import Path

import click

from generator import __version__
from generator.document import ROOT, short_name
from generator.problem import GeneratorError
from generator.run import check, generate, lint

_PATH = click.Path(path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--check", "mode", flag_value="check", help="Change nothing; fail if the tree is out of date.")
@click.option("--lint", "mode", flag_value="lint", help="Only validate the contract.")
@click.option("--spec", type=_PATH, default=ROOT / "spec" / "openapi.yaml", help="The contract.")
@click.option("--output", type=_PATH, default=ROOT / "generated", help="The tree to write.")
@click.version_option(__version__, prog_name="bingx-spot generator")
def main(mode: str | None, spec: Path, output: Path) -> None:
    """Make generated/ from spec/openapi.yaml."""
    try:
        if mode == "lint":
            lint(spec, short_name(spec))
            click.echo(f"{short_name(spec)} is valid.")
        elif mode == "check":
            _report_check(output, check(spec, short_name(spec), output.absolute()))
        else:
            _report(output, generate(spec, short_name(spec), output.absolute()))
    except GeneratorError as error:
        click.echo(str(error), err=True)
        sys.exit(1)


def _report(output: Path, changes: list[str]) -> None:
    for line in changes:
        click.echo(line)
    click.echo(f"{output.name}/ is updated." if changes else f"{output.name}/ is up to date.")


def _report_check(output: Path, lines: list[str]) -> None:
    if not lines:
        click.echo(f"{output.name}/ is up to date.")
        return
    for line in lines:
        click.echo(line, err=True)
    click.echo(f"{output.name}/ is out of date. Run `make generate`.", err=True)
    sys.exit(1)


if __name__ == "__main__":
    main()
