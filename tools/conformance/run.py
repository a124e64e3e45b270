"""Run one language's scripts, and compare their result with the vectors and the sandbox's orders."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bingx_sandbox import Sandbox
from tools.conformance.language import LINTER, ROOT, SCRIPT, Language

SYMBOL = "BTC-USDT"
BUILD = ROOT / "build" / "conformance"
# The spec in the formats for other languages.
GIVEN = {
    "BINGX_SPEC": ROOT / "spec",
    "BINGX_CALLER": ROOT / "generated" / "openapi.caller.yaml",
    "BINGX_ERRORS": ROOT / "generated" / "errors.json",
}
FILES = ("signing.json", "answers.json", "clock.json", "parse.json", "safety.json")
# For languages that resolve whole calls.
OUTCOMES = "outcome.json"
# Seconds. To compile a language's libraries on a new machine takes minutes.
LONGEST = 900
_LARGEST_EXACT_DOUBLE = 2**53
_WORDS = {"language": str, "generator": str, "passed": int, "total": int, "skipped": int, "orderId": str}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of one language.

    Args:
        language: The language, as its script names it.
        generator: Name and version of the generator of its client.
        passed: Number of vectors that passed.
        total: Number of vectors, without those whose value the language cannot hold.
        outcomes: How many outcome vectors passed, of how many, or None if it does not resolve calls.
        cancelled: Whether this run cancelled the order on the sandbox.
        exact: Whether the typed result has the exact id of the order.
        missing: Tools that are not installed; then nothing was run.
        wrongs: Problems, a sentence each.
    """

    language: str
    generator: str = ""
    passed: int = 0
    total: int = 0
    outcomes: tuple[int, int] | None = None
    cancelled: bool = False
    exact: bool = False
    missing: tuple[str, ...] = ()
    wrongs: tuple[str, ...] = field(default=())


def prove(language: Language, build: Path = BUILD) -> Verdict:
    """Run the language's linter, and its conformance script against a sandbox of its own.

    Args:
        language: The language.
        build: The folder for its output and its generated and compiled code.
    """
    missing = language.missing()
    if missing:
        return Verdict(language.name, missing=tuple(missing))
    with Sandbox(orders=3) as sandbox:
        order_id = int(sandbox.place_order(SYMBOL)["orderId"])
        assert order_id > _LARGEST_EXACT_DOUBLE, "a double could hold the id"
        assert int(float(order_id)) != order_id, "likewise"
        environment = _environment(build / language.name, sandbox, order_id)
        ran = _run(language.folder / SCRIPT, environment)
        executed = sandbox.executed()[str(order_id)]
    result, wrongs = _result(ran)
    wrongs += _vector_wrongs(result)
    outcomes = _outcomes(result) if language.resolves else None
    if outcomes is not None and outcomes[0] != outcomes[1]:
        wrongs.append(f"{outcomes[0]} outcome vectors passed, of {outcomes[1]}")
    cancelled = executed["status"] == "CANCELED" and executed["cancelledBy"] is not None
    exact = result.get("orderId") == str(order_id)
    if not cancelled:
        wrongs.append(f"the order on the sandbox is {executed['status']}")
    if result.get("status") != "CANCELED":
        wrongs.append(f"the typed result says {result.get('status')!r}, not 'CANCELED'")
    if not exact:
        wrongs.append(f"the typed result names {result.get('orderId')!r}, the order is {order_id}")
    wrongs += _linted(language, environment)
    return Verdict(
        str(result.get("language", language.name)),
        str(result.get("generator", "")),
        result.get("passed", 0),
        number_of_tests() - result.get("skipped", 0),
        outcomes,
        cancelled,
        exact,
        wrongs=tuple(wrongs),
    )


def number_of_tests() -> int:
    """Return the number of vectors."""
    return sum(_vectors(name)["numberOfTests"] for name in FILES)


def number_of_outcomes() -> int:
    """Return the number of outcome vectors."""
    return int(_vectors(OUTCOMES)["numberOfTests"])


