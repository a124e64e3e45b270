"""The options `limits` and `rate`: what they may be, and the rate limiter they lead to."""

import gc
import os
import weakref
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import redis
import redis.asyncio
import valkey

from bingx_spot import BingxSpot, Credentials, InvalidInput
from bingx_spot.environments import Environment
from bingx_spot.limits.rate_limiter import LocalRateLimiter, Unlimited
from bingx_spot.shared_limits import options
from bingx_spot.shared_limits.options import _limit_names, check_limits
from bingx_spot_api.contract import BY_ID
from tests.unit.shared_limits.reports import report

CANCEL = BY_ID["cancelOrder"]
KEYS = Credentials("sample-api-key-of-a-user", "sample-secret")


def str_or_type(value: object) -> str:
    """Return an id that is the same in every process."""
    return value if isinstance(value, str) else f"{type(value).__module__}.{type(value).__name__}"


def limiter(**options: Any) -> object:
    with BingxSpot(KEYS, environment="sandbox", **options) as bingx:
        return bingx._context.limits


@pytest.mark.parametrize(
    "value",
    [
        None,
        "off",
        "redis://localhost",
        "redis://user:password@localhost:6379/0?socket_timeout=0.5",
        "rediss://redis.example:6380/1",
        "unix:///run/redis.sock?db=1",
        "file:///var/lib/bingx/limits",
        "/var/lib/bingx/limits",
        "./limits",
        "~/limits",
        Path("limits"),
        list(os.scandir(b"/")).pop(),  # whose path is bytes
        LocalRateLimiter(),
        redis.Redis(),
        redis.asyncio.Redis(),
        redis.asyncio.RedisCluster(host="127.0.0.1"),
        redis.Sentinel([("127.0.0.1", 26379)]).master_for("main"),
        valkey.Valkey(),
    ],
    ids=str_or_type,
)
def test_allowed(value: Any) -> None:
    check_limits(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "on",
        "redis",
        "redis:localhost",
        "redis//user:planted-password@localhost",
        "https://planted-password@host",
        "file://elsewhere/limits",
        "limits.db",
        "~no-such-user/limits",
        "valkey://planted-password@host",
        "redis+sentinel://planted-password@host/main",
        5,
        True,
        object(),
        b"off",
    ],
    ids=str_or_type,
)
def test_anything_else_is_rejected_and_not_repeated(value: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^limits .*; allowed: off; redis://") as rejected:
        check_limits(value)
    assert "planted-password" not in str(rejected.value)


def test_off_never_waits() -> None:
    assert isinstance(limiter(limits="off"), Unlimited)


def test_an_object_is_used_as_it_is() -> None:
    limits = LocalRateLimiter()
    assert limiter(limits=limits) is limits


def test_the_environment_variable_is_a_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BINGX_API_KEY", "key")
    monkeypatch.setenv("BINGX_API_SECRET", "secret")
    monkeypatch.setenv("BINGX_LIMITS", "off")
    with BingxSpot.from_env(environment="sandbox") as bingx:
        assert isinstance(bingx._context.limits, Unlimited)
    with BingxSpot.from_env(environment="sandbox", limits=None) as bingx:
        assert isinstance(bingx._context.limits, LocalRateLimiter)
    monkeypatch.setenv("BINGX_LIMITS", "nonsense")
    with pytest.raises(InvalidInput, match="BINGX_LIMITS"):
        BingxSpot.from_env(environment="sandbox")


class TestNames:
    def test_differ_by_key_exchange_and_endpoint(self) -> None:
        live, vst = Environment.parse("live"), Environment.parse("vst")
        others = Credentials("another-api-key", "sample-secret")
        names = {
            _limit_names(environment, keys)(operation)
            for environment in (live, vst)
            for keys in (KEYS, others)
            for operation in ("cancelOrder", "queryOrder")
        }
        assert len(names) == 8

    def test_are_the_same_everywhere(self) -> None:
        # printf 'bingx-spot limits of https://open-api.bingx.com' | openssl dgst -sha256 -hmac KEY
        name = _limit_names(Environment.parse("live"), KEYS)("cancelOrder")
        assert name == "bingx-spot:{b2fd1a600546f7fdf7a670fd47b7ad98}:cancelOrder"

    @pytest.mark.parametrize("url", ["https://open-api.bingx.pro", "https://OPEN-API.bingx.com:443/"])
    def test_are_those_of_the_exchange_at_each_of_its_hosts(self, url: str) -> None:
        live, other = Environment.parse("live"), Environment.parse(url)
        assert _limit_names(live, KEYS)("cancelOrder") == _limit_names(other, KEYS)("cancelOrder")
        with BingxSpot(KEYS, environment=live) as one, BingxSpot(KEYS, environment=other) as two:
            assert one._state.account is two._state.account

    def test_hold_no_key(self) -> None:
        name = _limit_names(Environment.parse("live"), KEYS)("cancelOrder")
        assert KEYS.api_key not in name
        assert KEYS.api_secret not in name


class TestRate:
    def allowed(self, bingx: BingxSpot) -> int:
        queue = bingx._state.account.limits.queue_for(CANCEL)
        return queue.windows[0].rate.requests

    def test_applies_to_the_client(self) -> None:
        with BingxSpot(KEYS, environment="sandbox", rate="copy-trading") as bingx:
            assert self.allowed(bingx) == 1

    def test_the_environment_variable_is_a_default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BINGX_API_KEY", "key")
        monkeypatch.setenv("BINGX_API_SECRET", "secret")
        monkeypatch.setenv("BINGX_RATE", "2")
        with BingxSpot.from_env(environment="sandbox") as bingx:
            assert self.allowed(bingx) == 2
            with BingxSpot.from_env(environment="sandbox", rate="copy-trading") as slower:
                assert self.allowed(slower) == 1
        monkeypatch.setenv("BINGX_RATE", "fast")
        with pytest.raises(InvalidInput, match=r"^BINGX_RATE is 'fast'; allowed: copy-trading, or"):
            BingxSpot.from_env(environment="sandbox")

    def test_a_derived_client_can_slow_all_down(self) -> None:
        with BingxSpot(KEYS, environment="sandbox") as bingx:
            assert self.allowed(bingx) == 5
            bingx.with_options(rate=3)
            assert self.allowed(bingx) == 3

    def test_the_slowest_client_of_a_key_wins_until_all_are_gone(self) -> None:
        with (
            BingxSpot(KEYS, environment="sandbox", rate=2) as slow,
            BingxSpot(KEYS, environment="sandbox") as other,
        ):
            assert self.allowed(other) == 2
        del slow, other
        with BingxSpot(KEYS, environment="sandbox") as bingx:
            assert self.allowed(bingx) == 5


def test_a_client_with_another_store_is_rejected(tmp_path: Path) -> None:
    first, second = redis.Redis(port=1), redis.Redis(port=2)
    with BingxSpot(KEYS, environment="sandbox", limits=first) as bingx:
        bingx.with_options(limits=first, timeout=5)
        for other in (second, "redis://localhost:1", tmp_path / "limits"):
            with pytest.raises(InvalidInput, match="another store"):
                bingx.with_options(limits=other)


def test_shared_limits_end_with_the_last_client(tmp_path: Path) -> None:
    with BingxSpot(KEYS, environment="sandbox", limits=tmp_path / "limits") as bingx:
        shared = weakref.ref(options._shared[bingx._state.account][1])
    del bingx
    gc.collect()
    assert shared() is None, "its thread goes on"


def test_a_relative_path_stays_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "later").mkdir()
    monkeypatch.chdir(tmp_path)
    with closing(options.open_store("./limits")) as store:
        monkeypatch.chdir(tmp_path / "later")
        store.exchange("limit", report("a"))
    assert (tmp_path / "limits").exists()


def test_a_relative_path_needs_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    with pytest.raises(InvalidInput, match="limits is relative to a folder that is gone"):
        check_limits("./limits")
