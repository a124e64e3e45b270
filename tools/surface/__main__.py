"""`make surface-diff`: show what changed in the SDK's public names since its last release."""

import sys
import textwrap

from bingx_spot import __version__
from generator.change import version_allows
from tools.surface.compare import freeze, last_release, surface_changes
from tools.surface.stub import stub


def main(arguments: list[str]) -> int:
    """Print the changes, or with `--release` store the surface; return 1 if callers would break."""
    if arguments == ["--release"]:
        print(f"Stored as {freeze().name}.")
        return 0
    if arguments:
        print("usage: python -m tools.surface [--release]", file=sys.stderr)
        return 2
    released = last_release()
    changes = surface_changes(released.read_text("utf-8"), stub())
    for change in changes:
        print(textwrap.fill(str(change), 80, subsequent_indent=" " * 9))
    if not changes:
        print(f"The public surface is that of {released.stem}.")
    if version_allows(released.stem, __version__, changes):
        return 0
    number = "first" if int(released.stem.split(".")[0]) else "second"
    print(
        f"Callers of {released.stem} break, and the version is {__version__}. Raise its {number} number\n"
        "in bingx_spot/_version.py, or revert the change.",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
