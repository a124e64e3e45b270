"""`make audit`: look up each locked package in the OSV database.

The exit code is 0 if no package is known to be vulnerable, 1 if one is, and 3 if the database did not answer:
then nothing is known, and nothing is claimed. `--or-say-so` returns 0 instead of 3, for a machine without a
network; the output still says so.
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
_QUIET = ("--progress-spinner", "off")


def main(*arguments: str) -> int:
    """Audit each lock file, and return the exit code."""
    options = _parse(arguments)
    ends = {_audit(lock, options.osv_url) for lock in options.locks}
    end = next((each for each in (VULNERABLE, NOT_AUDITED) if each in ends), CLEAN)
    return CLEAN if end == NOT_AUDITED and options.or_say_so else end


def _parse(arguments: tuple[str, ...]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.audit")
    parser.add_argument("locks", nargs="*", default=LOCKS)
    parser.add_argument("--osv-url", help="another database with the API of OSV")
    parser.add_argument("--or-say-so", action="store_true", help="return 0 if the database does not answer")
    return parser.parse_args(arguments)


def _audit(lock: str, osv_url: str | None) -> int:
    where = ["--osv-url", osv_url] if osv_url else []
    ran = subprocess.run(
        [PIP_AUDIT, "-r", lock, "--disable-pip", "-s", "osv", *where, "-f", "json", *_QUIET],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        packages = json.loads(ran.stdout)["dependencies"]
    except ValueError:
        print(f"{lock}: NOT AUDITED; whether a package in it is vulnerable is not known.")
        # The last line names the cause.
        print("  " + "".join(ran.stderr.strip().splitlines()[-1:]))
        return NOT_AUDITED
    found = list(_found(packages))
    print(f"{lock}: {len(packages)} packages, known vulnerabilities: {len(found)}")
    print("".join(f"  {line}\n" for line in found), end="")
    return VULNERABLE if found else CLEAN


def _found(packages: list[Mapping[str, Any]]) -> Iterator[str]:
    for package in packages:
        for vulnerability in package.get("vulns", ()):
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {vulnerability['id']}, fixed in {fixed}"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
