"""The sandbox as one file for any Python: a zip archive with all that it needs, which Python can run."""

import io
import zipfile
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path, PurePosixPath

from generator.problem import GeneratorError

NAME = "bingx-sandbox.pyz"
# Each is written in Python alone. httptools and uvloop, which uvicorn would take, are not.
_LIBRARIES = ("anyio", "click", "h11", "idna", "starlette", "typing_extensions", "uvicorn")
_LEFT_OUT = {"__pycache__", "py.typed", "RECORD", "INSTALLER", "REQUESTED", "WHEEL", "entry_points.txt"}
_FIRST_LINE = b"#!/usr/bin/env python3\n"
_MAIN = f"""import sys

if sys.version_info < (3, 11):
    sys.exit("{NAME} needs Python 3.11 or later, and this is " + sys.version.split()[0] + ".")

from bingx_sandbox.cli import command

command.epilog = command.epilog.replace("bingx-spot sandbox", "python3 {NAME}")
command(prog_name="python3 {NAME}")
"""
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100644 << 16


def stand_in(root: Path) -> bytes:
    """Return the archive. The same sources and libraries give the same bytes.

    Args:
        root: The project; the libraries are those of this Python.

    Raises:
        GeneratorError: A library has a file that is not for every Python.
    """
    packed = io.BytesIO(_FIRST_LINE)
    packed.seek(0, io.SEEK_END)
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in sorted(_files(root)):
            member = zipfile.ZipInfo(name, _TIME)
            member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, _MODE
            archive.writestr(member, content)
    return packed.getvalue()


def _files(root: Path) -> Iterator[tuple[str, bytes]]:
    yield "__main__.py", _MAIN.encode()
    yield "LICENSE", (root / "LICENSE").read_bytes()
    yield "bingx_spot_api/__init__.py", b""
    yield "bingx_spot_api/stubs.json", (root / "generated/python/bingx_spot_api/stubs.json").read_bytes()
    sources = root / "overlays" / "python"
    for path in sorted((sources / "bingx_sandbox").rglob("*")):
        if path.is_file() and not _LEFT_OUT.intersection(path.parts):
            yield path.relative_to(sources).as_posix(), path.read_bytes()
    for library in _LIBRARIES:
        yield from _files_of(library)


def _files_of(library: str) -> Iterator[tuple[str, bytes]]:
    for file in distribution(library).files or ():
        path = PurePosixPath(file)
        if path.parts[0] == ".." or _LEFT_OUT.intersection(path.parts):
            continue
        if path.suffix in {".so", ".pyd"}:
            raise GeneratorError(f"{library} has {path}, which is not for every Python.")
        yield path.as_posix(), Path(str(file.locate())).read_bytes()
