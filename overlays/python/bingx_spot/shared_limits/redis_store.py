"""Share a limit through Redis or Valkey: one script that the server runs atomically, on its own clock."""

import codecs
import json
import ssl
import sys
from concurrent.futures import Future
from contextlib import suppress
from hashlib import sha1
from importlib.resources import files
from threading import Thread
from typing import Any

from bingx_spot.exceptions import InvalidInput
from bingx_spot.shared_limits.store import Allocation, ProcessReport, StoreError

# A name look-up would import this codec, in its own thread: `fork_safety.fork_lock` says why not there.
codecs.lookup("idna")

#: Timeout of connecting and of each read, in seconds, unless the URL or the client sets its own. A cancel
#: must not wait long for a server that only counts.
SOCKET_TIMEOUT = 0.1
#: Longest time for a whole exchange, in seconds: look-up of the name, connection, TLS, login and script.
#: It holds for every client, whatever its own timeouts and retries are.
EXCHANGE_TIMEOUT = 1.0

# How long the server keeps a limit that no process uses, in milliseconds: as long as the longest lock-out.
_KEPT_MS = 3_600_000
_MAIN = """
local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed) or {}
local time = redis.call('TIME')
if ARGV[3] == 'new server' then state.began = nil end
local allocation = allocate(state, time[1] * 1000 + time[2] / 1000, cjson.decode(ARGV[1]))
redis.call('SET', KEYS[1], cmsgpack.pack(state), 'PX', ARGV[2])
return cjson.encode(allocation)
"""
_FIX = (
    "Check that redis-cli reaches the server with the same address, user and password. The user needs "
    "EVAL, EVALSHA, GET, SET and TIME on the keys bingx-spot:*. A URL names one server that is no replica: "
    "for a cluster or for Sentinels, pass limits= a client object of redis-py."
)
_ALLOWED = "redis://, rediss:// or unix:// as redis-py reads it, or a client object of redis-py"
# What of an asyncio client's connections a blocking client takes over, besides everything about TLS.
_CONNECTION_OPTIONS = (
    *("host", "port", "db", "username", "password", "credential_provider", "client_name", "protocol"),
    *("socket_timeout", "socket_connect_timeout", "socket_keepalive", "socket_keepalive_options"),
)


def script() -> str:
    """Return the script's functions; `allocate` is the one to call."""
    return files(__package__).joinpath("allocation.lua").read_text(encoding="utf-8")


