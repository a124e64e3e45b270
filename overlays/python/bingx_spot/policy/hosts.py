"""Choose the host: the primary, or its fallback after a network failure."""

import logging
from collections.abc import Callable
from time import monotonic

from bingx_spot.environments import Environment

_log = logging.getLogger("bingx_spot")

#: How long the fallback is used before the primary is tried again, in seconds.
PAUSE = 30.0


class Hosts:
    """Choose where the next request goes.

    The fallback is for network failures alone: an HTTP answer, whatever it says, is an answer.

    Args:
        environment: The primary's and the fallback's base URL.
        use_fallback: Whether the fallback may be used.
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(
        self, environment: Environment, *, use_fallback: bool = True, now: Callable[[], float] = monotonic
    ) -> None:
        self._primary = environment.base_url
        self._fallback = environment.fallback_url if use_fallback else None
        self._now = now
        self._primary_again_at = 0.0

    def choose(self) -> str:
        """Return the base URL for the next request."""
        if self._fallback is not None and self._now() < self._primary_again_at:
            return self._fallback
        return self._primary

    def failed(self, base_url: str) -> None:
        """Note that the network failed on the way to this host."""
        if self._fallback is None:
            return
        if base_url == self._primary:
            _log.warning("the primary host cannot be reached; its fallback takes over for %d s", PAUSE)
            self._primary_again_at = self._now() + PAUSE
        else:
            self._primary_again_at = 0.0
