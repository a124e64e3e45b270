"""The server that all contenders ask: nginx, which answers a fixed body faster than any of them asks.

Where there is no nginx, a server in Python stands in, and the report says so: then it is the bottleneck.
"""

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.cores import SERVER_CORE, pinned
from benchmarks.speed.stand_in import BODY

_CONFIGURATION = """
worker_processes 1;
daemon off;
master_process off;
pid {folder}/pid;
error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off;
    default_type application/json;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{body}'; }} }}
}}
"""


@dataclass(frozen=True)
class Server:
    """Say where the server is, and what it is.

    Attributes:
        url: Its origin.
        name: What answers.
    """

    url: str
    name: str


@contextmanager
def running_server() -> Iterator[Server]:
    """Run the server until the block ends."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        if nginx is None:
            command = [sys.executable, "-m", "benchmarks.speed.stand_in", str(port)]
            name = "a stand-in in Python"
        else:
            path = Path(folder, "nginx.conf")
            path.write_text(_CONFIGURATION.format(folder=folder, port=port, body=BODY.decode()), "utf-8")
            command, name = [nginx, "-p", folder, "-c", str(path)], _version(nginx)
        with subprocess.Popen(pinned(command, SERVER_CORE), stderr=subprocess.DEVNULL) as process:
            try:
                _wait_for(port, process)
                yield Server(f"http://127.0.0.1:{port}", name)
            finally:
                process.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _version(nginx: str) -> str:
    said = subprocess.run([nginx, "-v"], capture_output=True, text=True, check=True).stderr
    return said.split(": ")[-1].strip().replace("/", " ")


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    ends = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.02)
        else:
            return
