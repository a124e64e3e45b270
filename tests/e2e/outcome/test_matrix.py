"""Every row of the matrix, over real sockets, sync and async."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.fault_types import FAULT_TYPES
from bingx_spot import CallError
from bingx_spot_api.error_table import ROWS as ERROR_ROWS
from tests.e2e.outcome.calls import (
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    ClientKind,
    arrived,
    attempt,
    described,
    options,
    refused_port,
)
from tests.e2e.outcome.matrix import GROUPS, ROWS, Group
from tests.e2e.outcome.row import UNKNOWN_ID, Address, Row

# How far past its deadline a call may end on a machine that is busy, in seconds.
SLACK = 5.0
PAUSE = 0.05


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox(limits="off", orders=0) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    # Without chance, so that the number of requests is exact.
    monkeypatch.setattr("bingx_spot.core.resolution.backoff", lambda _: PAUSE)
    running.reset()
    yield running
    running.clear_faults()


@contextmanager
def url_of(address: Address, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    if address == "a port that refuses":
        with refused_port() as url:
            yield url
    elif address == "a port without TLS":
        yield sandbox.url.replace("http:", "https:")
    elif address == "an unknown name":
        monkeypatch.setattr(socket, "getaddrinfo", unknown_name)
        yield "https://exchange.invalid"
    else:
        yield sandbox.url


def unknown_name(*_: object, **__: object) -> NoReturn:
    # As the system's resolver does, which may take its time where there is no network.
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


@pytest.mark.usefixtures("_visible_at_once")
@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.name} - {row.gets}")
def test_a_cancel_ends_as_its_row_says(
    sandbox: Sandbox, row: Row, client_kind: ClientKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = UNKNOWN_ID if row.order is None else int(sandbox.place_order(SYMBOL, **row.order)["orderId"])
    sandbox.place_order(SYMBOL)  # one that no request may change
    sandbox.faults(row.rules)
    client_options = options(sandbox, timeout=row.timeout)
    began = time.monotonic()
    with url_of(row.address, sandbox, monkeypatch) as url:
        result = attempt(client_kind, {**client_options, "environment": url}, order_id=order_id)
    assert time.monotonic() - began < row.timeout + SLACK

    assert described(result) == row.gets
    assert row.cancels[0] <= arrived(sandbox) <= row.cancels[1]
    assert row.queries[0] <= arrived(sandbox, QUERY) <= row.queries[1]
    statuses = [order["status"] for order in sandbox.orders()]
    assert statuses[-1] == "NEW"
    assert ("CANCELED" in statuses) == row.cancelled
    if isinstance(result, CallError):
        assert len(result.attempts) >= arrived(sandbox)
        assert result.message
        assert result.hint
        assert result.http_status is not None or result.code is None


# The tests of an exchange that lags show these; the last one is about lists of orders.
LAGGING = {"execute-late", "lag-reads", "client-id-expired", "order-fields", "variant"}


def test_the_matrix_has_every_fault_of_the_sandbox_before_and_after() -> None:
    played = {(rule["fault"], rule.get("when")) for row in ROWS for rule in row.rules}
    for name in FAULT_TYPES.keys() - LAGGING:
        whens = ("before", "after") if "when" in FAULT_TYPES[name].settings else (None,)
        assert {(name, when) for when in whens} - played == set()


def test_the_matrix_has_every_category_of_the_error_table_with_its_error() -> None:
    classes = {row.gets.split()[0] for row in ROWS}
    assert {row.category for row in ERROR_ROWS} == {
        "authentication",
        "clock",
        "notFound",
        "notOpen",
        "permission",
        "rateLimited",
        "refused",
        "unavailable",
    }
    assert classes == {
        "AuthenticationError",
        "ClockError",
        "NotSent",
        "Order",
        "OrderAlreadyCanceled",
        "OrderFailed",
        "OrderFilled",
        "OrderNotFound",
        "OutcomeUnknown",
        "PermissionDenied",
        "RateLimited",
        "RequestRejected",
        "UnknownErrorCode",
    }


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.failure)
def test_the_retries_and_queries_of_each_line_are_as_stated(group: Group) -> None:
    assert ("cancels again" in group.does) == any(row.cancels[1] > 1 for row in group.rows)
    assert ("queries" in group.does) == any(row.queries[1] > 0 for row in group.rows)
    stops = not any(row.queries[1] or row.cancelled or row.gets == "NotSent" for row in group.rows)
    assert ("stops" in group.does) == stops


def test_the_names_of_rows_are_unique() -> None:
    names = [(group.failure, row.name) for group in GROUPS for row in group.rows]
    assert len(set(names)) == len(names)
