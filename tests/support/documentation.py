"""Run the examples of the documentation: Python blocks, and `console` blocks with their output.

Each page has a sandbox of its own, to which the environment points. The comment `<!-- skip: next -->` skips a
block.
"""

import os
import re
import subprocess
import sys
import tempfile
from doctest import ELLIPSIS, NORMALIZE_WHITESPACE, OutputChecker
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sybil import Example, Sybil
from sybil.evaluators.python import PythonEvaluator
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from bingx_sandbox import Sandbox

_FLAGS = ELLIPSIS | NORMALIZE_WHITESPACE
_NOT_RUN = ("make ", "pip install ", "source ")


def start(namespace: dict[str, Any]) -> None:
    """Start a sandbox for a page, and point the environment at it."""
    sandbox = namespace["sandbox_of_the_page"] = Sandbox(limits="off").__enter__()
    folder = namespace["folder_of_the_page"] = tempfile.TemporaryDirectory()
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{own.get('PATH', '')}"
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    settings = {**own, **keys, "BINGX_ENV": sandbox.url, "PATH": path, "COLUMNS": "80"}
    environment = namespace["environment_of_the_page"] = patch.dict(os.environ, settings, clear=True)
    environment.start()
    namespace["commands"] = Path(folder.name)


def end(namespace: dict[str, Any]) -> None:
    """Stop the sandbox and restore the environment."""
    namespace["environment_of_the_page"].stop()
    namespace["folder_of_the_page"].cleanup()
    namespace["sandbox_of_the_page"].__exit__(None, None, None)


def commands(text: str) -> list[tuple[str, str]]:
    """Return the commands of a console block, each with the output that the page shows."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], ""))
        elif found:
            command, output = found[-1]
            found[-1] = (command, f"{output}{line}\n")
    return found


def shown(page: str, language: str) -> list[str]:
    """Return the blocks of one language on a page of docs/, in order, without the indentation of lists."""
    text = (Path(__file__).parents[2] / "docs" / page).read_text("utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE)
    return [re.sub(f"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def evaluate(example: Example) -> str:
    """Run a console block in one shell, and return how its output differs from the page."""
    script, expected = [], ""
    for command, output in commands(example.parsed):
        if command.startswith(_NOT_RUN) or command.endswith("&"):
            continue
        script.append(command if output else f"{{ {command}\n}} >/dev/null")
        expected += output
    ran = subprocess.run(
        ["bash", "-c", "\n".join(["set -e", *script])],
        cwd=example.namespace["commands"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if ran.returncode:
        return f"exit code {ran.returncode}: {ran.stderr}{ran.stdout}"
    right = not expected or OutputChecker().check_output(expected, ran.stdout, _FLAGS)
    return "" if right else f"printed:\n{ran.stdout}\nshown:\n{expected}"


class PythonParser(CodeBlockParser):
    """Find Python blocks. Each begins with the sandbox's first orders, as console blocks do."""

    language = "python"
    _run = PythonEvaluator()

    def evaluate(self, example: Example) -> None:
        """Run one."""
        example.namespace["sandbox_of_the_page"].reset()
        self._run(example)


class ConsoleParser(CodeBlockParser):
    """Find console blocks."""

    language = "console"

    def evaluate(self, example: Example) -> str:
        """Run one."""
        example.namespace["sandbox_of_the_page"].reset()
        return evaluate(example)


examples = Sybil(
    parsers=[PythonParser(), ConsoleParser(), SkipParser()],
    patterns=["docs/**/*.md", "README.md"],
    path=str(Path(__file__).parents[2]),
    setup=start,
    teardown=end,
)
