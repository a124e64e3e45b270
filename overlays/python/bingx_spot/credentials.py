"""API key and secret, which never leave the process by accident.

They are redacted in every `repr`, cannot be pickled or copied, and are in no error text.
"""

import codecs
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NoReturn, Self

from bingx_spot.exceptions import CredentialsError
from bingx_spot.private_file import read_secret
from bingx_spot.redaction import leaving_no_frame

#: Environment variables that `Credentials.from_env` reads.
API_KEY_VARIABLE = "BINGX_API_KEY"
API_SECRET_VARIABLE = "BINGX_API_SECRET"  # noqa: S105 - the name of a variable, not a secret
KEY_FILE_VARIABLE = "BINGX_KEY_FILE"
#: After the name of one of the first two: the path of a file that holds that half alone.
_FILE = "_FILE"
#: What is said where no API key is set, and what to do about it.
NO_KEY = "no API key is set"
SET_A_KEY = (
    f"Set {API_KEY_VARIABLE} and {API_SECRET_VARIABLE}, or {API_KEY_VARIABLE}{_FILE} and "
    f"{API_SECRET_VARIABLE}{_FILE} to the paths of files with one half each, or {KEY_FILE_VARIABLE} to that "
    'of a file with {"apiKey": "...", "apiSecret": "..."}, which only you can read (chmod 600)'
)

_BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_QUOTES = "\"'`\N{LEFT DOUBLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"


class Credentials:
    """An API key and its secret.

    Args:
        api_key: The API key, as the exchange shows it.
        api_secret: The API secret, as the exchange showed it once.

    Raises:
        CredentialsError: One of them is empty or in quotes, or contains white space or a control character.
    """

    __slots__ = ("_api_key", "_api_secret")

    @leaving_no_frame
    def __init__(self, api_key: str, api_secret: str) -> None:
        problem = _problem("API key", api_key) or _problem("API secret", api_secret)
        if problem:
            raise CredentialsError(problem)
        self._api_key = api_key
        self._api_secret = api_secret

    @classmethod
    def from_env(cls) -> Self:
        """Read the credentials from the environment or from the files that it names.

        `BINGX_API_KEY` and `BINGX_API_SECRET` come first, then the files that `BINGX_API_KEY_FILE` and
        `BINGX_API_SECRET_FILE` name, each with one half, then the key file that `BINGX_KEY_FILE` names.

        Raises:
            CredentialsError: None is set, only one half is, or a file cannot be used.
        """
        if source_of(API_KEY_VARIABLE) or source_of(API_SECRET_VARIABLE):
            return cls(half_from_env(API_KEY_VARIABLE), half_from_env(API_SECRET_VARIABLE))
        if os.environ.get(KEY_FILE_VARIABLE):
            return cls.from_file(os.environ[KEY_FILE_VARIABLE])
        raise CredentialsError(f"{NO_KEY}. {SET_A_KEY}")

    @classmethod
    @leaving_no_frame
    def from_file(cls, path: str | os.PathLike[str]) -> Self:
        """Read the credentials from a key file that only its owner can read.

        The file holds a JSON object with `apiKey` and `apiSecret`. Other members are ignored, so that the
        first line that the sandbox prints can be used as it is. A link is followed, and on a read-only mount
        others may read the file: so containers mount secrets.

        Raises:
            CredentialsError: The file is missing, other users can read or replace it, or it is not such an
                object.
        """
        text = _read_private(Path(path))
        if not text:
            raise CredentialsError(f"key file {path} is empty; has the program that writes it finished?")
        api_key: object = None
        api_secret: object = None
        # The error is raised after the block: one of JSON has the whole file in its `doc`.
        with suppress(ValueError, KeyError, TypeError, RecursionError):
            members = json.loads(text)
            api_key, api_secret = members["apiKey"], members["apiSecret"]
        if not isinstance(api_key, str) or not isinstance(api_secret, str):
            raise CredentialsError(
                f'key file {path} must hold a JSON object: {{"apiKey": "...", "apiSecret": "..."}}'
            )
        return cls(api_key, api_secret)

    @property
    def api_key(self) -> str:
        """Return the API key in clear, for the header `X-BX-APIKEY`."""
        return self._api_key

    @property
    def api_secret(self) -> str:
        """Return the API secret in clear, for `signing.sign` and nothing else."""
        return self._api_secret

    def __repr__(self) -> str:
        return "Credentials(api_key='***', api_secret='***')"

    def __reduce__(self) -> NoReturn:
        raise TypeError("Credentials cannot be pickled or copied: a secret must not leave the process")

    # The default returns both halves to any code that asks for the object's state.
    __getstate__ = __reduce__


