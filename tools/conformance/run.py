"""Run one language's commands, and hold what they say against the vectors and the sandbox's book."""

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
# The spec, in the forms in which other languages read it.
GIVEN = {
    "BINGX_SPEC": ROOT / "spec",
    "BINGX_CALLER": ROOT / "generated" / "openapi.caller.yaml",
    "BINGX_ERRORS": ROOT / "generated" / "errors.json",
}
FILES = ("signing.json", "answers.json", "clock.json")
# To compile a language's libraries on a bare machine takes minutes; what hangs must end.
LONGEST = 900
_LARGEST_EXACT_DOUBLE = 2**53
_WORDS = {"language": str, "generator": str, "passed": int, "total": int, "skipped": int, "orderId": str}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say what one language has shown.

    Args:
        language: The language, as it names itself.
        generator: Name and version of what generated its client.
        passed: Vectors that were passed.
        total: Vectors that there are, less those whose value the language cannot hold.
        cancelled: Whether the sandbox's book says that this run cancelled the order.
        exact: Whether the typed result had the order's id, digit by digit.
        missing: Tools that are not installed; then nothing was run.
        wrongs: What is wrong, a sentence each.
    """

    language: str
    generator: str = ""
    passed: int = 0
    total: int = 0
    cancelled: bool = False
    exact: bool = False
    missing: tuple[str, ...] = ()
    wrongs: tuple[str, ...] = field(default=())


def prove(language: Language, build: Path = BUILD) -> Verdict:
    """Run the language's checks and its conformance script against a sandbox of its own.

    Args:
        language: The language.
        build: Where its output is kept, and what it generates and compiles.
    """
    missing = language.missing()
    if missing:
        return Verdict(language.name, missing=tuple(missing))
    with Sandbox(orders=3) as sandbox:
        order_id = int(sandbox.place_order(SYMBOL)["orderId"])
        assert order_id > _LARGEST_EXACT_DOUBLE, "a double could hold the id, so nothing would be shown"
        assert int(float(order_id)) != order_id, "likewise"
        environment = _environment(build / language.name, sandbox, order_id)
        ran = _run(language.folder / SCRIPT, environment)
        executed = sandbox.executed()[str(order_id)]
    said, wrongs = _said(ran)
    wrongs += _vector_wrongs(said)
    cancelled = executed["status"] == "CANCELED" and executed["cancelledBy"] is not None
    exact = said.get("orderId") == str(order_id)
    if not cancelled:
        wrongs.append(f"the order in the sandbox's book is {executed['status']}")
    if said.get("status") != "CANCELED":
        wrongs.append(f"the typed result says {said.get('status')!r}, not 'CANCELED'")
    if not exact:
        wrongs.append(f"the typed result names {said.get('orderId')!r}, the order is {order_id}")
    wrongs += _linted(language, environment)
    return Verdict(
        str(said.get("language", language.name)),
        str(said.get("generator", "")),
        said.get("passed", 0),
        number_of_tests() - said.get("skipped", 0),
        cancelled,
        exact,
        wrongs=tuple(wrongs),
    )


def number_of_tests() -> int:
    """Count the vectors that every language answers for."""
    return sum(_vectors(name)["numberOfTests"] for name in FILES)


def unholdable() -> int:
    """Count the vectors whose value a language may be unable to hold: those that go beyond JSON."""
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
        # For the one script that is Python itself.
        "BINGX_PYTHON": sys.executable,
    }
    return {**os.environ, **given, **own}


def _run(script: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a script and keep what it prints beside what it builds; 124 if it is not done in time."""
    try:
        code, output, errors = _communicate(script, environment)
    except OSError as error:
        code, output, errors = 126, "", f"cannot be run: {error.strerror}"
    log = Path(environment["BINGX_BUILD"]) / f"{script.stem}.log"
    log.write_text(errors + output, "utf-8")
    return subprocess.CompletedProcess([str(script)], code, output, errors)


def _communicate(script: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    with subprocess.Popen(
        [str(script)],
        env=environment,
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
            # Whatever it has started, too: a compiler, a server.
            os.killpg(running.pid, signal.SIGKILL)
            output, errors = running.communicate()
            return 124, output, f"{errors}not done after {LONGEST} s"
        except BaseException:
            os.killpg(running.pid, signal.SIGKILL)
            raise
    return running.returncode, output, errors


def _said(ran: subprocess.CompletedProcess[str]) -> tuple[dict[str, Any], list[str]]:
    """Read the object on the last line, and give what is wrong with it and with how the script ended."""
    wrongs = [f"{SCRIPT} ended with {ran.returncode}: {_tail(ran)}"] if ran.returncode else []
    lines = ran.stdout.strip().splitlines()
    try:
        said = json.loads(lines[-1])
        odd = [name for name, kind in _WORDS.items() if type(said.get(name)) is not kind]
    except (IndexError, ValueError, AttributeError):
        return {}, [*wrongs, "its last line is no JSON object"]
    if odd:
        return {}, [*wrongs, f"its last line lacks {', '.join(odd)}, or has it in another type"]
    return said, wrongs


def _vector_wrongs(said: Mapping[str, Any]) -> list[str]:
    if not said:
        return []
    wrongs, there_are = [], number_of_tests()
    if said["passed"] + said["skipped"] != there_are:
        wrongs.append(f"{said['passed']} vectors passed and {said['skipped']} skipped, of {there_are}")
    if said["passed"] != said["total"]:
        wrongs.append(f"{said['passed']} vectors passed of {said['total']} that were run")
    if said["skipped"] > unholdable():
        wrongs.append(f"{said['skipped']} vectors skipped; {unholdable()} hold what JSON cannot")
    return wrongs


def _linted(language: Language, environment: Mapping[str, str]) -> list[str]:
    if not (language.folder / LINTER).exists():
        return []
    ran = _run(language.folder / LINTER, environment)
    return [f"{LINTER} ended with {ran.returncode}: {_tail(ran)}"] if ran.returncode else []


def _tail(ran: subprocess.CompletedProcess[str]) -> str:
    lines = f"{ran.stdout}\n{ran.stderr}".strip().splitlines()
    return "\n    ".join(["", *lines[-15:]])
