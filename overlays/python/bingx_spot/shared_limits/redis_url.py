"""Read the URL of a server of Redis or Valkey, before anything is asked of it."""

from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from bingx_spot.exceptions import InvalidInput

#: The schemes of a server's URL, and what redis-py calls them; Valkey speaks the protocol of Redis.
SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss", "unix": "unix"}
#: What follows the scheme where the hosts are Sentinels, which know where the server is.
SENTINEL = "+sentinel"
_SENTINEL_PORT = 26379
_TIMES = ("socket_timeout", "socket_connect_timeout")
# In seconds: a day, as for a call.
_LONGEST_TIME = 86_400
_WHOLE = (
    "redis://USER:PASSWORD@HOST:PORT/DB?OPTION=VALUE, with / ? # @ and % of a password as %2F %3F %23 %40 "
    "and %25"
)
_NUMBER = "redis://HOST:PORT/DB, with a number for DB"
_SOCKET = "unix:///PATH?db=DB"
_SENTINELS = "redis+sentinel://HOST:PORT,HOST:PORT/MASTER/DB"
_SECONDS = f"redis://HOST:PORT/DB?socket_timeout=SECONDS, above 0 and at most {_LONGEST_TIME}"

Host = tuple[str, int | None]


class _Wrong(Exception):
    """Say what is wrong with a URL and what would be right, without a part of it."""


@dataclass(frozen=True, slots=True, repr=False)
class ServerUrl:
    """Hold what a URL says of a server. Its `repr` shows nothing, for the URL may hold a password.

    Attributes:
        scheme: `redis`, `rediss` or `unix`.
        login: User and password as they are written before the host, the @ included; or nothing.
        hosts: Host and port of the server, or of each Sentinel; none for a socket.
        path: The socket's path as it is written, or nothing.
        database: The number of the database.
        master: What the Sentinels call the server; None where the hosts are none.
        options: What follows the question mark.
    """

    scheme: str
    login: str
    hosts: tuple[Host, ...]
    path: str
    database: int
    master: str | None
    options: dict[str, str]

    @classmethod
    def parse(cls, text: str) -> "ServerUrl":
        """Return what a URL says.

        Args:
            text: The URL.

        Raises:
            InvalidInput: It will not do. It is not repeated: it may hold a password.
        """
        try:
            return _read(text)
        except _Wrong as wrong:
            reason, allowed = wrong.args
        except ValueError:
            reason, allowed = "cannot be read as a URL", _WHOLE
        # Outside of the handler: what Python says of a URL repeats parts of it.
        raise InvalidInput("limits", reason, allowed)

    def plain(self, options: dict[str, str]) -> str:
        """Return the URL of the first host as redis-py reads it.

        Args:
            options: What is to follow the question mark, but for the database.
        """
        place = self.path
        if self.hosts:
            host, port = self.hosts[0]
            place = (f"[{host}]" if ":" in host else host) + ("" if port is None else f":{port}")
        query = urlencode({**options, "db": self.database})
        return f"{self.scheme}://{self.login}{place}?{query}"

    def __repr__(self) -> str:
        return "<ServerUrl>"


def _read(text: str) -> ServerUrl:
    parts = urlsplit(text)
    word = parts.scheme.removesuffix(SENTINEL)
    sentinel = word != parts.scheme
    _check("://" in text and word in SCHEMES, "begins with no scheme that is known", _WHOLE)
    _check(not parts.fragment, "holds a #", _WHOLE)
    login, at, place = parts.netloc.rpartition("@")
    options = _options(parts)
    if word == "unix":
        _check(not sentinel and not place and parts.path.strip("/") != "", "names no socket", _SOCKET)
        database = _database(options, "")
        return ServerUrl("unix", login + at, (), parts.path, database, None, options)
    hosts = _hosts(place, sentinel)
    path = parts.path.removeprefix("/")
    master, _, number = path.partition("/") if sentinel else ("", "", path)
    _check(bool(master) or not sentinel, "does not say which master the Sentinels are to tell", _SENTINELS)
    database = _database(options, number)
    return ServerUrl(SCHEMES[word], login + at, hosts, "", database, unquote(master) or None, options)


def _check(holds: bool, otherwise: str, allowed: str) -> None:
    if not holds:
        raise _Wrong(otherwise, allowed)


def _hosts(place: str, sentinel: bool) -> tuple[Host, ...]:
    hosts: list[Host] = []
    for each in place.split(",") if sentinel else [place]:
        parts = urlsplit(f"//{each}")
        _check(bool(parts.hostname) and "," not in each, "names no host, or several", _WHOLE)
        hosts.append((parts.hostname or "", parts.port or (_SENTINEL_PORT if sentinel else None)))
    return tuple(hosts)


def _database(options: dict[str, str], written: str) -> int:
    """Return the database's number, which an option says before the path does."""
    number = options.pop("db", "") or written.removesuffix("/") or "0"
    _check(number.isascii() and number.isdigit(), "names a database that is no number", _NUMBER)
    return int(number)


def _options(parts: SplitResult) -> dict[str, str]:
    # An empty query is no pair of anything.
    pairs = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else []
    options = dict(pairs)
    _check(all(options.values()), "has an option without a value", _WHOLE)
    for name in _TIMES:
        # NaN compares false with everything.
        right = 0 < float(options.get(name, 1)) <= _LONGEST_TIME
        _check(right, f"has a {name} that can be none", _SECONDS)
    return options
