"""Run the packed kit's collections in the programs that they are for, against the sandbox that is in it."""

import os
import shutil
import sys
import tarfile
from pathlib import Path

from generator.kit import write_kit
from tools.conformance.run import Verdict, communicate

SCRIPT = Path(__file__).with_name("collections") / "run.sh"
NAME = "the kit's collections"
_TOOLS = ("node", "npm")
_SHOWN = 40


def run_collections(build: Path) -> Verdict:
    """Pack the kit, unpack it, and run its collections; the verdict's generator names the programs.

    Args:
        build: The folder for the kit, the programs and what they print.
    """
    missing = tuple(tool for tool in _TOOLS if shutil.which(tool) is None)
    if missing:
        return Verdict(NAME, missing=missing)
    archive = write_kit(build)
    kit = build / archive.name.removesuffix(".tar.gz")
    shutil.rmtree(kit, ignore_errors=True)
    with tarfile.open(archive) as packed:
        packed.extractall(build, filter="data")
    environment = {**os.environ, "KIT": str(kit.resolve()), "BINGX_PYTHON": sys.executable}
    code, output, errors = communicate(SCRIPT, environment, build)
    lines = f"{errors}\n{output}".strip().splitlines()
    if code:
        return Verdict(NAME, wrongs=("\n    ".join([f"{SCRIPT.name} ended with {code}:", *lines[-_SHOWN:]]),))
    return Verdict(NAME, lines[-1])
