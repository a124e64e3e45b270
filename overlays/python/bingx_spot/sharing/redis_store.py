"""Share a limit through Redis or Valkey: one script that the server runs atomically, on its own clock."""

import json
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from bingx_spot.errors import InvalidInput
from bingx_spot.sharing.fleet import Report, Verdict
from bingx_spot.sharing.store import StoreError

#: How long the server may take, in seconds, unless the URL says `socket_timeout=` otherwise. A call that is
#: to cancel an order must not wait long for somebody who only counts.
TIMEOUT = 0.1
# For how long a limit is remembered that nobody asks for, in milliseconds.
_KEPT = 120_000

_MAIN = """
local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed) or {}
local time = redis.call('TIME')
local verdict = decide(state, time[1] * 1000 + time[2] / 1000, cjson.decode(ARGV[1]))
redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', ARGV[2])
return cjson.encode(verdict)
"""


@cache
def script() -> str:
    """Return the script's functions; `decide` is what it is all about."""
    return files(__package__).joinpath("fleet.lua").read_text(encoding="utf-8")


class RedisStore:
    """Share limits through a server of Redis or Valkey.

    Args:
        url: Where the server is; a password in it shows nowhere.

    Raises:
        InvalidInput: The URL will not do, or redis-py is not installed.
    """

    def __init__(self, url: str) -> None:
        self._client = _client(url)
        self._script = self._client.register_script(script() + _MAIN)

    def exchange(self, name: str, report: Report) -> Verdict:
        """Let `fleet.decide` run atomically on what is remembered of a limit."""
        redis = _library()
        try:
            # EVALSHA, and EVAL where the server does not know the script yet.
            told = self._script(keys=[name], args=[json.dumps(report), _KEPT])
            verdict: Verdict = json.loads(told)
        except (redis.RedisError, OSError, ValueError) as error:
            reason = _reason(error)
        else:
            # An empty list is an empty table in Lua, which is an empty object in JSON.
            verdict["granted"] = list(verdict["granted"])
            return verdict
        # Outside of the handler: the library's errors may hold the server's address, or more.
        raise StoreError(reason)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def __repr__(self) -> str:
        return "<RedisStore>"


def _client(url: str) -> Any:
    redis = _library()
    parts = urlsplit(url)
    phases = ["socket_timeout"] if parts.scheme == "unix" else ["socket_timeout", "socket_connect_timeout"]
    limits = dict.fromkeys(phases, str(TIMEOUT))
    query = urlencode({**limits, **dict(parse_qsl(parts.query))})
    # Valkey speaks the protocol of Redis.
    scheme = {"valkey": "redis", "valkeys": "rediss"}.get(parts.scheme, parts.scheme)
    place = url.partition("://")[2].partition("?")[0]
    # No retries: whoever asks goes on without the server, and looks again a second later.
    retry = redis.retry.Retry(redis.backoff.NoBackoff(), 0)
    try:
        return redis.Redis.from_url(f"{scheme}://{place}?{query}", retry=retry, max_connections=2)
    except (ValueError, TypeError):
        # Not repeated, nor is what the library says of it: it may hold a password.
        problem = InvalidInput("limits", "is no URL that redis-py understands", "redis://HOST:PORT/DB")
    raise problem


def _library() -> Any:
    try:
        import redis.backoff  # noqa: PLC0415 - an extra, and only whoever shares limits waits for it
        import redis.retry  # noqa: PLC0415
    except ImportError:
        pass
    else:
        return redis
    raise InvalidInput("limits", "needs redis-py", "pip install 'bingx-spot[redis]', or no such URL")


def _reason(error: Exception) -> str:
    """Return what is wrong with the server, in words without anything secret."""
    redis = _library()
    if isinstance(error, redis.TimeoutError | TimeoutError):
        return "it did not answer in time"
    if isinstance(error, redis.AuthenticationError | redis.exceptions.AuthorizationError):
        return "it does not accept the user or the password"
    if isinstance(error, redis.ConnectionError | OSError):
        return "it cannot be reached"
    return f"it answered with {type(error).__name__}"
