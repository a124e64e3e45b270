"""Find a host's addresses, and wait no longer for them than there is time."""

# The first look-up would import it, in whichever thread: `forks.whole` says why that is no place for it.
import encodings.idna  # noqa: F401
import socket
from concurrent.futures import Future
from ipaddress import ip_address
from threading import Lock, Thread

from bingx_spot.transport.backend import ConnectionBroken

# In the machine's own hosts file, so that nobody has to be asked.
_OWN = "localhost"


class Resolver:
    """Look hosts up in threads of their own: the system's look-up blocks, and knows no time-out.

    Whoever needs a host that is being looked up waits for that look-up, so that one which hangs holds a
    single thread, however many calls give up on it.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._under_way: dict[tuple[str, int], Future[list[str]]] = {}

    def of(self, host: str, port: int, seconds: float) -> list[str]:
        """Return a host's addresses, the preferred one first.

        Args:
            host: A name, or an address, which is returned as it is.
            port: The port that is wanted there.
            seconds: How long to wait.

        Raises:
            TimeoutError: The time was up.
            Broken: Nobody knows the host.
        """
        if is_address(host):
            return [host]
        try:
            return _found(host, port) if host == _OWN else self._look_up(host, port).result(seconds)
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:
            problem = ConnectionBroken(f"no address: {error}")
        raise problem

    def _look_up(self, host: str, port: int) -> Future[list[str]]:
        with self._lock:
            under_way = self._under_way.get((host, port))
            if under_way is None:
                under_way = Future()
                # A daemon: a look-up that hangs must not keep a program from ending.
                Thread(target=self._end, args=(host, port, under_way), daemon=True).start()
                self._under_way[host, port] = under_way
            return under_way

    def _end(self, host: str, port: int, under_way: Future[list[str]]) -> None:
        try:
            under_way.set_result(_found(host, port))
        except Exception as error:  # noqa: BLE001 - whoever waits is told
            under_way.set_exception(error)
        with self._lock:
            del self._under_way[host, port]


def is_address(host: str) -> bool:
    """Tell whether a host is written as an address, which needs no look-up."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _found(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    # As text, with the zone where there is one; this asks nobody.
    numeric = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
    return list(dict.fromkeys(socket.getnameinfo(entry[4], numeric)[0] for entry in found))
