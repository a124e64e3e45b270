"""`make fuzz`: run every target of this package for so many seconds, or its usual cases, each."""

import argparse
import pkgutil
import sys
from importlib import import_module

import tools.fuzz


def main(seconds: float | None, seed: int | None = None) -> int:
    """Run the targets, with random seeds if none is given; return 1 if one has found something.

    Args:
        seconds: How long each runs; `None` for the number of cases that each has for `make check`.
        seed: Repeats a run.
    """
    names = sorted(each.name for each in pkgutil.iter_modules(tools.fuzz.__path__) if each.name != "__main__")
    # Each target gets its turn, whatever the others find.
    ends = [import_module(f"tools.fuzz.{name}").main(seconds, seed) for name in names]
    return int(any(ends))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz")
    parser.add_argument("--seconds", type=float, help="how long each runs; its usual cases, if not given")
    parser.add_argument("--seed", type=int, help="repeats a run; random if not given")
    given = parser.parse_args()
    sys.exit(main(given.seconds, given.seed))
