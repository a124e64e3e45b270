"""One transfer of libcurl's: what it is handed, and what it hands back.

libcurl keeps connections, holds a deadline over a whole transfer and speaks HTTP. Its prerequest callback
comes when a connection stands and no byte of the request is written yet, before every attempt of libcurl's
own: so it is certain whether anything was written, and a second attempt, which an engine must not make, is
broken off.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import certifi
import pycurl

from bingx_spot.engines.body import Body, Unfinished
from bingx_spot.engines.connections import LONGEST_IDLE, Origin
from bingx_spot.engines.progress import Progress
from bingx_spot.engines.way import Broken, Head
from bingx_spot.request import SignedRequest

_GO_ON, _BREAK_OFF = 0, 1
_REFUSED_CHUNK = -1
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
    (pycurl.CAINFO, certifi.where()),
)


class Ended(NamedTuple):
    """Say how a transfer has ended.

    Attributes:
        code: libcurl's own.
        text: Its words for that.
    """

    code: int
    text: str


class Transfer:
    """Hold what comes of one request.

    Args:
        under_way: The request's progress.
        body: Takes the answer's body.
    """

    __slots__ = ("_body", "_problem", "_sent", "_under_way", "lines")

    def __init__(self, under_way: Progress, body: Body) -> None:
        self._under_way = under_way
        self._body = body
        self._problem: Unfinished | None = None
        self._sent = False
        self.lines: list[bytes] = []

    def before_request(self, *_: object) -> int:
        """Note that the request is about to be written, or refuse to have it written again."""
        if self._sent:
            return _BREAK_OFF
        self._sent = True
        self._under_way.note_write(secure=True)
        return _GO_ON

    def add(self, chunk: bytes) -> int:
        """Take a part of the answer's body, and say how much of it was taken."""
        try:
            self._body.add(chunk)
        except Unfinished as problem:
            # Not raised here: pycurl would print it, and go on with an error of its own.
            self._problem = problem.with_traceback(None)
            return _REFUSED_CHUNK
        return len(chunk)

    def head(self, curl: pycurl.Curl, end: Ended) -> Head:
        """Return the head of the answer.

        Args:
            curl: What has carried the request.
            end: How it ended.

        Raises:
            Unfinished: The answer was too large.
            TimeoutError: The time was up.
            Broken: There is no answer.
        """
        if self._problem is not None:
            raise self._problem
        if end.code == pycurl.E_OPERATION_TIMEDOUT:
            raise TimeoutError
        if end.code in _TELLING:
            raise Broken(end.text)
        if end.code != pycurl.E_OK:
            raise Broken(f"libcurl's error {end.code} before a whole answer came")
        return Head(curl.getinfo(pycurl.RESPONSE_CODE), _pairs(self.lines))


def ended(multi: pycurl.CurlMulti) -> Ended | None:
    """Return how the one transfer has ended, or None while it is under way."""
    _, done, failed = multi.info_read()
    if failed:
        _, code, text = failed[0]
        return Ended(code, text)
    return Ended(pycurl.E_OK, "") if done else None


def new_curl() -> pycurl.Curl:
    """Return what carries requests, one after another."""
    curl = pycurl.Curl()
    for option, value in _SETTINGS:
        curl.setopt(option, value)
    return curl


def load(curl: pycurl.Curl, request: SignedRequest, origin: Origin, transfer: Transfer, left: float) -> None:
    """Hand over a request, and what waits for its answer.

    Args:
        curl: What is to carry it.
        request: Stamped and signed.
        origin: Where it goes.
        transfer: Takes what comes.
        left: How long it may take, in seconds.
    """
    head = [f"{name}: {value}" for name, value in request.headers.items()]
    head.append(f"Host: {origin.authority}")
    if request.method == "GET":
        curl.setopt(pycurl.HTTPGET, 1)
    else:
        if "Content-Type" not in request.headers:
            # libcurl would say that it is a form.
            head.append("Content-Type:")
        curl.setopt(pycurl.POSTFIELDS, request.content)
    curl.setopt(pycurl.URL, request.url)
    curl.setopt(pycurl.HTTPHEADER, head)
    curl.setopt(pycurl.TIMEOUT_MS, max(int(left * 1000), 1))
    curl.setopt(pycurl.PREREQFUNCTION, transfer.before_request)
    curl.setopt(pycurl.WRITEFUNCTION, transfer.add)
    curl.setopt(pycurl.HEADERFUNCTION, transfer.lines.append)


def _pairs(lines: list[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Give the headers of the last of the answers, for an interim one comes with headers of its own."""
    begins = max(number for number, line in enumerate(lines) if line.startswith(b"HTTP/"))
    for line in lines[begins + 1 :]:
        name, colon, value = line.partition(b":")
        if colon:
            yield name, value.strip()
