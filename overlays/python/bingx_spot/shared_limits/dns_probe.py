"""Look hosts up before redis-py does, which would wait for a name server as long as that takes."""

# The first look-up would import it, in whichever thread: `forks.whole` says why that is no place for it.
import encodings.idna  # noqa: F401
import socket
from collections.abc import Iterable
from contextlib import suppress
from ipaddress import ip_address
from threading import Thread

from bingx_spot.shared_limits.protocol import StoreError

#: How long a name server may take, in seconds. Nobody gets a permit in that time.
PATIENCE = 0.5
# In the machine's own hosts file, so that nobody has to be asked.
_OWN = "localhost"


class Names:
    """Ask where hosts are, in a thread, for the system's look-up knows no time-out.

    Args:
        hosts: Names and addresses, and the ports that are wanted there.
    """

    def __init__(self, hosts: Iterable[tuple[str, int | None]]) -> None:
        self._hosts = [(host, port) for host, port in hosts if host != _OWN and not _is_address(host)]
        self._asking: Thread | None = None

    def wait(self) -> None:
        """Wait until the name server has answered for each host, whatever it says.

        Raises:
            StoreError: It does not answer. Its answer is not asked for again, however late it comes, so a
                look-up that hangs holds a single thread.
        """
        if not self._hosts:
            return
        if self._asking is None:
            # A daemon: a look-up that hangs must not keep a program from ending.
            self._asking = Thread(target=self._ask, name="bingx-spot names", daemon=True)
            self._asking.start()
        self._asking.join(PATIENCE)
        if self._asking.is_alive():
            raise StoreError(
                "the name server does not tell where it is",
                "Look at the name server; an address in the URL needs none.",
            )
        self._asking = None

    def _ask(self) -> None:
        for host, port in self._hosts:
            with suppress(OSError, UnicodeError):
                socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
