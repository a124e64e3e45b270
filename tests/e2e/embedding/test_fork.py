"""A client created before a fork: each process has its own connections, and no process hangs."""

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
        # A child is not warned of the parent's sockets, about which it can do nothing.
        [sys.executable, "-W", "always::ResourceWarning", "-m", "tests.e2e.embedding.forking"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert running.stdin is not None
    task = {"url": server.url, "part": part, "options": options, "loop": loop, "authority": authority}
    running.stdin.write(json.dumps(task) + "\n")
    running.stdin.flush()
    return running


def results_of(running: subprocess.Popen[str]) -> dict[str, Any]:
    """Return what each process printed, after the program has exited without an error."""
    try:
        output, problems = running.communicate(timeout=120)
    finally:
        running.kill()
    assert problems == ""
    assert running.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    return {line.pop("process"): line for line in lines}


def run_part(
    server: ScriptedServer, part: str, options: dict[str, Any] | None = None, **more: str
) -> dict[str, Any]:
    return results_of(start(server, part, options or {}, **more))


def assert_separate(results: dict[str, Any], echo: Echo) -> None:
    """Assert that each process got responses to its own orders, over one connection of its own."""
    assert results == {"child": {"got": CHILD}, "parent": {"got": PARENT, "child": 0}}
    assert sorted(map(sorted, echo.orders.values())) == [sorted([1, *PARENT]), CHILD]


class TestBothCancelAtTheSameTime:
    def test_blocking(self):
        with echoing() as (server, echo):
            assert_separate(run_part(server, "together"), echo)

    @pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
    def test_awaiting(self, loop):
        with echoing() as (server, echo):
            assert_separate(run_part(server, "together_async", loop=loop), echo)

    @pytest.mark.parametrize("part", ["together", "together_async"])
    def test_over_tls(self, part, tmp_path):
        """A library that closes its copy of a TLS connection would end the parent's connection."""
        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        with echoing(context) as (server, echo):
            results = run_part(server, part, authority=str(tmp_path / "authority.pem"))
            assert_separate(results, echo)


def test_a_thread_forks():
    with echoing() as (server, echo):
        results = run_part(server, "in_a_thread")
        assert results == {"child": {"got": [201, 202]}, "parent": {"got": [101, 102], "child": 0}}
        assert sorted(echo.orders.values()) == [[1, 101, 102], [201, 202]]


def test_workers_of_a_pre_fork_server_share_a_limit_through_a_file(tmp_path):
    with echoing() as (server, echo):
        results = run_part(server, "preloaded", {"limits": str(tmp_path / "limits")})
        assert results == {
            "parent": {"children": [0, 0, 0], "got": [2, 3]},
            **{f"worker {first}": {"got": list(range(first, first + 5))} for first in (100, 200, 300)},
        }
        assert len(echo.orders) == 4, "each process has a connection of its own"
        assert echo.fullest_second() <= 5


def test_a_fork_waits_for_the_end_of_a_file_transaction(tmp_path):
    with echoing() as (server, _):
        results = run_part(server, "during_a_file_transaction", {"path": str(tmp_path / "limits")})
    processes = ("before", "parent", "child", "after")
    assert results == {"end": {"child": 0}, **{name: {"granted": [f"{name}:1"]} for name in processes}}


def test_random_pauses_differ_in_the_child():
    with echoing() as (server, _):
        results = run_part(server, "jitter")
        assert results["parent"]["child"] == 0
        assert not set(results["child"]["pauses"]) & set(results["parent"]["pauses"])


def test_a_child_that_is_not_forked_creates_its_own_client():
    with echoing() as (server, _):
        assert run_part(server, "in_new_processes") == {
            "parent": {
                "spawn": [1, 2],
                "forkserver": [1, 2],
                "passed on": "Credentials cannot be pickled or copied: a secret must not leave the process",
            }
        }


class TestForkDuringCalls:
    def test_one_of_which_waits_for_its_response(self):
        with echoing() as (server, echo):
            running = start(server, "during_a_call", {})
            assert running.stdout is not None
            # The child exits before the parent gets its response.
            first = [json.loads(running.stdout.readline()) for _ in range(2)]
            assert first == [{"process": "child", "got": [201, 202]}, {"process": "parent", "child": 0}]
            echo.release.set()
            assert results_of(running) == {"thread": {"got": [900, 101, 102]}}
            assert sorted(echo.orders.values()) == [[201, 202], [900, 101, 102]]

    @pytest.mark.slow
    def test_that_acquire_every_lock(self):
        with echoing() as (server, _):
            results = run_part(server, "during_many_calls")
            assert results == {"child": {"got": [201, 202]}, "parent": {"children": [0] * 10}}


def test_a_run_belongs_to_the_process_that_started_it():
    with echoing() as (server, _):
        results = run_part(server, "run_started_by_the_parent")
        assert results["child"] == {
            "refused": "run was started before a fork; allowed: a run of this process"
        }
        assert sorted(results["parent"]["got"]) == list(range(1, 40))
        assert results["parent"]["child"] == 0


def test_the_caller_s_transport_belongs_to_the_process_that_used_it_first():
    with echoing() as (server, _):
        assert run_part(server, "transport_of_the_caller") == {
            "child": {"refused": "transport was used before a fork; allowed: one of this process's own"},
            "other child": {"got": [3]},
            "parent": {"got": [1, 4], "child": 0},
        }


def test_a_connection_is_kept_open_in_a_child_that_calls_warm():
    with echoing() as (server, _):
        assert run_part(server, "kept_warm") == {
            "child": {"threads": [1, 2]},
            "parent": {"child": 0, "threads": [2, 1]},
        }
