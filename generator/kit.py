"""The spec kit: what another language needs, in one archive that is the same to the byte each time."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from generator.caller_view import caller_view
from generator.document import ROOT, Document, json_text, yaml_text
from generator.error_table import read_error_table
from generator.problem import GeneratorError
from generator.reference_page import reference_page
from generator.run import lint

# What is taken from spec/, by pattern: whatever else an editor leaves there stays at home.
_TAKEN = (
    *("README.md", "CHANGELOG.md", "signing.md", "openapi.yaml", "errors.yaml", "schemas/*.schema.json"),
    *("vectors/README.md", "vectors/*.json", "vectors/signing.toml", "vectors/make.py", "pages/*.md"),
)
_MODE = 0o644
# The beginning of what archives and file systems can all hold: 1 January 1980.
_TIME = 315_532_800
_LEVEL = 9


def write_kit(folder: Path, root: Path = ROOT) -> Path:
    """Writes the archive, and returns its path.

    The version in its name is the contract's. Order, times, owners and modes are fixed, so that the same
    contract gives the same bytes on every machine with the same zlib.

    Args:
        folder: Where it goes.
        root: The project.

    Raises:
        GeneratorError: If the contract is not in order, or the reference page cannot be rendered.
    """
    document = lint(root / "spec" / "openapi.yaml", "spec/openapi.yaml")
    name = f"bingx-spot-spec-{document.root['info']['version']}"
    target = folder / f"{name}.tar.gz"
    archive = _archive(name, kit_files(document, root))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive)
    except OSError as error:
        raise GeneratorError(f"{target.name} cannot be written: {error.strerror}.") from None
    return target


def kit_files(document: Document, root: Path = ROOT) -> dict[str, bytes]:
    """Gives every file of the kit by its path within it.

    Args:
        document: The contract.
        root: The project.

    Raises:
        GeneratorError: If the reference page cannot be rendered.
    """
    spec = root / "spec"
    files = {path.relative_to(spec).as_posix(): _bytes(path) for path in _taken(spec)}
    files["LICENSE"] = _bytes(root / "LICENSE")
    errors = read_error_table(spec / "errors.yaml")
    caller = caller_view(document.root)
    made = {
        "openapi.json": json_text(document.root),
        "openapi.caller.yaml": yaml_text(caller),
        "openapi.caller.json": json_text(caller),
        "errors.json": json_text(errors.root),
        "reference.html": reference_page(document.root, errors.root, files["signing.md"].decode()),
    }
    return files | {name: text.encode() for name, text in made.items()}


def _taken(spec: Path) -> Iterator[Path]:
    for pattern in _TAKEN:
        found = sorted(spec.glob(pattern))
        if not found:
            raise GeneratorError(f"spec/{pattern} is missing, and the kit needs it.")
        yield from found


def _bytes(path: Path) -> bytes:
    """Reads a text file with line ends as LF, however the system that checked it out likes them."""
    return path.read_bytes().replace(b"\r\n", b"\n")


def _archive(name: str, files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with (
        gzip.GzipFile(
            filename="", fileobj=packed, mode="wb", compresslevel=_LEVEL, mtime=_TIME
        ) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for path in sorted(files):
            member = tarfile.TarInfo(f"{name}/{path}")
            member.size, member.mtime, member.mode = len(files[path]), _TIME, _MODE
            archive.addfile(member, io.BytesIO(files[path]))
    return packed.getvalue()
