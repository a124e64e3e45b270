"""What `limits=` may be, and what becomes of it."""

from pathlib import Path
from typing import Any

import pytest

from bingx_spot import BingxSpot, Credentials, InvalidInput
from bingx_spot.environments import Environment
from bingx_spot.limits.rate_limiter import LocalRateLimiter, Unlimited
from bingx_spot.shared_limits.options import LIMITS_VARIABLE, _names, check_limits

KEYS = Credentials("sample-api-key-of-a-user", "sample-secret")


def permits(**options: Any) -> object:
    with BingxSpot(KEYS, environment="sandbox", **options) as bingx:
        return bingx._parts.limits


@pytest.mark.parametrize(
    "choice",
    [
        None,
        "off",
        "redis://localhost",
        "redis://user:password@localhost:6379/0?socket_timeout=0.5",
        "rediss://redis.example:6380/1",
        "valkey://localhost",
        "valkeys://localhost",
        "unix:///run/redis.sock?db=1",
        "file:///var/lib/bingx/limits",
        "/var/lib/bingx/limits",
        "./limits",
        "~/limits",
        Path("limits"),
        LocalRateLimiter(),
    ],
)
def test_may_be(choice: Any) -> None:
    check_limits(choice)


@pytest.mark.parametrize(
    "choice",
    [
        "",
        "on",
        "redis",
        "redis:localhost",
        "redis//user:planted-password@localhost",
        "redis://",
        "redis://planted-password@host:port",
        "https://planted-password@host",
        "file://elsewhere/limits",
        "limits.db",
        5,
        True,
        object(),
        b"off",
    ],
)
def test_may_not_be_and_is_not_repeated(choice: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^limits .*; allowed: (off; )?redis://") as refused:
        check_limits(choice)
    assert "planted-password" not in str(refused.value)


def test_off_is_no_limits() -> None:
    assert isinstance(permits(limits="off"), Unlimited)


def test_an_object_is_used_as_it_is() -> None:
    limits = LocalRateLimiter()
    assert permits(limits=limits) is limits


def test_the_environment_says_it_where_nobody_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BINGX_API_KEY", "key")
    monkeypatch.setenv("BINGX_API_SECRET", "secret")
    monkeypatch.setenv(LIMITS_VARIABLE, "off")
    with BingxSpot.from_env(environment="sandbox") as bingx:
        assert isinstance(bingx._parts.limits, Unlimited)
    with BingxSpot.from_env(environment="sandbox", limits=None) as bingx:
        assert isinstance(bingx._parts.limits, LocalRateLimiter)
    monkeypatch.setenv(LIMITS_VARIABLE, "nonsense")
    with pytest.raises(InvalidInput, match="limits"):
        BingxSpot.from_env(environment="sandbox")


class TestNames:
    def test_tell_keys_exchanges_and_endpoints_apart(self) -> None:
        live, vst = Environment.parse("live"), Environment.parse("vst")
        others = Credentials("another-api-key", "sample-secret")
        names = {
            _names(environment, keys)(operation)
            for environment in (live, vst)
            for keys in (KEYS, others)
            for operation in ("cancelOrder", "queryOrder")
        }
        assert len(names) == 8

    def test_are_the_same_everywhere(self) -> None:
        # printf 'bingx-spot limits of https://open-api.bingx.com' | openssl dgst -sha256 -hmac KEY
        name = _names(Environment.parse("live"), KEYS)("cancelOrder")
        assert name == "bingx-spot:{b2fd1a600546f7fdf7a670fd47b7ad98}:cancelOrder"

    def test_hold_no_key(self) -> None:
        name = _names(Environment.parse("live"), KEYS)("cancelOrder")
        assert KEYS.api_key not in name
        assert KEYS.api_secret not in name


def test_without_redis_py_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "redis.backoff", None)
    with pytest.raises(InvalidInput, match=r"pip install 'bingx-spot\[redis\]'"):
        permits(limits="redis://localhost")
