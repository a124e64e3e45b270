"""`bingx-spot sandbox`: run the local stand-in for the exchange."""

import click

try:
    from bingx_sandbox.cli import command
except ModuleNotFoundError as missing:
    text = f"The sandbox needs {missing.name}. Install it with: pip install 'bingx-spot[sandbox]'"
    raise click.ClickException(text) from None

__all__ = ["command"]
