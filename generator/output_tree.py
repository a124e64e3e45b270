"""The generated tree on disk: its headers, comparing it, replacing it as a whole."""

import contextlib
import os
import shutil
import signal
import stat
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
    """Return the files of a tree, by their path in it, without Python's caches."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def differences(there: Path, wanted: Path) -> list[str]:
    """Return a line for each file that differs from the wanted tree. Empty if the trees are equal."""
    old, new = contents(there), contents(wanted)
    lines = [f"missing: {name}" for name in new.keys() - old.keys()]
    lines += [f"left over: {name}" for name in old.keys() - new.keys()]
    lines += [f"different: {name}" for name in old.keys() & new.keys() if old[name] != new[name]]
    return sorted(lines)


def changes(there: Path, wanted: Path) -> list[str]:
    """Return a line for each file that a new tree adds, removes or changes.

    Every change of the contract changes the header of every file. Files that differ only in their header
    are counted in one line.
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
        lines.append(f"Only the header changed in {len(other) - len(changed)} more files.")
    return lines


@contextlib.contextmanager
def workplace(target: Path) -> Iterator[Path]:
    """Yield an empty folder beside the tree, on the same file system, and remove it at the end.

    Raises:
        GeneratorError: The target was not written by this generator, or no folder can be created.
    """
    _recover(target)
    _refuse_foreign_tree(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        holder = tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent)
    except OSError as error:
        raise GeneratorError(f"Nothing can be written beside {target.name}/: {error.strerror}.") from None
    with holder as folder:
        yield Path(folder)


def swap(new: Path, target: Path) -> None:
    """Replace the old tree by the new one as a whole.

    If anything fails, the old tree is restored. If the process is killed between the two renames, the next
    run restores it.

    Raises:
        GeneratorError: The file system refuses. The old tree is still in place.
    """
    previous = _previous(target)
    try:
        with _signals_blocked():
            if target.exists():
                target.rename(previous)
            try:
                new.rename(target)
            except BaseException:
                _recover(target)
                raise
    except OSError as error:
        raise GeneratorError(f"{target.name}/ cannot be replaced: {error.strerror}.") from None
    _remove(previous)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}-previous")


def _recover(target: Path) -> None:
    """Restore the old tree if a run ended between the renames; remove it if both were done."""
    previous = _previous(target)
    if os.path.lexists(target):
        _remove(previous)
    elif _is_tree(previous):
        previous.rename(target)


def _remove(tree: Path) -> None:
    """Remove a tree that this generator has written, and nothing else that stands in its place."""
    if _is_tree(tree):
        shutil.rmtree(tree, ignore_errors=True)


def _is_tree(folder: Path) -> bool:
    """Return whether a folder, and no link to one, was written by this generator."""
    mark = folder / _MARK
    return mark.is_file() and not folder.is_symlink() and not mark.is_symlink()


def _refuse_foreign_tree(target: Path) -> None:
    for path in (target, _previous(target)):
        is_empty = path.is_dir() and not path.is_symlink() and not any(path.iterdir())
        if os.path.lexists(path) and not is_empty and not _is_tree(path):
            raise GeneratorError(
                f"{path.name}/ was not written by this generator (it holds no {_MARK}). Its content"
                " would be lost. Name another folder with --output."
            )


def refuse_other_kind(path: Path) -> None:
    """Raise `GeneratorError` where something other than a regular file stands at a path to be written."""
    if os.path.lexists(path) and not stat.S_ISREG(path.lstat().st_mode):
        raise GeneratorError(
            f"{path.name} is there, and is no regular file. Remove it, or name another folder."
        )


@contextlib.contextmanager
def _signals_blocked() -> Iterator[None]:
    """Block SIGINT and SIGTERM until the end of the block, if the system supports it."""
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
    """Return a generated file without its header."""
    if not content.startswith(_COMMENT + _FIRST.encode()):
        return content
    lines = content.splitlines(keepends=True)
    while lines and lines[0].startswith(_COMMENT):
        del lines[0]
    return b"".join(lines)


@dataclass(frozen=True, slots=True)
class Header:
    """The comment at the top of a generated file: its source and tools, without date and path.

    Args:
        spec_version: `info.version` of the contract.
        spec_sha256: Digest of the contract.
    """

    spec_version: str
    spec_sha256: str

    def __str__(self) -> str:
        """Return the header as comment lines."""
        lines = (
            _FIRST,
            f"Made from spec/openapi.yaml, version {self.spec_version},",
            f"SHA-256 {self.spec_sha256},",
            f"by the generator of bingx-spot {__version__}"
            f" with openapi-python-client {OPENAPI_PYTHON_CLIENT} and ruff {RUFF}.",
        )
        return "".join(f"# {line}\n" for line in lines)

    def stamp(self, folder: Path) -> None:
        """Write the header into the files of a folder, except Python (has it) and JSON (no comments)."""
        for path in sorted(folder.rglob("*")):
            if path.suffix not in (".py", ".json") and path.is_file():
                text = path.read_text("utf-8")
                path.write_text(f"{self}\n{text}".rstrip("\n") + "\n", "utf-8", newline="\n")
