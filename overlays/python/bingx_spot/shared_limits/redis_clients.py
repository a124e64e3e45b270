"""Make redis-py's clients of a server: of one, of a cluster, or of the one that Sentinels point to."""

import ssl
from typing import Any

from bingx_spot.exceptions import InvalidInput
from bingx_spot.shared_limits.protocol import StoreError
from bingx_spot.shared_limits.redis_url import ServerUrl

#: How long the server may take, in seconds, unless the URL says `socket_timeout=` otherwise. A call that is
#: to cancel an order must not wait long for somebody who only counts.
TIMEOUT = 0.1
# One for the thread that asks, one for the end of the program.
_CONNECTIONS = 2
_PLACE = "rediss://HOST:PORT/DB?OPTION=VALUE"
# What the URL says of the master, and not of the Sentinels that know it.
_OF_THE_MASTER = ("db", "username", "password", "client_name")
_OF_THE_SENTINELS = {"sentinel_username": "username", "sentinel_password": "password"}


class RedisClients:
    """Make the clients of what a URL names; making one connects to nothing.

    Args:
        url: What is named; there may be a password in it.

    Raises:
        InvalidInput: redis-py cannot do with the URL, a certificate that it names cannot be read, or redis-py
            is not installed.
    """

    def __init__(self, url: ServerUrl) -> None:
        self._redis = library()
        self._url = url
        options = dict(url.options)
        self._for_sentinels = {
            name: options.pop(word) for word, name in _OF_THE_SENTINELS.items() if word in options
        }
        phases = ["socket_timeout"] if url.scheme == "unix" else ["socket_timeout", "socket_connect_timeout"]
        self._plain = url.plain({**dict.fromkeys(phases, str(TIMEOUT)), **options})
        self._check()

    def make(self) -> Any:
        """Return a client of the server, once it is known what that is.

        Raises:
            StoreError: It is nothing that can be used.
        """
        client = self._first()
        try:
            mode = client.info("server").get("redis_mode")
        except self._redis.ResponseError:
            # A user who may not ask, or something between that does not answer that: what is usual, then.
            return client
        except BaseException:
            close(client)
            raise
        if mode not in ("cluster", "sentinel"):
            return client
        close(client)
        if mode == "sentinel":
            raise StoreError("it is a Sentinel", "Write redis+sentinel://HOST:PORT/MASTER for one.")
        if self._url.database or not self._url.hosts or self._url.master:
            raise StoreError(
                "it is a cluster", "A cluster is named by redis://HOST:PORT, and has database 0 alone."
            )
        return self._redis.RedisCluster.from_url(
            self._plain, retry=self._no_retries(), max_connections=_CONNECTIONS, require_full_coverage=False
        )

    def _first(self) -> Any:
        if self._url.master is None:
            return self._redis.Redis.from_url(
                self._plain, retry=self._no_retries(), max_connections=_CONNECTIONS
            )
        options = self._redis.connection.parse_url(self._plain)
        for name in ("host", "port"):
            options.pop(name, None)
        if options.pop("connection_class", None):
            options["ssl"] = True
        options["retry"] = self._no_retries()
        same = {name: value for name, value in options.items() if name not in _OF_THE_MASTER}
        sentinels = self._redis.sentinel.Sentinel(
            self._url.hosts, sentinel_kwargs={**same, **self._for_sentinels}, **options
        )
        return sentinels.master_for(self._url.master, max_connections=_CONNECTIONS)

    def _no_retries(self) -> Any:
        # Whoever asks goes on without the server, and looks again a second later.
        return self._redis.retry.Retry(self._redis.backoff.NoBackoff(), 0)

    def _check(self) -> None:
        """Let redis-py look at each option now, and not in the middle of the first call."""
        try:
            close(self._first())
            pool = self._redis.ConnectionPool.from_url(self._plain, retry=self._no_retries())
            pool.connection_class(**pool.connection_kwargs)
        except Exception:  # noqa: BLE001 - it may be anything, for redis-py passes on what it is given
            wrong = "has an option that redis-py does not take there"
            allowed = f"{_PLACE} with options of redis-py, those that begin with ssl_ in rediss:// alone"
        else:
            if _can_be_read(pool.connection_kwargs):
                return
            wrong = "names a certificate or a key that cannot be read"
            allowed = f"{_PLACE} with ssl_ca_certs=FILE, and ssl_certfile=FILE with ssl_keyfile=FILE, all PEM"
        # Outside of the handler, and without what the library says: that may hold a password.
        raise InvalidInput("limits", wrong, allowed)


def close(client: Any) -> None:
    """Let go of a client's connections, and of those to the Sentinels behind it."""
    client.close()
    pool = getattr(client, "connection_pool", None)
    for each in getattr(getattr(pool, "sentinel_manager", None), "sentinels", []):
        each.close()


def library() -> Any:
    """Return redis-py.

    Raises:
        InvalidInput: It is not installed.
    """
    try:
        import redis.backoff  # noqa: PLC0415 - an extra, and only whoever shares limits waits for it
        import redis.retry  # noqa: PLC0415
        import redis.sentinel  # noqa: PLC0415
    except ImportError:
        pass
    else:
        return redis
    raise InvalidInput("limits", "needs redis-py", "pip install 'bingx-spot[redis]', or no such URL")


def _can_be_read(options: dict[str, Any]) -> bool:
    """Tell whether the certificates and keys that options name are there, and are some."""
    authorities = [options.get(name) for name in ("ssl_ca_certs", "ssl_ca_path", "ssl_ca_data")]
    certificate, key = options.get("ssl_certfile"), options.get("ssl_keyfile")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if any(authorities):
            context.load_verify_locations(*authorities)
        if certificate or key:
            # Without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate or "", key, options.get("ssl_password") or "")
    except (OSError, ValueError, TypeError):
        return False
    return True
