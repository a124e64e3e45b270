"""The contract held against Redocly CLI's rules, as generator/node/redocly.yaml sets them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.document import Document
from generator.problem import GeneratorError, Problem
from generator.redocly import TOOLS, redocly

RULES = TOOLS / "redocly.yaml"
# It ends with 0 where it finds nothing and with 1 where it does; anything else is a fault of its own.
_ENDS = (0, 1)


def strict_problems(document: Document, path: Path) -> Iterator[Problem]:
    """Yields what Redocly CLI complains of, warnings included.

    Args:
        document: The contract, for its lines.
        path: Its file.

    Raises:
        NodeMissing: If Node.js is not there.
        GeneratorError: If the linter fails.
    """
    options = ("--config", str(RULES), "--lint-config", "error", "--format", "json", "--max-problems", "1000")
    ran = redocly("lint", str(path.absolute()), *options)
    try:
        found = json.loads(ran.stdout)["problems"] if ran.returncode in _ENDS else None
    except (ValueError, KeyError):
        found = None
    if found is None:
        raise GeneratorError(f"Redocly CLI fails:\n{ran.stderr or ran.stdout}")
    for complaint in found:
        yield document.problem(_location(complaint), _text(complaint))


def _location(complaint: Any) -> list[str | int]:
    """Turns a JSON pointer, `#/paths/~1a/get/tags/0`, into the way to a node."""
    places = complaint.get("location") or [{}]
    steps = str(places[0].get("pointer") or "#").split("/")[1:]
    names = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    return [int(name) if name.isdecimal() else name for name in names]


def _text(complaint: Any) -> str:
    words = " ".join(str(complaint["message"]).split()).rstrip(".")
    return f"{words} (Redocly CLI, {complaint['ruleId']})."
