"""`bingx-spot completion`: print what makes a shell complete the commands and options."""

import sys

import click

_EPILOG = """\b
Examples:
  bingx-spot completion bash >~/.bingx-spot.bash  # source it in ~/.bashrc
  bingx-spot completion zsh >~/.zfunc/_bingx-spot  # in your fpath
  bingx-spot completion fish >~/.config/fish/completions/bingx-spot.fish
"""


@click.command("completion", epilog=_EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script for SHELL; it goes into a file that the shell reads."""
    from click.shell_completion import get_completion_class

    root = click.get_current_context().find_root()
    completion = get_completion_class(shell)
    assert completion is not None, "click knows the three shells"  # noqa: S101 - a mistake of ours
    try:
        click.echo(completion(root.command, {}, "bingx-spot", "_BINGX_SPOT_COMPLETE").source())
    except RuntimeError as problem:
        # macOS comes with a bash of 2007, which has no such completion.
        click.echo(str(problem), err=True)
        sys.exit(1)
