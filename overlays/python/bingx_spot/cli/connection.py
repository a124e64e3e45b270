"""Where and how the requests of a command go: the options for it, the same in all commands that send any."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

import click

from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.interruption import interruptible
from bingx_spot.cli.output import EXIT_CODES, distinct, print_error, print_json, print_table, usage_errors
from bingx_spot.client import BingxSpot
from bingx_spot.config import SETTINGS, Config, Options, with_environment
from bingx_spot.core.clock import Clock
from bingx_spot.core.request import ApiCall, RequestSigner
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import CallError, OutcomeUnknown

# By the name of the setting, as in `--timeout`: what stands for the value, and the help.
_OPTIONS = {
    "timeout": ("SECONDS", "How long a call may take, waiting for the rate limit included."),
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
#: The exit code of a command by the error of its call: the first class that the error is an instance of.
FAILURE_CODES: Mapping[type[CallError], int] = {
    OutcomeUnknown: EXIT_CODES[CancelOutcome.UNKNOWN],
    CallError: EXIT_CODES[CancelOutcome.UNAFFECTED],
}


@dataclass(frozen=True, slots=True)
class Connection:
    """Where and how the requests of a command go, and who reads its result."""

    environment: Environment
    options: Options  # of a client, those that environment variables give included
    timeout: float | None  # what `--timeout` itself says, in seconds
    as_json: bool  # whether results are for programs

    @classmethod
    def parse(cls, environment: str, texts: Mapping[str, str], *, as_json: bool) -> "Connection":
        """Return the connection for `--env` and the other options; `InvalidInput` names one of them."""
        given: dict[str, Any] = {"environment": environment}
        for name, text in texts.items():
            given[SETTINGS[name].option] = SETTINGS[name].value(text, f"--{name}")
        options = with_environment(cast("Options", given))
        return cls(Environment.parse(Config(**options).environment), options, given.get("timeout"), as_json)

    def members(self) -> dict[str, object]:
        """Return the members of a JSON object, or the rows of a table, that say where requests go."""
        return {"environment": self.environment.name, "host": self.environment.base_url}

    def command(self, *words: object) -> str:
        """Return a command of this program for the same environment, to be pasted."""
        return f"bingx-spot {' '.join(map(str, words))} --env {self.environment.option}"

    def show(self, title: str, style: str, rows: Mapping[str, object], members: Mapping[str, object]) -> None:
        """Print a result, as rows of a table or as members of a JSON object, and where requests go."""
        where = self.members()
        if self.as_json:
            print_json({**where, **members, **where})
        else:
            print_table(title, style, {**distinct(where), **rows})

    def print_request(self, call: ApiCall) -> None:
        """Print the request that would be sent, stamped and signed, secrets masked."""
        placement, signer = self.options.get("placement", "auto"), RequestSigner(Credentials.from_env())
        chosen = None if placement == "auto" else placement
        info = signer.sign_request(call, self.environment.base_url, Clock().timestamp(), chosen).info
        shown = {"method": info.method, "url": info.url, "placement": info.placement}
        members = {**shown, "parameters": dict(info.parameters), "headers": dict(info.headers)}
        self.show("Dry run: nothing was sent", "cyan", {**shown, **info.headers, **info.parameters}, members)

    @contextmanager
    def client(
        self, interrupted: str, codes: Mapping[type[CallError], int] = FAILURE_CODES
    ) -> Iterator[BingxSpot]:
        """Yield a client; a call that fails ends the command, and so does Ctrl-C, with the text for it."""
        with (
            interruptible(interrupted),
            self.printing_errors(codes),
            BingxSpot.from_env(**self.options) as bingx,
        ):
            yield bingx

    @contextmanager
    def printing_errors(self, codes: Mapping[type[CallError], int]) -> Iterator[None]:
        """Let a call that fails end the command: print its error, and exit with its code."""
        try:
            yield
        except CallError as error:
            print_error(error, self.members(), as_json=self.as_json)
            sys.exit(next(code for kind, code in codes.items() if isinstance(error, kind)))


def connection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options to a command, whose function gets them as `connection`.

    Errors before a request is sent become usage errors.
    """

    @wraps(command)
    def run(environment: str, **parameters: Any) -> None:
        texts = {name: parameters.pop(name.replace("-", "_")) for name in _OPTIONS}
        with usage_errors():
            given = {name: text for name, text in texts.items() if text is not None}
            connection = Connection.parse(environment, given, as_json=parameters.pop("as_json", False))
            command(connection=connection, **parameters)

    for name, (metavar, description) in reversed(_OPTIONS.items()):
        variable = SETTINGS[name].variable
        run = click.option(f"--{name}", metavar=metavar, help=f"{description} [{variable}]")(run)
    return click.option(
        "--env",
        "environment",
        metavar="live|vst|sandbox|URL",
        default=lambda: os.environ.get(SETTINGS["env"].variable) or "live",
        show_default="BINGX_ENV, else live",
        help="Where to send requests.",
    )(run)
