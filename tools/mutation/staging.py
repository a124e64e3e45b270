"""Lay the project out as mutmut needs it: packages that are imported by their own names, in `src`."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGE = ROOT / "build" / "mutation"
_SOURCES = (
    "overlays/python/bingx_spot",
    "overlays/python/bingx_sandbox",
    "generated/python/bingx_spot_api",
)
_BESIDE = ("tests", "spec")
_FILES = ("pyproject.toml", "conftest.py")
_UNWANTED = shutil.ignore_patterns("__pycache__", "*.pyc")


def stage(root: Path = ROOT, to: Path = STAGE) -> Path:
    """Copy sources and tests to a fresh folder, and return it.

    mutmut names a mutant by the path of its file, less a leading `src`, and finds its tests by the name of
    the module that they import; the two agree only in this layout. Nothing of an earlier run is kept, since
    its results would be those of older tests.

    Args:
        root: The project.
        to: The folder.
    """
    shutil.rmtree(to, ignore_errors=True)
    for source in _SOURCES:
        shutil.copytree(root / source, to / "src" / Path(source).name, ignore=_UNWANTED)
    for folder in _BESIDE:
        shutil.copytree(root / folder, to / folder, ignore=_UNWANTED)
    for file in _FILES:
        shutil.copy2(root / file, to / file)
    return to
