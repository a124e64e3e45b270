"""An audit reports no vulnerable package, a vulnerable one, or that the database did not answer."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools.audit.__main__ import CLEAN, NOT_AUDITED, PIP_AUDIT, VULNERABLE

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PIP_AUDIT.exists(), reason="pip-audit is not installed: run make slow"),
]

LOCK = f"certifi==2024.7.4 --hash=sha256:{'0' * 64}\nattrs==25.1.0 --hash=sha256:{'0' * 64}\n"
KNOWN = {
    "id": "PYSEC-2030-1",
    "details": "An invented one.",
    "modified": "2030-01-01T00:00:00Z",
    "published": "2030-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "certifi", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2030.1.1"}]}],
            "versions": ["2024.7.4"],
        }
    ],
}


@contextmanager
def database(*vulnerable: str) -> Iterator[str]:
    """Run a database with the API of OSV that knows one vulnerability of each of these packages."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query: Any = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = [KNOWN] if query["package"]["name"] in vulnerable else []
            body = json.dumps({"vulns": known} if known else {}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *about: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def audit(folder: Path, url: str, *more: str) -> "subprocess.CompletedProcess[str]":
    lock = folder / "lock.txt"
    lock.write_text(LOCK)
    command = [sys.executable, "-m", "tools.audit", str(lock), "--osv-url", url, *more]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_no_known_vulnerability_succeeds(tmp_path: Path) -> None:
    with database() as url:
        ran = audit(tmp_path, url)
    assert (ran.returncode, ran.stderr) == (CLEAN, "")
    assert ran.stdout.endswith("2 packages, known vulnerabilities: 0\n")


@pytest.mark.parametrize("more", [[], ["--or-say-so"]])
def test_a_known_vulnerability_is_listed_with_the_version_that_fixes_it(
    tmp_path: Path, more: list[str]
) -> None:
    with database("certifi") as url:
        ran = audit(tmp_path, url, *more)
    assert ran.returncode == VULNERABLE
    assert "certifi 2024.7.4: PYSEC-2030-1, fixed in 2030.1.1" in ran.stdout


@pytest.mark.parametrize(("more", "code"), [([], NOT_AUDITED), (["--or-say-so"], CLEAN)])
def test_a_database_that_does_not_answer_proves_nothing(tmp_path: Path, more: list[str], code: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    ran = audit(tmp_path, f"http://127.0.0.1:{port}/", *more)
    assert ran.returncode == code
    assert "NOT AUDITED; whether a package in it is vulnerable is not known" in ran.stdout
    assert "known vulnerabilities" not in ran.stdout
