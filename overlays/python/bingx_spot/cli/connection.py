"""Where and how the requests of a command go: the options for it, the same in all commands that send any."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

import click

from bingx_spot.cli.output import environment_option, usage_errors
from bingx_spot.config import Config, Options
from bingx_spot.environments import Environment
from bingx_spot.settings import SETTINGS, with_environment

# By the name of the setting, as in `--timeout`: what stands for the value, and the help.
_OPTIONS = {
    "timeout": ("SECONDS", "How long a call may take, waiting for a permit included."),
    "placement": (
        "json|query|form|auto",
        "Where parameters go; auto falls back from JSON to the query string.",
    ),
    "proxy": ("URL", "An HTTP proxy; leave one with a password to the variable."),
    "ca-file": ("FILE", "Certificates (PEM) to trust in place of the public authorities."),
    "rate": (
        "copy-trading|N",
        "Cancels a second: copy-trading for leaders, or a number; else as documented.",
    ),
}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where and how the requests of a command go.

    Attributes:
        environment: The environment.
        options: The options of a client, those that environment variables give included.
    """

    environment: Environment
    options: Options

    @classmethod
    def parse(cls, environment: str, texts: dict[str, str]) -> "Connection":
        """Return the connection for what the user gave.

        Args:
            environment: The value of `--env`.
            texts: The values of the other options that are given, by the names in `SETTINGS`.

        Raises:
            InvalidInput: An option or a variable is not allowed; the error names it.
        """
        given: dict[str, Any] = {"environment": environment}
        for name, text in texts.items():
            given[SETTINGS[name].option] = SETTINGS[name].value(text, f"--{name}")
        options = with_environment(cast("Options", given))
        return cls(Environment.parse(Config(**options).environment), options)

    def members(self) -> dict[str, object]:
        """Return the members of a JSON object, or the rows of a table, that say where requests go."""
        return {"environment": self.environment.name, "host": self.environment.base_url}

    def command(self, *words: object) -> str:
        """Return a command of this program for the same environment, to be pasted."""
        return f"bingx-spot {' '.join(map(str, words))} --env {self.environment.option}"


def connection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, whose function gets them as `connection`."""

    @wraps(command)
    def run(environment: str, **parameters: Any) -> None:
        texts = {name: parameters.pop(name.replace("-", "_")) for name in _OPTIONS}
        with usage_errors():
            given = {name: text for name, text in texts.items() if text is not None}
            connection = Connection.parse(environment, given)
        command(connection=connection, **parameters)

    for name, (metavar, description) in reversed(_OPTIONS.items()):
        variable = SETTINGS[name].variable
        option = click.option(f"--{name}", metavar=metavar, help=f"{description} [{variable}]")
        run = option(run)
    return environment_option(run)
