"""Tell libcurl a host's addresses, so that it never asks for them itself.

Its own look-ups cannot be broken off: one that hangs would hold a call far beyond its deadline.
"""

import asyncio
import socket
import time

import pycurl

from bingx_spot.engines.addresses import Addresses
from bingx_spot.engines.connections import Origin
from bingx_spot.engines.way import Broken

# How long addresses are believed, in seconds: as long as libcurl would.
_FRESH = 60.0


class Names:
    """Look hosts up now and then, and tell what was found to whatever carries a request there."""

    def __init__(self) -> None:
        self._addresses = Addresses()
        self._found: dict[Origin, tuple[float, str]] = {}

    def tell(self, curl: pycurl.Curl, origin: Origin, seconds: float) -> None:
        """Look the host up if it is time, waiting no longer than so many seconds, and tell."""
        if not self._is_fresh(origin):
            self._keep(origin, self._addresses.of(origin.host, origin.port, seconds))
        self._hand_over(curl, origin)

    async def tell_async(self, curl: pycurl.Curl, origin: Origin) -> None:
        """Look the host up if it is time, and tell."""
        if not self._is_fresh(origin):
            loop = asyncio.get_running_loop()
            try:
                entries = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
            except OSError as error:
                raise Broken(f"no address: {error}") from None
            self._keep(origin, list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        self._hand_over(curl, origin)

    def _is_fresh(self, origin: Origin) -> bool:
        found = self._found.get(origin)
        return found is not None and time.monotonic() - found[0] < _FRESH

    def _keep(self, origin: Origin, addresses: list[str]) -> None:
        listed = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
        self._found[origin] = (time.monotonic(), f"{origin.host}:{origin.port}:{listed}")

    def _hand_over(self, curl: pycurl.Curl, origin: Origin) -> None:
        curl.setopt(pycurl.RESOLVE, [self._found[origin][1]])