class RedisStore:
    """Shares limits through Redis or Valkey: one server, a cluster, or a master that Sentinels watch.

    `InvalidInput` says that redis-py is not installed, or cannot use the URL. A client object of redis-py is
    used as it is and is never closed. For an asyncio client, blocking connections with the same parameters
    are made, because its own belong to an event loop.
    """

    def __init__(self, server: Any) -> None:
        if hasattr(server, "__aenter__") and not _is_asyncio(server):
            raise InvalidInput("limits", "is an asyncio client of another package than redis-py", _ALLOWED)
        self._owns_client = isinstance(server, str)
        self._server = _client_of_url(server) if isinstance(server, str) else server
        self._client: Any = None
        self._thread: Thread | None = None
        self._script = script() + _MAIN
        self._digest = sha1(self._script.encode(), usedforsecurity=False).hexdigest()

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` atomically on the state of a limit."""
        # In a thread, because a name server that hangs knows no timeout, nor does a client without one.
        if self._thread is not None:
            # Alive if it hangs, or at the end of the program, when another thread is in an exchange.
            self._thread.join(SOCKET_TIMEOUT)
            if self._thread.is_alive():
                raise StoreError("still waiting for an earlier answer", _FIX)
        answer: Future[Allocation] = Future()
        thread = Thread(target=self._ask, args=(name, report, answer), name="bingx-spot store", daemon=True)
        try:
            thread.start()
            self._thread = thread
        except RuntimeError:
            # From Python 3.12 on no thread can start while the program ends.
            self._ask(name, report, answer)
        try:
            return answer.result(EXCHANGE_TIMEOUT)
        except TimeoutError:
            raise StoreError(f"no answer within {EXCHANGE_TIMEOUT:g} s", _FIX) from None

    def close(self) -> None:
        """Close the connections that this store has opened."""
        client, self._client = self._client, None
        if client is not None and (self._owns_client or client is not self._server):
            client.close()

    def _ask(self, name: str, report: ProcessReport, answer: Future[Allocation]) -> None:
        try:
            allocation: Allocation = json.loads(self._run_script(name, json.dumps(report)))
            # An empty list is an empty table in Lua, which is an empty object in JSON.
            allocation["granted"] = list(allocation["granted"])
            answer.set_result(allocation)
        except BaseException as error:
            answer.set_exception(StoreError(_reason(error), _FIX))

    def _run_script(self, name: str, report: str) -> Any:
        if self._client is None:
            self._client = _blocking(self._server)
        try:
            return self._client.evalsha(self._digest, 1, name, report, _KEPT_MS)
        except Exception as error:
            # By name: the client may be valkey-py's, which has the same exceptions.
            if type(error).__name__ != "NoScriptError":
                raise
        # A server that has restarted or taken over knows no script, and its state may be an older one.
        return self._client.eval(self._script, 1, name, report, _KEPT_MS, "new server")


def _client_of_url(url: str) -> Any:
    try:
        import redis  # an extra, which takes long to import
    except ImportError:
        allowed = "pip install 'bingx-spot[redis]', or no Redis URL"
        raise InvalidInput("limits", "needs redis-py", allowed) from None
    timeouts = {"socket_timeout": SOCKET_TIMEOUT}
    if not url.startswith("unix:"):
        timeouts["socket_connect_timeout"] = SOCKET_TIMEOUT
    with suppress(Exception):  # redis-py passes options on, so this may be anything
        # Options of the URL win. Without retries: the process continues without the server, and probes it.
        client = redis.Redis.from_url(url, retry=_no_retries(redis), **timeouts)
        # redis-py checks options only when it connects.
        client.connection_pool.connection_class(**client.connection_pool.connection_kwargs)
        return client
    # Without the cause, whose text may hold a password.
    raise InvalidInput("limits", "is not a URL that redis-py can use", _ALLOWED)


def _blocking(client: Any) -> Any:
    """Return a blocking client for the server of an asyncio client; any other client as it is."""
    if not _is_asyncio(client):
        return client
    redis: Any = sys.modules["redis"]
    if isinstance(client, redis.asyncio.RedisCluster):
        known = client.nodes_manager.startup_nodes.values()
        nodes = [redis.cluster.ClusterNode(node.host, node.port) for node in known]
        options = _options(redis, client.connection_kwargs, client.connection_kwargs.get("connection_class"))
        for name in ("host", "port", "db"):
            options.pop(name, None)
        return redis.RedisCluster(startup_nodes=nodes, **options)
    pool = client.connection_pool
    options = _options(redis, pool.connection_kwargs, pool.connection_class)
    if not isinstance(pool, redis.asyncio.SentinelConnectionPool):
        return redis.Redis(**options)
    sentinels = redis.Sentinel([], **options)
    watching = [sentinel.connection_pool for sentinel in pool.sentinel_manager.sentinels]
    sentinels.sentinels = [
        redis.Redis(**_options(redis, each.connection_kwargs, each.connection_class)) for each in watching
    ]
    return sentinels.master_for(pool.service_name)


def _is_asyncio(client: Any) -> bool:
    """Return whether a client is one of redis-py for asyncio."""
    # Loaded, if the client is one of its own.
    redis: Any = sys.modules.get("redis")
    return redis is not None and isinstance(client, redis.asyncio.Redis | redis.asyncio.RedisCluster)


def _options(redis: Any, parameters: dict[str, Any], connection_class: Any) -> dict[str, Any]:
    """Return arguments for a blocking client, from the parameters of an asyncio client's connections."""
    names = [name for name in parameters if name in _CONNECTION_OPTIONS or name.startswith("ssl_")]
    options = {"retry": _no_retries(redis), **{name: parameters[name] for name in names}}
    if "path" in parameters:
        options["unix_socket_path"] = parameters["path"]
    if issubclass(connection_class or object, redis.asyncio.SSLConnection):
        options["ssl"] = True
    return options


def _no_retries(redis: Any) -> Any:
    return redis.retry.Retry(redis.backoff.NoBackoff(), 0)


def _reason(error: BaseException) -> str:
    """Describe an error without its text, which may hold the server's address or what was sent to it."""
    cause: BaseException | None = error
    details = ""
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            details = cause.reason or details
        elif isinstance(cause, OSError):
            details = cause.strerror or details
        cause = cause.__cause__ or cause.__context__
    if not details:
        # The error code of a Redis reply, if it has one.
        code = str(error).partition(" ")[0]
        details = code if code.isalpha() and code.isupper() and code.isascii() else ""
    return f"{type(error).__name__}: {details}" if details else type(error).__name__
