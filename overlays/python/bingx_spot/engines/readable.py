"""Tell whether sockets have something to say."""

import select

_GONE = getattr(select, "POLLNVAL", 0)


class Readable:
    """Watch sockets that nobody reads from.

    Args:
        *descriptors: The sockets' own.
    """

    __slots__ = ("_descriptors", "_poll", "gone")

    def __init__(self, *descriptors: int) -> None:
        self._descriptors: set[int] = set()
        #: Those that were found closed by whoever they belonged to, and are not watched any more.
        self.gone: set[int] = set()
        self._poll = select.poll() if hasattr(select, "poll") else None
        for descriptor in descriptors:
            self.add(descriptor)

    def add(self, descriptor: int) -> None:
        """Watch one more."""
        self._descriptors.add(descriptor)
        if self._poll is not None:
            self._poll.register(descriptor, select.POLLIN)

    def remove(self, descriptor: int) -> None:
        """Watch one no more, if it was watched."""
        if descriptor in self._descriptors:
            self._descriptors.remove(descriptor)
            if self._poll is not None:
                self._poll.unregister(descriptor)

    def now(self) -> bool:
        """Tell whether reading from one of them would give something at once, be it the end."""
        if self._poll is None:  # pragma: no cover - Windows has no poll
            return bool(self._descriptors and select.select(self._descriptors, [], [], 0)[0])
        speaking = False
        for descriptor, event in self._poll.poll(0):
            if event & _GONE:
                self.remove(descriptor)
                self.gone.add(descriptor)
            else:
                speaking = True
        return speaking
