"""Find out where a server wants its parameters, and remember it."""

import logging

from bingx_spot.placement import Placement

_log = logging.getLogger("bingx_spot")


class Placing:
    """Choose the placement for a host.

    The endpoint's page says JSON, public clients send a query string. Where a server answers that
    signature or parameters are missing, nothing was executed; the query string is tried then, once, and
    kept for that host.

    Args:
        fixed: The placement that the user fixed, or None to find out.
    """

    def __init__(self, fixed: Placement | None = None) -> None:
        self._fixed = fixed
        self._found: dict[str, Placement | None] = {}

    def choose(self, base_url: str) -> Placement | None:
        """Return the placement for a host; None for what the contract says."""
        return self._fixed or self._found.get(base_url)

    def move(self, base_url: str, tried: str | None) -> bool:
        """Take note that a host did not see the parameters, and tell whether another place is worth a try.

        Args:
            base_url: The host.
            tried: Where the parameters were.
        """
        if self._fixed is not None:
            return False
        if base_url not in self._found:
            _log.warning("the server sees no parameters in JSON; they go as a query string from now on")
            self._found[base_url] = "query"
            return True
        if tried != self._found[base_url]:
            # Another call has moved them since this one was sent.
            return self._found[base_url] is not None
        # Not there either, so it was no matter of the place: back to the contract, for good.
        self._found[base_url] = None
        return False
