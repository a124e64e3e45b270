"""The primary host, and its fallback after a network failure."""

import logging

import pytest

from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import HostSelector
from tests.support.scripted_time import ScriptedTime

PRIMARY, FALLBACK = "https://primary.test", "https://fallback.test"
BOTH = Environment("test", PRIMARY, FALLBACK)


@pytest.fixture
def time() -> ScriptedTime:
    return ScriptedTime()


@pytest.fixture
def hosts(time: ScriptedTime) -> HostSelector:
    return HostSelector(BOTH, now=time)


def test_the_primary_comes_first(hosts: HostSelector) -> None:
    assert hosts.choose() == PRIMARY


def test_the_primary_comes_first_on_a_machine_that_has_just_started() -> None:
    assert HostSelector(BOTH, now=lambda: 0.0).choose() == PRIMARY


def test_the_fallback_takes_over_for_thirty_seconds(hosts: HostSelector, time: ScriptedTime) -> None:
    hosts.failed(PRIMARY)
    assert hosts.choose() == FALLBACK
    time.seconds += 29.5
    assert hosts.choose() == FALLBACK
    time.seconds += 0.5
    assert hosts.choose() == PRIMARY


def test_a_primary_that_fails_again_is_left_again(hosts: HostSelector, time: ScriptedTime) -> None:
    hosts.failed(PRIMARY)
    time.seconds += 30
    hosts.failed(PRIMARY)
    time.seconds += 29.5
    assert hosts.choose() == FALLBACK


def test_where_the_fallback_fails_the_primary_is_tried_again_at_once(hosts: HostSelector) -> None:
    hosts.failed(PRIMARY)
    hosts.failed(FALLBACK)
    assert hosts.choose() == PRIMARY


def test_both_fail_on_a_machine_that_has_just_started() -> None:
    hosts = HostSelector(BOTH, now=lambda: 0.5)
    hosts.failed(PRIMARY)
    hosts.failed(FALLBACK)
    assert hosts.choose() == PRIMARY


@pytest.mark.parametrize(
    ("environment", "use_fallback"), [(BOTH, False), (Environment("test", PRIMARY), True)]
)
def test_without_a_fallback_the_primary_stays(
    environment: Environment, use_fallback: bool, caplog: pytest.LogCaptureFixture
) -> None:
    hosts = HostSelector(environment, use_fallback=use_fallback)
    hosts.failed(PRIMARY)
    assert hosts.choose() == PRIMARY
    assert not caplog.records


def test_the_fallback_is_used_unless_it_is_switched_off() -> None:
    hosts = HostSelector(BOTH)
    hosts.failed(PRIMARY)
    assert hosts.choose() == FALLBACK


def test_the_change_is_logged_once_each_time(hosts: HostSelector, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "bingx_spot"):
        hosts.failed(PRIMARY)
        hosts.choose()
        hosts.failed(FALLBACK)
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "the primary host cannot be reached; its fallback takes over for 30 s")
    ]
