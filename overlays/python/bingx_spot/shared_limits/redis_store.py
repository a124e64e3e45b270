"""Share a limit through Redis or Valkey: one script that the server runs atomically, on its own clock."""

import json
from functools import cache
from hashlib import sha1
from importlib.resources import files
from typing import Any

from bingx_spot.shared_limits.allocation import Allocation, ProcessReport
from bingx_spot.shared_limits.dns_probe import Names
from bingx_spot.shared_limits.protocol import StoreError
from bingx_spot.shared_limits.redis_clients import RedisClients, close, library
from bingx_spot.shared_limits.redis_errors import trouble_of
from bingx_spot.shared_limits.redis_url import ServerUrl

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
    return files(__package__).joinpath("allocation.lua").read_text(encoding="utf-8")


class RedisStore:
    """Share limits through a server of Redis or Valkey, a cluster of them, or one that Sentinels watch.

    Args:
        url: Where it is; a password in it shows nowhere.

    Raises:
        InvalidInput: The URL will not do, or redis-py is not installed.
    """

    def __init__(self, url: str) -> None:
        place = ServerUrl.parse(url)
        self._clients = RedisClients(place)
        self._client: Any = None
        self._names = Names(place.hosts)
        self._connected = False
        self._script = script() + _MAIN
        self._digest = sha1(self._script.encode(), usedforsecurity=False).hexdigest()

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Let `fleet.decide` run atomically on what is remembered of a limit."""
        redis = library()
        try:
            verdict: Allocation = json.loads(self._decided(name, json.dumps(report)))
        except StoreError as known:
            trouble = known
        except redis.exceptions.RedisClusterException as error:
            # None of the nodes is left that were known: the URL may lead to others.
            self.close()
            trouble = trouble_of(error, redis)
        except Exception as error:  # noqa: BLE001 - whoever asks goes on without the server, whatever it is
            trouble = trouble_of(error, redis)
        else:
            # An empty list is an empty table in Lua, which is an empty object in JSON.
            verdict["granted"] = list(verdict["granted"])
            self._connected = True
            return verdict
        self._connected = False
        # Outside of the handler: the library's errors may hold the server's address, or more.
        raise trouble

    def close(self) -> None:
        """Let go of the connections."""
        client, self._client = self._client, None
        if client is not None:
            close(client)

    def __repr__(self) -> str:
        return "<RedisStore>"

    def _decided(self, name: str, report: str) -> Any:
        if not self._connected:
            self._names.wait()
        if self._client is None:
            self._client = self._clients.make()
        client = self._client
        try:
            return client.evalsha(self._digest, 1, name, report, _KEPT)
        except library().exceptions.NoScriptError:
            pass
        return client.eval(self._script, 1, name, report, _KEPT)
