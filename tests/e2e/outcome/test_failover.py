"""The fallback host: used after network failures alone, and never after a response."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import BingxSpot, NotSent, Order, OutcomeUnknown
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import FAILOVER_SECONDS
from tests.e2e.outcome.calls import (
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    ClientKind,
    arrived,
    attempt,
    described,
    options,
    outcome,
    refused_port,
)

both = pytest.mark.parametrize("client_kind", CLIENT_KINDS)

NAME = "the-same-on-both"


def account() -> Sandbox:
    return Sandbox(
        limits="off", api_key="the-key-of-both-hosts", api_secret="the-secret-of-both-hosts", orders=0
    )


@contextmanager
def pair() -> Iterator[tuple[Sandbox, Sandbox]]:
    """Run two hosts of one account, each of which has the order."""
    with account() as primary, account() as fallback:
        for host in (primary, fallback):
            host.place_order(SYMBOL, clientOrderID=NAME)
        yield primary, fallback


def between(primary: str, second: Sandbox, **more: Any) -> dict[str, Any]:
    environment = Environment("test", primary, second.url)
    return {**options(second, timeout=5.0), "environment": environment, **more}


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bingx_spot.core.resolution.backoff", lambda _: 0.02)


@both
def test_is_used_when_the_primary_cannot_be_reached(
    client_kind: ClientKind, caplog: pytest.LogCaptureFixture
) -> None:
    with pair() as (_, fallback), refused_port() as nowhere, caplog.at_level(logging.WARNING, "bingx_spot"):
        result = attempt(client_kind, between(nowhere, fallback), client_order_id=NAME)
        assert described(result) == "Order CANCELED"
        assert arrived(fallback) == 1
    assert len([text for text in caplog.messages if "trying" in text]) == 1


@both
def test_a_broken_connection_leads_to_the_fallback_with_a_new_timestamp(client_kind: ClientKind) -> None:
    with pair() as (primary, fallback):
        primary.faults([{"fault": "reset-before-reading"}])
        result = attempt(client_kind, between(primary.url, fallback), client_order_id=NAME)
        assert described(result) == "Order CANCELED"
        [first], [query, second] = primary.requests(), fallback.requests()
    # The query has named the order id, by which the order is then cancelled.
    assert query["path"] == QUERY
    assert "orderId" in second["parameters"]
    # The sandbox has verified the second cancel, to which the first one's timestamp would not fit.
    assert int(second["parameters"]["timestamp"]) > int(sent(first["body"], "timestamp"))
    assert second["receivedSignature"] != sent(first["body"], "signature")


def sent(body: str, name: str) -> str:
    return body.split(f'"{name}":')[1].strip('"').split(",")[0].split('"')[0].rstrip("}")


@both
def test_does_not_settle_what_a_silent_primary_may_have_done(
    client_kind: ClientKind,
) -> None:
    with pair() as (primary, fallback):
        primary.faults([{"fault": "hang-after-executing", "seconds": 3.0}])
        fallback.faults([{"fault": "error", "code": 100404, "msg": "order not exist", "operation": "cancel"}])
        result = attempt(client_kind, between(primary.url, fallback, timeout=1.2), client_order_id=NAME)
        # The fallback has orders of its own here; its order is open, so the outcome is unknown.
        assert isinstance(result, OutcomeUnknown)
        assert arrived(primary) == 1
        assert arrived(fallback, QUERY) >= 1


RESPONSES: dict[str, tuple[dict[str, object], str]] = {
    "an error": ({"fault": "error", "code": 100004, "msg": "Permission denied"}, "PermissionDenied"),
    "a limit": ({"fault": "html", "status": 429}, "RateLimited"),
    "a page": ({"fault": "html", "status": 502, "times": 1}, "Order CANCELED"),
    "busy": ({"fault": "error", "code": 100500, "msg": "busy", "times": 1}, "Order CANCELED"),
    "a redirect": ({"fault": "redirect", "times": 1}, "Order CANCELED"),
    "nothing in it": ({"fault": "empty-body", "when": "before", "times": 1}, "Order CANCELED"),
    "too much in it": (
        {"fault": "huge-body", "bytes": 2 << 20, "when": "before", "times": 1},
        "Order CANCELED",
    ),
}


@both
@pytest.mark.parametrize("name", RESPONSES)
def test_is_never_used_after_a_response(client_kind: ClientKind, name: str) -> None:
    rule, gets = RESPONSES[name]
    with pair() as (primary, fallback):
        primary.faults([{"operation": "cancel", **rule}])
        result = attempt(client_kind, between(primary.url, fallback), client_order_id=NAME)
        assert described(result) == gets
        assert fallback.requests() == []


@both
def test_can_be_switched_off(client_kind: ClientKind) -> None:
    with pair() as (_, fallback), refused_port() as nowhere:
        result = attempt(
            client_kind, between(nowhere, fallback, fallback=False, timeout=0.5), client_order_id=NAME
        )
        assert isinstance(result, NotSent)
        assert {tried.host for tried in result.attempts} == {nowhere}
        assert fallback.requests() == []


@both
def test_two_hosts_that_cannot_be_reached_alternate(client_kind: ClientKind) -> None:
    with account() as sandbox, refused_port() as nowhere, refused_port() as neither:
        client_options = {
            **options(sandbox, timeout=1.0),
            "environment": Environment("test", nowhere, neither),
        }
        result = attempt(client_kind, client_options, client_order_id=NAME)
        assert isinstance(result, NotSent)
        tried = [each.host for each in result.attempts]
        assert tried == list(islice(cycle((nowhere, neither)), len(tried)))
        assert len(tried) > 2


class Moved:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_primary_is_used_again_after_a_pause() -> None:
    clock = Moved()
    with pair() as (primary, fallback):
        environment = Environment("test", primary.url, fallback.url)
        with BingxSpot(**{**options(primary), "environment": environment}) as bingx:
            bingx._state.hosts._now = clock
            primary.faults([{"fault": "reset-before-reading", "times": 1}])

            def seen() -> tuple[int, int]:
                return arrived(primary, QUERY), arrived(fallback, QUERY)

            def query() -> Order:
                return bingx.query_order(SYMBOL, client_order_id=NAME)

            assert described(outcome(query)) == "Order NEW"
            assert seen() == (1, 1)
            clock.seconds += FAILOVER_SECONDS - 1
            outcome(query)
            assert seen() == (1, 2)
            clock.seconds += 2
            outcome(query)
            assert seen() == (2, 2)
            # An old connection that breaks is no failure of its host.
            primary.faults([{"fault": "reset-before-reading", "times": 1}])
            assert described(outcome(query)) == "Order NEW"
            assert seen() == (4, 2)
            # Where a new one to the fallback breaks as well, the primary is tried again at once.
            primary.faults([{"fault": "reset-before-reading", "times": 2}])
            fallback.faults([{"fault": "reset-before-reading", "times": 2}])
            assert described(outcome(query)) == "Order NEW"
            assert seen() == (7, 4)
