"""The spec kit: everything that another language needs, in one reproducible archive."""

import gzip
import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

from generator.arazzo import arazzo
from generator.caller_view import caller_view, openapi31
from generator.collections import collections
from generator.compilation import compile_contract
from generator.document import ROOT, Document, json_text, yaml_text
from generator.error_table import read_error_table
from generator.output_tree import refuse_other_kind
from generator.problem import GeneratorError
from generator.reference_page import reference_page
from generator.run import lint
from generator.stand_in import NAME, stand_in

# The files of spec/ that go into the kit, by pattern.
_TAKEN = (
    *(
        "README.md",
        "generators.md",
        "CHANGELOG.md",
        "extensions.md",
        "signing.md",
        "openapi.yaml",
        "errors.yaml",
        "Containerfile",
        "schemas/*.schema.json",
    ),
    *("vectors/README.md", "vectors/*.json", "vectors/signing.toml", "vectors/make.py", "pages/*.md"),
)
_MODE = 0o644
# 1 January 1980, the earliest time that all archives and file systems can hold.
_TIME = 315_532_800
_LEVEL = 9


def write_kit(folder: Path, root: Path = ROOT) -> Path:
    """Write the archive and return its path.

    The version in its name is the contract's. Order, times, owners and modes are fixed: the same contract
    gives the same bytes on every machine with the same zlib.

    Raises:
        GeneratorError: The contract is not valid, or the reference page cannot be rendered.
    """
    document = lint(root / "spec" / "openapi.yaml", "spec/openapi.yaml")
    name = f"bingx-spot-spec-{document.root['info']['version']}"
    target = folder / f"{name}.tar.gz"
    refuse_other_kind(target)
    archive = _archive(name, kit_files(document, root))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive)
    except OSError as error:
        raise GeneratorError(f"{target.name} cannot be written: {error.strerror}.") from None
    return target


def kit_files(document: Document, root: Path = ROOT) -> dict[str, bytes]:
    """Return the files of the kit, by their path in it.

    Raises:
        GeneratorError: The reference page cannot be rendered.
    """
    spec = root / "spec"
    files = {path.relative_to(spec).as_posix(): _bytes(path) for path in _taken(spec)}
    files["LICENSE"] = _bytes(root / "LICENSE")
    errors = read_error_table(spec / "errors.yaml")
    caller, compiled = caller_view(document.root), compile_contract(document)
    generated = {
        "bingx-spot.arazzo.yaml": yaml_text(arazzo(compiled)),
        "openapi.json": json_text(document.root),
        "openapi.caller.yaml": yaml_text(caller),
        "openapi.caller.json": json_text(caller),
        "openapi31.caller.yaml": yaml_text(openapi31(caller)),
        "operations.json": json_text(compiled),
        "errors.json": json_text(errors.root),
        "reference.html": reference_page(document.root, errors.root, files["signing.md"].decode()),
    }
    texts = generated | collections(compiled)
    return files | {NAME: stand_in(ROOT)} | {name: text.encode() for name, text in texts.items()}


def _taken(spec: Path) -> Iterator[Path]:
    for pattern in _TAKEN:
        found = sorted(spec.glob(pattern))
        if not found:
            raise GeneratorError(f"spec/{pattern} is missing. The kit needs it.")
        yield from found


def _bytes(path: Path) -> bytes:
    """Read a text file with LF line ends."""
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
