"""`make census`: how large our three Python packages are, and how their modules depend on each other.

Imports that stand under `TYPE_CHECKING` or in a function count like any other, so that no cycle can hide.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import grimp
from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "bingx_spot": ROOT / "overlays/python/bingx_spot",
    "bingx_sandbox": ROOT / "overlays/python/bingx_sandbox",
    "generator": ROOT / "generator",
}
SMALL = 60


@dataclass(frozen=True)
class Census:
    """What was counted in one package.

    Attributes:
        files: Python files.
        lines: Their lines, blank ones and docstrings included.
        small: Files of fewer than 60 lines.
        noqa: Comments that silence the linter.
        layers: The longest chain of imports between top-level modules and subpackages, `__init__` included.
        cycles: Modules that import each other, directly or not; one tuple for each ring.
    """

    files: int
    lines: int
    small: int
    noqa: int
    layers: int
    cycles: tuple[tuple[str, ...], ...]


def census(package: str, folder: Path) -> Census:
    """Count one package, which must be importable."""
    texts = [file.read_text("utf-8") for file in folder.rglob("*.py")]
    lengths = [len(text.splitlines()) for text in texts]
    graph = grimp.build_graph(package)
    cycles = find_cycles(graph)
    for child in graph.find_children(package):
        graph.squash_module(child)
    return Census(
        files=len(texts),
        lines=sum(lengths),
        small=sum(length < SMALL for length in lengths),
        noqa=sum(text.count("# noqa") for text in texts),
        layers=count_layers(graph),
        cycles=cycles,
    )


def find_cycles(graph: grimp.ImportGraph) -> tuple[tuple[str, ...], ...]:
    """Return the rings of modules that import each other."""
    upstream = {module: graph.find_upstream_modules(module) for module in graph.modules}
    rings = {
        tuple(sorted({module, *(other for other in found if module in upstream[other])}))
        for module, found in upstream.items()
    }
    return tuple(sorted(ring for ring in rings if len(ring) > 1))


def count_layers(graph: grimp.ImportGraph) -> int:
    """Return the longest chain of imports; modules that import each other stand on one layer."""
    ring_of = {module: ring for ring in find_cycles(graph) for module in ring}

    @cache
    def height(ring: tuple[str, ...]) -> int:
        below: Iterable[str] = {
            other for module in ring for other in graph.find_modules_directly_imported_by(module)
        }
        rings = {ring_of.get(other, (other,)) for other in below} - {ring}
        return 1 + max(map(height, rings), default=0)

    return max(height(ring_of.get(module, (module,))) for module in graph.modules)


def main() -> int:
    """Print the table, and return 1 if modules import each other."""
    counted = {package: census(package, folder) for package, folder in PACKAGES.items()}
    table = Table(box=None, header_style="dim", pad_edge=False)
    table.add_column("package")
    for heading in ("files", "lines", f"under {SMALL} lines", "noqa", "layers", "cycles"):
        table.add_column(heading, justify="right")
    for package, found in counted.items():
        numbers = (found.files, found.lines, found.small, found.noqa, found.layers, len(found.cycles))
        table.add_row(package, *map(str, numbers))
    console = Console(width=80, highlight=False)
    console.print(table)
    for found in counted.values():
        for ring in found.cycles:
            console.print(f"cycle: {', '.join(ring)}")
    return int(any(found.cycles for found in counted.values()))


if __name__ == "__main__":
    sys.exit(main())
