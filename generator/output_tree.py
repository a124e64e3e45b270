"""The generated tree on disk: comparing it, and replacing it whole."""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from generator import __version__
from generator.client import OPENAPI_PYTHON_CLIENT
from generator.problem import GeneratorError
from generator.rendering import RUFF

_MARK = "openapi.caller.yaml"


def contents(folder: Path) -> dict[str, bytes]:
    """Gives every file of a tree by its path within it. What Python caches on import is no part of it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(there: Path, wanted: Path) -> list[str]:
    """Says, a line for each file, where a tree is not the wanted one. Nothing means that they are equal."""
    old, new = contents(there), contents(wanted)
    lines = [f"missing: {name}" for name in new.keys() - old.keys()]
    lines += [f"left over: {name}" for name in old.keys() - new.keys()]
    lines += [f"different: {name}" for name in old.keys() & new.keys() if old[name] != new[name]]
    return sorted(lines)


def changes(there: Path, wanted: Path) -> list[str]:
    """Says, in the words of who makes it anew, what a tree gets: a line for each file that is really another.

    Every file names the contract at its head, so that each change of the contract is one of all files;
    those that differ in nothing else are counted in one line.
    """
    old, new = contents(there), contents(wanted)
    other = [name for name in old.keys() & new.keys() if old[name] != new[name]]
    changed = [name for name in other if without_header(old[name]) != without_header(new[name])]
    lines = sorted(
        [f"new: {name}" for name in new.keys() - old.keys()]
        + [f"gone: {name}" for name in old.keys() - new.keys()]
        + [f"changed: {name}" for name in changed]
    )
    if len(other) > len(changed):
        lines.append(f"The head of {len(other) - len(changed)} more files names another contract.")
    return lines


@contextlib.contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Gives an empty folder beside the tree, on the same file system, and takes it away at the end.

    Raises:
        GeneratorError: If what stands at the target was not made by this generator, or no folder can be made.
    """
    _recover(target)
    _refuse_strangers(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        holder = tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent)
    except OSError as error:
        raise GeneratorError(f"Nothing can be written beside {target.name}/: {error.strerror}.") from None
    with holder as folder:
        yield Path(folder)


def swap(new: Path, target: Path) -> None:
    """Puts a new tree in the place of the old one, whole.

    Whatever fails on the way, the old tree is put back. A process that is killed between the two renames
    leaves the old tree under its second name, from where the next run takes it.

    Raises:
        GeneratorError: If the file system refuses. The old tree is in its place then.
    """
    previous = _previous(target)
    try:
        with _undisturbed():
            if target.exists():
                target.rename(previous)
            try:
                new.rename(target)
            except BaseException:
                _recover(target)
                raise
    except OSError as error:
        raise GeneratorError(f"{target.name}/ cannot be replaced: {error.strerror}.") from None
    shutil.rmtree(previous, ignore_errors=True)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}-previous")


def _recover(target: Path) -> None:
    """Puts the old tree back where a run ended between the renames; drops it where both had happened."""
    previous = _previous(target)
    if target.exists():
        shutil.rmtree(previous, ignore_errors=True)
    elif previous.exists():
        previous.rename(target)


def _refuse_strangers(target: Path) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if target.is_symlink() or not (target / _MARK).is_file():
        raise GeneratorError(
            f"{target.name}/ was not made by this generator (it holds no {_MARK}) and would be"
            " replaced whole. Name another place with --output."
        )


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Holds Ctrl-C and a request to end back until the block is done, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_FIRST = "Generated. Do not edit: change the contract, then run `make generate`."
_COMMENT = b"# "


def without_header(content: bytes) -> bytes:
    """Gives a generated file without the comment lines at its top, which name the contract's digest."""
    if not content.startswith(_COMMENT + _FIRST.encode()):
        return content
    lines = content.splitlines(keepends=True)
    while lines and lines[0].startswith(_COMMENT):
        del lines[0]
    return b"".join(lines)


@dataclass(frozen=True, slots=True)
class Header:
    """Says what a file was made from, with what, and by which command. It holds no date and no path.

    Args:
        spec_version: `info.version` of the contract.
        spec_sha256: Digest of the contract.
    """

    spec_version: str
    spec_sha256: str

    def __str__(self) -> str:
        """Gives the header as comment lines, which every kind of file but JSON takes."""
        lines = (
            _FIRST,
            f"Made from spec/openapi.yaml, version {self.spec_version},",
            f"SHA-256 {self.spec_sha256},",
            f"by the generator of bingx-spot {__version__}"
            f" with openapi-python-client {OPENAPI_PYTHON_CLIENT} and ruff {RUFF}.",
        )
        return "".join(f"# {line}\n" for line in lines)

    def stamp(self, folder: Path) -> None:
        """Writes the header on the files of a folder, but not on Python's, written with it, nor on JSON's."""
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".py", ".json") and path.is_file():
                text = path.read_text("utf-8")
                path.write_text(f"{self}\n{text}".rstrip("\n") + "\n", "utf-8", newline="\n")
