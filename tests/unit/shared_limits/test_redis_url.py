"""What the URL of a server may be, and what is made of it."""

import pytest

from bingx_spot import InvalidInput
from bingx_spot.shared_limits.redis_url import ServerUrl


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("redis://cache.example", "redis://cache.example?db=0"),
        ("redis://cache.example/", "redis://cache.example?db=0"),
        ("redis://cache.example:6380/3", "redis://cache.example:6380?db=3"),
        ("redis://cache.example/3?db=4", "redis://cache.example?db=4"),
        ("redis://[::1]:6379/1", "redis://[::1]:6379?db=1"),
        (
            "rediss://cache.example?ssl_ca_certs=/etc/ca.pem",
            "rediss://cache.example?ssl_ca_certs=%2Fetc%2Fca.pem&db=0",
        ),
        ("valkey://cache.example", "redis://cache.example?db=0"),
        ("valkeys://cache.example/2", "rediss://cache.example?db=2"),
        ("redis://bot:p%40ss%2Fw%23rd@cache.example", "redis://bot:p%40ss%2Fw%23rd@cache.example?db=0"),
        ("redis://:word@cache.example", "redis://:word@cache.example?db=0"),
        ("unix:///run/redis.sock", "unix:///run/redis.sock?db=0"),
        ("unix://bot:word@/run/redis.sock?db=2", "unix://bot:word@/run/redis.sock?db=2"),
        ("redis+sentinel://one:1,two/main/3", "redis://one:1?db=3"),
    ],
)
def test_redis_py_reads_the_same(text: str, plain: str) -> None:
    url = ServerUrl.parse(text)
    assert url.plain(url.options) == plain


def test_sentinels_have_their_port_and_a_master() -> None:
    url = ServerUrl.parse(
        "valkeys+sentinel://bot:word@one:1,two,[::1]:3/the%20main/3?sentinel_password=other"
    )
    assert (url.scheme, url.login, url.master, url.database) == ("rediss", "bot:word@", "the main", 3)
    assert url.hosts == (("one", 1), ("two", 26379), ("::1", 3))
    assert url.options == {"sentinel_password": "other"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("redis://", "names no host"),
        ("redis:///3", "names no host"),
        ("redis://:planted-password@", "names no host"),
        ("redis://one:1,two:2", "names no host, or several"),
        ("redis://one,two", "names no host, or several"),
        ("redis://planted-password@host:port", "cannot be read"),
        ("redis://[::1/0", "cannot be read"),
        # Passwords with something in them that ends what it stands in: none may be taken for a host.
        ("redis://bot:12/planted-password@host", "names a database that is no number"),
        ("redis://bot:planted@ss/word@host", "names a database that is no number"),
        ("redis://bot:12?planted-password@host", "cannot be read"),
        ("redis://bot:12#planted-password@host", "holds a #"),
        ("redis://host/main", "names a database that is no number"),
        ("redis://host/-1", "names a database that is no number"),
        ("redis://host/1/2", "names a database that is no number"),
        ("redis://host?db=x", "names a database that is no number"),
        ("redis://host?planted-password", "cannot be read"),
        ("redis://host?socket_timeout=", "has an option without a value"),
        ("redis://host?socket_timeout=0", "has a socket_timeout that can be none"),
        ("redis://host?socket_timeout=nan", "has a socket_timeout that can be none"),
        ("redis://host?socket_connect_timeout=inf", "has a socket_connect_timeout that can be none"),
        ("redis://host?socket_timeout=soon", "cannot be read"),
        ("unix://", "names no socket"),
        ("unix:///", "names no socket"),
        ("unix://redis.sock", "names no socket"),
        ("unix://run/redis.sock", "names no socket"),
        ("unix+sentinel:///run/redis.sock", "names no socket"),
        ("redis+sentinel://one:1,two:2", "does not say which master"),
        ("redis+sentinel://one:1,two:2/", "does not say which master"),
        ("redis+sentinel://one:1,/main", "names no host"),
        ("redis+sentinel://one:1/main/x", "names a database that is no number"),
        ("redis+cluster://planted-password@host", "begins with no scheme"),
        ("redis:host", "begins with no scheme"),
    ],
)
def test_what_will_not_do_is_said_and_not_repeated(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=f"^limits ({reason})") as refused:
        ServerUrl.parse(text)
    error = refused.value
    shown = f"{error} {error!r} {error.__cause__!r} {error.__context__!r}"
    assert "planted" not in shown


def test_repr_shows_nothing() -> None:
    assert repr(ServerUrl.parse("redis://bot:planted-password@host")) == "<ServerUrl>"
