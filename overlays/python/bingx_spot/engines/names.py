"""Find the addresses that libcurl is told, so that it never looks a name up itself.

Its own look-ups cannot be broken off: one that hangs would hold a call far beyond its deadline.
"""

import asyncio
import socket
import time

import pycurl

from bingx_spot.engines.addresses import Addresses, is_address
from bingx_spot.engines.connections import Origin
from bingx_spot.engines.way import Broken

# How long addresses are believed, in seconds: as long as libcurl would.
_FRESH = 60.0


class Told:
    """Know what one cache of libcurl's was told, and tell it only what is new.

    libcurl keeps what it is told until it is told something else.
    """

    def __init__(self) -> None:
        self._entries: dict[Origin, str] = {}

    def tell(self, curl: pycurl.Curl, origin: Origin, entry: str) -> None:
        """Let the cache that this carrier uses know an origin's addresses."""
        if self._entries.get(origin) != entry:
            curl.setopt(pycurl.RESOLVE, [entry])
            self._entries[origin] = entry


class Names:
    """Look hosts up, now and then."""

    def __init__(self) -> None:
        self._addresses = Addresses()
        self._found: dict[Origin, tuple[float, str]] = {}

    def entry(self, origin: Origin, seconds: float) -> str:
        """Return libcurl's entry for the origin, waiting no longer than so many seconds."""
        known = self._known(origin)
        return known or self._keep(origin, self._addresses.of(origin.host, origin.port, seconds))

    async def entry_async(self, origin: Origin) -> str:
        """Return libcurl's entry for the origin."""
        known = self._known(origin)
        if known is not None:
            return known
        if is_address(origin.host):
            return self._keep(origin, [origin.host])
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Broken(f"no address: {error}") from None
        return self._keep(origin, list(dict.fromkeys(str(each[4][0]) for each in found)))

    def _known(self, origin: Origin) -> str | None:
        found = self._found.get(origin)
        return found[1] if found is not None and time.monotonic() - found[0] < _FRESH else None

    def _keep(self, origin: Origin, addresses: list[str]) -> str:
        listed = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
        entry = f"{origin.host}:{origin.port}:{listed}"
        self._found[origin] = (time.monotonic(), entry)
        return entry
