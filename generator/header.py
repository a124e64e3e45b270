"""The words at the top of every generated file."""

from dataclasses import dataclass
from pathlib import Path

from generator import __version__
from generator.client import OPENAPI_PYTHON_CLIENT
from generator.layout import RUFF

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