def source_of(variable: str) -> str:
    """Return the variable that gives a half: this one, the one that names its file, or none."""
    if variable in os.environ:
        return variable
    return variable + _FILE if variable + _FILE in os.environ else ""


@leaving_no_frame
def half_from_env(variable: str) -> str:
    """Return the API key or the API secret, as its variable or the file of that half has it.

    Line ends after it are left out: most programs write one. `CredentialsError` says that there is none.
    """
    source = source_of(variable)
    if not source:
        other = API_SECRET_VARIABLE if variable == API_KEY_VARIABLE else API_KEY_VARIABLE
        raise CredentialsError(f"{variable} is missing; {source_of(other)} alone is not enough")
    # os.environ is not assigned to a variable: tools that print a traceback would print the secret with it.
    if not os.environ[source]:
        hidden = [name for name in (variable + _FILE, KEY_FILE_VARIABLE) if os.environ.get(name)]
        unset = f": unset it, so that {hidden[0]} is read" if hidden and source == variable else ""
        raise CredentialsError(f"{source} is set and empty{unset}")
    if source == variable:
        return os.environ[source]
    text = _read_private(Path(os.environ[source])).rstrip("\r\n")
    if not text:
        raise CredentialsError(f"key file {os.environ[source]} is empty")
    return text


def secret_from_env() -> str:
    """Return the API secret alone, all that signing needs; `CredentialsError` says that none is set."""
    if source_of(API_SECRET_VARIABLE):
        return half_from_env(API_SECRET_VARIABLE)
    if os.environ.get(KEY_FILE_VARIABLE):
        return Credentials.from_file(os.environ[KEY_FILE_VARIABLE]).api_secret
    where = f"{API_SECRET_VARIABLE}, or {KEY_FILE_VARIABLE} to the path of a key file"
    raise CredentialsError(f"there is no secret to sign with: set {where}")


def _problem(name: str, value: object) -> str:
    if not isinstance(value, str):
        return f"{name} must be text, not {type(value).__name__}"
    if not value:
        return f"{name} is empty"
    if any(character.isspace() or not character.isprintable() for character in value):
        return f"{name} contains white space or a control character; was a line break copied with it?"
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return f"{name} is in quotes: remove them; an env file of Docker keeps them"
    if name == "API key" and not value.isascii():
        return f"{name} contains a character that is not ASCII, which an HTTP header cannot hold"
    return ""


def _read_private(path: Path) -> str:
    # Raised at the end: an error that was being handled would stay its context, with the file in it.
    try:
        content = read_secret(path, 65536)
        if not content.startswith(_BYTE_ORDER_MARKS):
            return content.decode()
        problem = f"key file {path} begins with a byte order mark; save it as UTF-8 without one"
    except OSError as error:
        is_path = path.is_absolute() or os.path.lexists(path)
        shown = path if is_path else "(no absolute path: it may be the key itself, and is not shown)"
        problem = f"key file {shown} is not used: {error.strerror}"
    except UnicodeDecodeError:
        problem = f"key file {path} is not UTF-8 text"
    except ValueError:
        problem = "key file: its name is not a path"
    raise CredentialsError(problem)
