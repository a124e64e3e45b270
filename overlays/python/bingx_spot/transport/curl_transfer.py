"""What carries requests with libcurl: what it is handed, and what it hands back.

libcurl keeps connections, holds a deadline over a whole transfer and speaks HTTP. Its prerequest callback
comes when a connection stands and no byte of the request is written yet, before every attempt of libcurl's
own: so it is certain whether anything was written, and a second attempt, which an engine must not make, is
broken off.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import certifi
import pycurl

from bingx_spot.core.request import SignedRequest
from bingx_spot.fork_safety import fork_lock, open_sockets
from bingx_spot.transport.aiohttp_backend import SocketPoll
from bingx_spot.transport.backend import ConnectionBroken, ResponseHead
from bingx_spot.transport.connection_pool import LONGEST_IDLE, Origin
from bingx_spot.transport.request_context import IncompleteResponse, RequestContext

_GO_ON, _BREAK_OFF = 0, 1
_REFUSED_CHUNK = -1
_HEADER = re.compile("([^:\n]+):([^\n]*)")
# The texts of these are the system's and the TLS library's; others may repeat parts of an answer.
_TELLING = (
    pycurl.E_COULDNT_RESOLVE_HOST,
    pycurl.E_COULDNT_CONNECT,
    pycurl.E_SSL_CONNECT_ERROR,
    pycurl.E_PEER_FAILED_VERIFICATION,
    pycurl.E_SEND_ERROR,
    pycurl.E_RECV_ERROR,
    pycurl.E_GOT_NOTHING,
)
_SETTINGS: tuple[tuple[int, Any], ...] = (
    (pycurl.NOSIGNAL, 1),
    # Neither the environment's proxies nor a password file of the user's.
    (pycurl.PROXY, ""),
    (pycurl.NETRC, 0),
    (pycurl.FOLLOWLOCATION, 0),
    (pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1),
    (pycurl.MAXAGE_CONN, round(LONGEST_IDLE)),
)


class Ended(NamedTuple):
    """Say how a transfer has ended.

    Attributes:
        code: libcurl's own.
        text: Its words for that.
    """

    code: int
    text: str


#: A whole answer came.
WELL = Ended(pycurl.E_OK, "")


class Carrier:
    """Carry one request after another to wherever they go, with libcurl.

    Args:
        begins: Is told the local port of the connection that a request is about to be written to, and this.
    """

    def __init__(self, begins: Callable[[Any, object], None] | None = None) -> None:
        self._begins = begins
        self.curl = pycurl.Curl()
        for option, value in _SETTINGS:
            self.curl.setopt(option, value)
        # The first time, this imports.
        with fork_lock:
            self.curl.setopt(pycurl.CAINFO, certifi.where())
        self.curl.setopt(pycurl.SOCKOPTFUNCTION, _note)
        self.curl.setopt(pycurl.PREREQFUNCTION, self._before_request)
        self._lines: list[bytes] = []
        self.curl.setopt(pycurl.HEADERFUNCTION, self._lines.append)
        self.curl.setopt(pycurl.WRITEFUNCTION, self._add)
        self._loaded: tuple[object, ...] = ()

    def load(
        self, request: SignedRequest, origin: Origin, under_way: RequestContext, left: float = 0.0
    ) -> None:
        """Take a request to be carried.

        Args:
            request: Stamped and signed.
            origin: Where it goes.
            under_way: Is told when it is about to be written, and takes the answer's body.
            left: How long it may take, in seconds; 0 where somebody else ends it.
        """
        self.under_way = under_way
        self._lines.clear()
        self._problem: IncompleteResponse | None = None
        self._sent = False
        curl = self.curl
        # The same as the last time, nearly always: headers are made once for each operation and placement.
        about = (request.method, request.url, request.headers, origin)
        if about != self._loaded:
            self._loaded = ()
            curl.setopt(pycurl.URL, request.url)
            curl.setopt(pycurl.HTTPHEADER, _head(request, origin))
            if request.method == "GET":
                curl.setopt(pycurl.HTTPGET, 1)
            # With a query string the URL is another each time, and holds a signature.
            self._loaded = about if request.content else ()
        if request.method != "GET":
            curl.setopt(pycurl.POSTFIELDS, request.content)
        curl.setopt(pycurl.TIMEOUT_MS, max(int(left * 1000), 1) if left else 0)

    def head(self, end: Ended) -> ResponseHead:
        """Return the head of the answer.

        Args:
            end: How carrying the request has ended.

        Raises:
            IncompleteResponse: The answer was too large.
            TimeoutError: The time was up.
            Broken: There is no answer.
        """
        if end is not WELL:
            raise self._problem or _broken(end)
        return ResponseHead(self.curl.getinfo(pycurl.RESPONSE_CODE), _headers(self._lines))

    def _before_request(self, *addresses: object) -> int:
        """Note that the request is about to be written, or refuse to have it written again."""
        if self._sent:
            return _BREAK_OFF
        self._sent = True
        if self._begins is not None:
            self._begins(addresses[-1], self)
        self.under_way.written = True
        return _GO_ON

    def _add(self, chunk: bytes) -> int:
        """Take a part of the answer's body, and say how much of it was taken."""
        try:
            self.under_way.add(chunk)
        except IncompleteResponse as problem:
            # Not raised here: pycurl would print it, and go on with an error of its own.
            self._problem = problem.with_traceback(None)
            return _REFUSED_CHUNK
        return len(chunk)


def _note(descriptor: int, purpose: int) -> int:  # noqa: ARG001 - libcurl hands it over
    open_sockets.note(descriptor)
    return pycurl.SOCKOPT_OK


def _head(request: SignedRequest, origin: Origin) -> list[str]:
    head = [f"{name}: {value}" for name, value in request.headers.items()]
    if request.method != "GET" and "Content-Type" not in request.headers:
        # libcurl would say that it is a form.
        head.append("Content-Type:")
    return [f"Host: {origin.authority}", *head]


def all_ended(multi: pycurl.CurlMulti) -> Iterator[tuple[pycurl.Curl, Ended]]:
    """Give the transfers that have ended, and how."""
    left = 1
    while left:
        left, done, failed = multi.info_read()
        for curl in done:
            yield curl, WELL
        for curl, code, text in failed:
            yield curl, Ended(code, text)


def _broken(end: Ended) -> Exception:
    if end.code == pycurl.E_OPERATION_TIMEDOUT:
        return TimeoutError()
    if end.code in _TELLING:
        return ConnectionBroken(end.text)
    return ConnectionBroken(f"libcurl's error {end.code} before a whole answer came")


def _headers(lines: list[bytes]) -> dict[str, str]:
    """Return the headers of the last of the answers, for an interim one comes with headers of its own."""
    text = b"".join(lines).decode("latin-1")
    begin = text.find("\n", text.rfind("\nHTTP/") + 1)
    return {name.lower(): value.strip() for name, value in _HEADER.findall(text, begin)}


class IdleSockets:
    """Watch the connections on which no request is under way."""

    def __init__(self) -> None:
        self._users: dict[int, object] = {}
        self._descriptors: dict[int, int] = {}
        self._readable = SocketPoll()

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
