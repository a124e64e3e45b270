"""Wake a caller that waits, be it a thread or a task."""

from collections.abc import Callable
from contextlib import suppress


class Signal:
    """Tell one waiting caller, from any thread, that it is worth looking again.

    It knows neither threads nor event loops: whoever waits says how it is woken.
    """

    __slots__ = ("_sent", "_wake")

    def __init__(self) -> None:
        self._sent = False
        self._wake: Callable[[], object] | None = None

    @property
    def sent(self) -> bool:
        """Tell whether it was sent."""
        return self._sent

    def send(self) -> None:
        """Wake the caller, or let its next `on` return at once."""
        # First the flag, then the look for a caller; `on` does it the other way round, so none is missed.
        self._sent = True
        wake = self._wake
        if wake is not None:
            with suppress(RuntimeError):  # what an event loop says that has ended; nobody waits there
                wake()

    def on(self, wake: Callable[[], object]) -> None:
        """Let `wake` be called when the signal is sent, at once if that has happened.

        Args:
            wake: Wakes the caller; it may come from another thread, and twice.
        """
        self._wake = wake
        if self._sent:
            wake()
