"""Know which of libcurl's connections rest, and whether one of them has something to say.

libcurl keeps them in a cache of its own, and looks only once a second whether one in it is dead. A connection
is known by its local port.
"""

from bingx_spot.engines.readable import Readable


class Resting:
    """Watch the connections on which no request is under way."""

    def __init__(self) -> None:
        self._users: dict[int, object] = {}
        self._descriptors: dict[int, int] = {}
        self._readable = Readable()

    def begin(self, port: int, user: object) -> None:
        """Note that a request is about to be written to a connection.

        Args:
            port: The connection's local port.
            user: Whose request it is.
        """
        self._users[port] = user
        descriptor = self._descriptors.pop(port, None)
        if descriptor is not None:
            self._readable.remove(descriptor)

    def end(self, port: int, user: object, descriptor: int) -> None:
        """Note that the answer is there.

        Args:
            port: The connection's local port.
            user: Whose request it was.
            descriptor: The connection's socket.
        """
        # Another request may have been written to it before this one's end was noted.
        if self._users.get(port) is user:
            del self._users[port]
            self._descriptors[port] = descriptor
            self._readable.add(descriptor)

    def speak(self) -> bool:
        """Tell whether one of them has been closed, or says what nobody has asked for."""
        gone = self._readable.gone
        if gone:
            self._descriptors = {p: each for p, each in self._descriptors.items() if each not in gone}
            gone.clear()
        return self._readable.now()