def _outcomes(result: Mapping[str, Any]) -> tuple[int, int]:
    """Return how many outcome vectors passed, of how many."""
    said = result.get("outcomes")
    passed = said.get("passed") if isinstance(said, dict) else 0
    return passed if isinstance(passed, int) else 0, number_of_outcomes()


def unholdable() -> int:
    """Return the number of vectors whose value JSON cannot hold, which a language may skip."""
    groups = _vectors("signing.json")["groups"]
    return sum("notJson" in test for group in groups for test in group["tests"])


def _vectors(name: str) -> Any:
    return json.loads((ROOT / "spec" / "vectors" / name).read_text("utf-8"))


def _environment(build: Path, sandbox: Sandbox, order_id: int) -> dict[str, str]:
    build.mkdir(parents=True, exist_ok=True)
    given = {name: str(path) for name, path in GIVEN.items()}
    own = {
        "BINGX_BUILD": str(build),
        "BINGX_URL": sandbox.url,
        "BINGX_API_KEY": sandbox.api_key,
        "BINGX_API_SECRET": sandbox.api_secret,
        "BINGX_SYMBOL": SYMBOL,
        "BINGX_ORDER_ID": str(order_id),
        # For the script of Python.
        "BINGX_PYTHON": sys.executable,
    }
    return {**os.environ, **given, **own}


def _run(script: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script and keep its output in a log; exit code 124 if it takes too long."""
    try:
        code, output, errors = communicate(script, environment)
    except OSError as error:
        code, output, errors = 126, "", f"cannot be run: {error.strerror}"
    log = Path(environment["BINGX_BUILD"]) / f"{script.stem}.log"
    log.write_text(errors + output, "utf-8")
    return subprocess.CompletedProcess([str(script)], code, output, errors)


def communicate(
    script: Path, environment: Mapping[str, str], folder: Path | None = None
) -> tuple[int, str, str]:
    """Run a script in a folder; return its exit code, 124 if it takes too long, and what it prints."""
    with subprocess.Popen(
        [str(script)],
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as running:
        try:
            output, errors = running.communicate(timeout=LONGEST)
        except subprocess.TimeoutExpired:
            # With its children: a compiler, a server.
            os.killpg(running.pid, signal.SIGKILL)
            output, errors = running.communicate()
            return 124, output, f"{errors}not done after {LONGEST} s"
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return running.returncode, output, errors


def _result(ran: subprocess.CompletedProcess[str]) -> tuple[dict[str, Any], list[str]]:
    """Return the JSON object on the last line, and the problems of the script."""
    wrongs = [f"{SCRIPT} ended with {ran.returncode}: {_tail(ran)}"] if ran.returncode else []
    lines = ran.stdout.strip().splitlines()
    try:
        result = json.loads(lines[-1])
        odd = [name for name, kind in _WORDS.items() if type(result.get(name)) is not kind]
    except (IndexError, ValueError, AttributeError):
        return {}, [*wrongs, "its last line is not a JSON object"]
    if odd:
        return {}, [*wrongs, f"its last line lacks {', '.join(odd)}, or has it in another type"]
    return result, wrongs


def _vector_wrongs(result: Mapping[str, Any]) -> list[str]:
    if not result:
        return []
    wrongs, there_are = [], number_of_tests()
    if result["passed"] + result["skipped"] != there_are:
        wrongs.append(f"{result['passed']} vectors passed and {result['skipped']} skipped, of {there_are}")
    if result["passed"] != result["total"]:
        wrongs.append(f"{result['passed']} vectors passed of {result['total']} that were run")
    if result["skipped"] > unholdable():
        wrongs.append(f"{result['skipped']} vectors skipped; {unholdable()} hold what JSON cannot")
    return wrongs


def _linted(language: Language, environment: Mapping[str, str]) -> list[str]:
    if not (language.folder / LINTER).exists():
        return []
    ran = _run(language.folder / LINTER, environment)
    return [f"{LINTER} ended with {ran.returncode}: {_tail(ran)}"] if ran.returncode else []


def _tail(ran: subprocess.CompletedProcess[str]) -> str:
    lines = f"{ran.stdout}\n{ran.stderr}".strip().splitlines()
    return "\n    ".join(["", *lines[-15:]])
