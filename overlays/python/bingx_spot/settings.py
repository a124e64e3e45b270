"""The settings of a client that are given as text: by an environment variable, or on the command line."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from bingx_spot.config import Config, Options
from bingx_spot.environments import Environment
from bingx_spot.exceptions import InvalidInput
from bingx_spot.redaction import leaving_no_frame

if TYPE_CHECKING:
    import ssl

# These belong to the connections, which a transport of the caller's own opens itself.
_CONNECTION_OPTIONS = ("proxy", "tls")


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, which is a keyword argument of a client and an environment variable."""

    option: str
    variable: str
    parse: Callable[[str], Any]  # to the argument, which the client checks

    def value(self, text: str, name: str) -> Any:
        """Return the argument for a text.

        Raises:
            InvalidInput: It is not allowed; the error has the name by which the user gave it.
        """
        try:
            value = self.parse(text)
            Config(**cast("Options", {self.option: value}))
        except InvalidInput as error:
            raise InvalidInput(name, error.reason, error.allowed) from None
        return value


def _number(text: str) -> float | str:
    """Return a number, or a text that is refused later, or has a meaning of its own."""
    return float(text) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text) else text


def _authorities(path: str) -> "ssl.SSLContext":
    # Imported here: ssl takes longer to import than all of this package.
    from bingx_spot.transport.tls_and_proxy import authorities_of

    return authorities_of(path)


#: What the environment and the command line can set, by the name of its option: `--ca-file` for `tls`.
SETTINGS = {
    "env": Setting("environment", "BINGX_ENV", str),
    "timeout": Setting("timeout", "BINGX_TIMEOUT", _number),
    "placement": Setting("placement", "BINGX_PLACEMENT", str),
    "proxy": Setting("proxy", "BINGX_PROXY", str),
    "ca-file": Setting("tls", "BINGX_CA_FILE", _authorities),
    "rate": Setting("rate", "BINGX_RATE", _number),
    "limits": Setting("limits", "BINGX_LIMITS", str),
}


# The URLs of `proxy` and `limits` may hold a password.
@leaving_no_frame
def with_environment(options: Options) -> Options:
    """Return the caller's options, with those that environment variables give where they are not set.

    Raises:
        InvalidInput: A variable is not allowed; the error names it.
    """
    merged: dict[str, Any] = {**options}
    for setting in SETTINGS.values():
        text = os.environ.get(setting.variable)
        if text and setting.option not in options and _applies(setting.option, merged):
            merged[setting.option] = setting.value(text, setting.variable)
    return cast("Options", merged)


def _applies(option: str, options: dict[str, Any]) -> bool:
    """Return whether a variable may set this option beside others, of which the environment is the first."""
    if option in _CONNECTION_OPTIONS and options.get("transport") is not None:
        return False
    # Plain http stays on this machine, and no proxy is allowed beside it.
    return option != "proxy" or not Environment.parse(options.get("environment", "live")).has_plain_http
