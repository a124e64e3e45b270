"""`make audit`: ask the OSV database of each locked package, and say how that ended.

It ends with 0 where all were asked of and none is known to be vulnerable, with 1 where one is, and with 3
where the database did not answer: then nothing is known, and nothing is claimed. `--or-say-so` makes 0 of 3,
for a machine without a network, which is told so all the same.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

CLEAN, VULNERABLE, NOT_AUDITED = 0, 1, 3
PIP_AUDIT = Path("build/trust/venv/bin/pip-audit")
LOCKS = ("requirements/dev.txt", "requirements/lowest.txt")
_QUIETLY = ("--progress-spinner", "off")


def main(*arguments: str) -> int:
    """Audit each lock file, and return how that ended."""
    asked = _asked(arguments)
    ends = {_audited(lock, asked.osv_url) for lock in asked.locks}
    end = next((each for each in (VULNERABLE, NOT_AUDITED) if each in ends), CLEAN)
    return CLEAN if end == NOT_AUDITED and asked.or_say_so else end


def _asked(arguments: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.audit")
    parser.add_argument("locks", nargs="*", default=LOCKS)
    parser.add_argument("--osv-url", help="another database that speaks as OSV does")
    parser.add_argument(
        "--or-say-so", action="store_true", help="end well where the database does not answer"
    )
    return parser.parse_args(arguments)


def _audited(lock: str, osv_url: str | None) -> int:
    where = ["--osv-url", osv_url] if osv_url else []
    told = subprocess.run(
        [PIP_AUDIT, "-r", lock, "--disable-pip", "-s", "osv", *where, "-f", "json", *_QUIETLY],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(told.stdout)["dependencies"]
    except ValueError:
        print(f"{lock}: NOT AUDITED; whether anything in it is vulnerable is not known.")
        # The last line is what a person can do something about.
        print("  " + "".join(told.stderr.strip().splitlines()[-1:]))
        return NOT_AUDITED
    found = list(_found(packages))
    print(f"{lock}: {len(packages)} packages, known vulnerabilities: {len(found)}")
    print("".join(f"  {line}\n" for line in found), end="")
    return VULNERABLE if found else CLEAN


def _found(packages: list[Mapping[str, Any]]) -> Iterator[str]:
    for package in packages:
        for vulnerability in package.get("vulns", ()):
            mended = ", ".join(vulnerability["fix_versions"]) or "nothing yet"
            yield f"{package['name']} {package['version']}: {vulnerability['id']}, mended in {mended}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
