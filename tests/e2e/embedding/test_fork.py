"""A client that was made before a fork: each process has its own connections, and nobody hangs."""

import json
import os
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.e2e.embedding.echoing import Echo, echoing
from tests.e2e.embedding.forking import MANY
from tests.support.scripted_server import ScriptedServer

ROOT = Path(__file__).parents[3]
CHILD, PARENT = list(range(201, 201 + MANY)), [*range(101, 101 + MANY), 150, 151]

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")


def start(
    server: ScriptedServer, part: str, options: dict[str, Any], loop: str = "asyncio", authority: str = ""
) -> subprocess.Popen[str]:
    running = subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.embedding.forking"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert running.stdin is not None
    asked = {"url": server.url, "part": part, "options": options, "loop": loop, "authority": authority}
    running.stdin.write(json.dumps(asked) + "\n")
    running.stdin.flush()
    return running


def told_by(running: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what each process has told, once the program has ended without a complaint."""
    try:
        output, problems = running.communicate(timeout=120)
    finally:
        running.kill()
    assert problems == ""
    assert running.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    return {line.pop("who"): line for line in lines}


def play(
    server: ScriptedServer, part: str, options: dict[str, Any] | None = None, **more: str
) -> dict[str, Any]:
    return told_by(start(server, part, options or {}, **more))


def assert_apart(told: dict[str, Any], echo: Echo) -> None:
    """Hold that each process was answered about its own orders, over its own single connection."""
    assert told == {"child": {"got": CHILD}, "parent": {"got": PARENT, "child": 0}}
    assert sorted(map(sorted, echo.orders.values())) == [sorted([1, *PARENT]), CHILD]


class TestBothCancelAtTheSameTime:
    def test_blocking(self):
        with echoing() as (server, echo):
            assert_apart(play(server, "together"), echo)

    @pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
    def test_awaiting(self, loop):
        with echoing() as (server, echo):
            assert_apart(play(server, "together_async", loop=loop), echo)

    @pytest.mark.parametrize("part", ["together", "together_async"])
    def test_over_tls(self, part, tmp_path):
        """Where a library that closes its copy of a connection says goodbye in the name of the parent."""
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        with echoing(context) as (server, echo):
            told = play(server, part, authority=str(tmp_path / "authority.pem"))
            assert_apart(told, echo)


def test_a_thread_forks():
    with echoing() as (server, echo):
        told = play(server, "in_a_thread")
        assert told == {"child": {"got": [201, 202]}, "parent": {"got": [101, 102], "child": 0}}
        assert sorted(echo.orders.values()) == [[1, 101, 102], [201, 202]]


def test_workers_of_a_program_that_was_loaded_ahead_share_a_limit_through_a_file(tmp_path):
    with echoing() as (server, echo):
        told = play(server, "preloaded", {"limits": str(tmp_path / "limits")})
        assert told == {
            "parent": {"children": [0, 0, 0], "got": [2, 3]},
            **{f"worker {first}": {"got": list(range(first, first + 5))} for first in (100, 200, 300)},
        }
        assert len(echo.orders) == 4, "each process has a connection of its own"
        assert echo.fullest_second() <= 5


def test_a_fork_waits_for_the_end_of_a_transaction_that_the_child_would_hold_for_ever(tmp_path):
    with echoing() as (server, _):
        told = play(server, "store_of_the_parent", {"path": str(tmp_path / "limits")})
    asked = ("before", "parent", "child", "after")
    assert told == {"end": {"child": 0}, **{who: {"granted": [f"{who}:1"]} for who in asked}}


def test_pauses_at_random_are_others_in_the_child():
    with echoing() as (server, _):
        told = play(server, "chances")
        assert told["parent"]["child"] == 0
        assert not set(told["child"]["pauses"]) & set(told["parent"]["pauses"])


def test_a_child_that_is_not_forked_makes_its_own_client():
    with echoing() as (server, _):
        assert play(server, "begun_anew") == {
            "parent": {
                "spawn": [1, 2],
                "forkserver": [1, 2],
                "handed over": "Credentials cannot be pickled or copied: a secret must not leave the process",
            }
        }


class TestAmidCalls:
    def test_of_which_one_waits_for_its_answer(self):
        with echoing() as (server, echo):
            running = start(server, "amid_a_call", {})
            assert running.stdout is not None
            # The child ends before the parent's answer comes.
            first = [json.loads(running.stdout.readline()) for _ in range(2)]
            assert first == [{"who": "child", "got": [201, 202]}, {"who": "parent", "child": 0}]
            echo.release.set()
            assert told_by(running) == {"thread": {"got": [900, 101, 102]}}
            assert sorted(echo.orders.values()) == [[201, 202], [900, 101, 102]]

    def test_that_take_every_lock(self):
        with echoing() as (server, _):
            told = play(server, "amid_many_calls")
            assert told == {"child": {"got": [201, 202]}, "parent": {"children": [0] * 20}}


def test_a_run_stays_the_parent_s():
    with echoing() as (server, _):
        told = play(server, "run_of_the_parent")
        assert told["child"] == {"refused": "run was started before a fork; allowed: a run of this process"}
        assert sorted(told["parent"]["got"]) == list(range(1, 40))
        assert told["parent"]["child"] == 0


def test_a_transport_of_one_s_own_stays_with_who_used_it_first():
    with echoing() as (server, _):
        assert play(server, "transport_of_the_parent") == {
            "child": {"refused": "transport was used before a fork; allowed: one of this process's own"},
            "heir": {"got": [3]},
            "parent": {"got": [1, 4], "child": 0},
        }


def test_a_connection_is_kept_open_in_the_child_once_it_asks_for_that():
    with echoing() as (server, _):
        assert play(server, "warm_of_the_parent") == {
            "child": {"threads": [1, 2]},
            "parent": {"child": 0, "threads": [2, 1]},
        }
