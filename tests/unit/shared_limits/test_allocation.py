"""The decision that all processes share: in Python, and in the script that Redis runs."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bingx_spot.shared_limits.allocation import GRACE, MEMBER, Allocation, ProcessReport, State, allocate
from bingx_spot.shared_limits.redis_store import script
from tests.e2e.shared_limits.redis_server import redis_server
from tests.unit.limits.queueing import fullest
from tests.unit.shared_limits.reports import report

#: Runs the script's `decide` at a time that the test gives.
AT = """
local packed = redis.call('GET', KEYS[1])
local state = packed and cmsgpack.unpack(packed) or {}
local verdict = decide(state, tonumber(ARGV[2]), cjson.decode(ARGV[1]))
redis.call('SET', KEYS[1], cmsgpack.pack(state))
return cjson.encode({verdict = verdict, state = state})
"""


class Fleet:
    """A limit that several processes share, on a clock that the test moves."""

    def __init__(self) -> None:
        self.state: State = {}
        self.now = 1_000_000.0
        self.number = 0

    def ask(self, process: str, **changes: Any) -> Allocation:
        return allocate(self.state, self.now, report(process, **changes))

    def tickets(self, process: str, number: int) -> list[str]:
        self.number += number
        return [f"{process}:{self.number - each}" for each in range(number)]


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


class TestWindow:
    def test_holds_for_all_processes_together(self, fleet: Fleet) -> None:
        assert len(fleet.ask("a", single=fleet.tickets("a", 3))["granted"]) == 3
        assert len(fleet.ask("b", single=fleet.tickets("b", 3))["granted"]) == 2

    def test_a_permit_counts_from_its_answer_on(self, fleet: Fleet) -> None:
        names = fleet.tickets("a", 5)
        fleet.ask("a", single=names)
        fleet.now += 300
        # Answered 250 ms ago.
        fleet.ask("a", counts=dict.fromkeys(names, 750))
        waiting = fleet.tickets("b", 1)
        told = fleet.ask("b", single=waiting)
        assert (told["granted"], told["wait"]) == ([], 750)
        fleet.now += 750
        assert fleet.ask("b", single=waiting)["granted"] == waiting

    def test_what_a_dead_process_holds_comes_back(self, fleet: Fleet) -> None:
        fleet.ask("dead", single=fleet.tickets("dead", 5))
        waiting = fleet.tickets("b", 1)
        # An answer may come at any moment, so it looks again after each window.
        for _ in range(5):
            told = fleet.ask("b", single=waiting)
            assert (told["granted"], told["wait"]) == ([], 1000)
            fleet.now += 1000
        assert fleet.ask("b", single=waiting)["wait"] == 1000
        fleet.now += 1000
        assert fleet.ask("b", single=waiting)["granted"] == waiting

    def test_a_permit_that_is_given_back_is_there_for_others(self, fleet: Fleet) -> None:
        names = fleet.tickets("a", 5)
        fleet.ask("a", single=names)
        fleet.ask("a", counts={names[0]: 0})
        assert fleet.ask("b", single=fleet.tickets("b", 2))["granted"] == ["b:7"]

    def test_the_same_question_has_the_same_answer(self, fleet: Fleet) -> None:
        names = fleet.tickets("a", 5)
        assert fleet.ask("a", single=names)["granted"] == names
        assert fleet.ask("a", single=names)["granted"] == names
        assert fleet.ask("b", single=fleet.tickets("b", 1))["granted"] == []

    def test_a_clock_that_began_anew_closes_nothing_for_long(self, fleet: Fleet) -> None:
        fleet.now = 9e12
        fleet.ask("a", single=fleet.tickets("a", 5))
        fleet.now = 1000.0
        waiting = fleet.tickets("a", 1)
        assert fleet.ask("a", single=waiting)["granted"] == []
        fleet.now += 6000
        assert fleet.ask("a", single=waiting)["granted"] == waiting


class TestTurns:
    def test_single_calls_of_any_process_come_first(self, fleet: Fleet) -> None:
        fleet.ask("a", bulk=fleet.tickets("a", 16))
        fleet.state["permits"] = {f"x:{number}": [fleet.now + 200, 0] for number in range(5)}
        bulk, single = fleet.tickets("a", 16), fleet.tickets("b", 1)
        fleet.ask("a", bulk=bulk)
        fleet.ask("b", single=single)
        fleet.now += 200
        assert fleet.ask("a", bulk=bulk)["granted"] == []
        assert fleet.ask("b", single=single)["granted"] == single

    def test_a_bulk_run_leaves_a_permit_for_a_single_call(self, fleet: Fleet) -> None:
        names = fleet.tickets("a", 16)
        told = fleet.ask("a", bulk=names)
        assert told["granted"] == names[:4]
        assert told["wait"] == 800
        assert fleet.ask("b", single=fleet.tickets("b", 1))["granted"] == ["b:17"]

    def test_whoever_was_served_least_recently_comes_first(self, fleet: Fleet) -> None:
        for process in ("a", "b"):
            fleet.now += 1
            assert fleet.ask(process, single=fleet.tickets(process, 1))["granted"]
        fleet.state["permits"] = {f"x:{number}": [fleet.now + 200, 0] for number in range(5)}
        many, one = fleet.tickets("b", 16), fleet.tickets("a", 1)
        fleet.ask("b", single=many)
        assert fleet.ask("a", single=one)["wait"] == 200
        fleet.now += 200
        assert fleet.ask("b", single=many)["granted"] == []
        assert fleet.ask("a", single=one)["granted"] == one
        assert fleet.ask("b", single=many)["granted"] == many[:4]

    def test_who_does_not_come_loses_the_turn(self, fleet: Fleet) -> None:
        fleet.state["permits"] = {f"x:{number}": [fleet.now + 200, 0] for number in range(5)}
        fleet.ask("a", single=fleet.tickets("a", 1))
        waiting = fleet.tickets("b", 1)
        fleet.ask("b", single=waiting)
        fleet.now += 200
        told = fleet.ask("b", single=waiting)
        assert (told["granted"], told["wait"]) == ([], 5)
        fleet.now += GRACE
        assert fleet.ask("b", single=waiting)["granted"] == waiting

    def test_who_wants_nothing_is_not_waited_for(self, fleet: Fleet) -> None:
        assert fleet.ask("a")["wait"] == -1
        assert fleet.state["wants"] == {}


class TestTold:
    def test_fewer_left_than_all_have_taken_is_believed(self, fleet: Fleet) -> None:
        names = fleet.tickets("a", 2)
        fleet.ask("a", single=names)
        fleet.ask("a", counts=dict.fromkeys(names, 1000), told=[3, 4000])
        assert fleet.state["told"] == []
        fleet.ask("a", told=[0, 4000])
        waiting = fleet.tickets("b", 1)
        assert fleet.ask("b", single=waiting)["wait"] == 4000

    def test_a_block_is_told_to_everybody(self, fleet: Fleet) -> None:
        fleet.ask("a", closed=60_000)
        told = fleet.ask("b", single=fleet.tickets("b", 1))
        assert (told["granted"], told["closed"], told["wait"]) == ([], 60_000, 60_000)


class TestOutage:
    def test_the_first_one_ever_is_none(self, fleet: Fleet) -> None:
        assert len(fleet.ask("a", single=fleet.tickets("a", 5))["granted"]) == 5

    def test_afterwards_each_has_its_share_until_all_have_come_back(self, fleet: Fleet) -> None:
        # Empty, for it was restarted, and four processes have gone on with one a second each.
        waiting = {process: fleet.tickets(process, 5) for process in "abcd"}
        first = fleet.ask("a", single=waiting["a"], known=4, away=True, counts={"a:x": 500})
        assert first["granted"] == []
        assert first["members"] == 4
        second = fleet.ask("b", single=waiting["b"], known=4, away=True)
        assert second["granted"] == waiting["b"][:1]
        assert second["wait"] == 1000
        fleet.now += 2250
        fleet.ask("b")
        assert len(fleet.ask("a", single=waiting["a"])["granted"]) == 4

    def test_what_was_lost_while_nobody_noticed_is_waited_for(self, fleet: Fleet) -> None:
        waiting = fleet.tickets("a", 5)
        told = fleet.ask("a", single=waiting, known=5)
        assert (told["granted"], told["wait"]) == ([], 1250)
        fleet.now += 1250
        assert len(fleet.ask("a", single=waiting, known=5)["granted"]) == 1
        fleet.now += 1000
        assert len(fleet.ask("a", single=waiting[1:], known=1)["granted"]) == 4

    def test_who_is_alone_knows_all_that_was_lost(self, fleet: Fleet) -> None:
        told = fleet.ask("a", single=fleet.tickets("a", 5), known=1, counts={"a:x": 5900, "a:y": 900})
        assert len(told["granted"]) == 3

    def test_an_answer_that_is_awaited_may_come_at_any_moment(self, fleet: Fleet) -> None:
        fleet.ask("a", counts=dict.fromkeys(fleet.tickets("a", 5), 5500))
        assert fleet.ask("b", single=fleet.tickets("b", 1))["wait"] == 1000

    def test_a_process_that_is_not_heard_of_is_counted_no_longer(self, fleet: Fleet) -> None:
        fleet.ask("a")
        assert fleet.ask("b")["members"] == 2
        fleet.now += MEMBER - 1
        assert fleet.ask("b")["members"] == 2
        fleet.now += 1
        assert fleet.ask("b")["members"] == 1


PROCESSES = ("a1", "b2", "c3")
durations = st.integers(0, 60).map(lambda number: number * 25)
questions = st.lists(
    st.tuples(
        st.sampled_from(PROCESSES),
        durations,  # that pass before it
        st.integers(0, 4),  # single calls that wait
        st.integers(0, 4),  # those of a bulk run
        st.one_of(st.none(), durations),  # for how long what it holds is counted yet
        st.one_of(st.just([]), st.tuples(st.integers(0, 5), durations).map(list)),
        st.sampled_from([0, 0, 0, 0, 300]),
        st.sampled_from([False, False, False, False, True]),
    ),
    max_size=40,
)


def asked(questions_: list[Any]) -> Iterator[tuple[float, ProcessReport, Callable[[Allocation], None]]]:
    """Turn questions into reports; each is told the verdict before the next."""
    now, number = 1_000_000.0, 0
    waiting: dict[str, tuple[list[str], list[str]]] = {process: ([], []) for process in PROCESSES}
    held: dict[str, list[str]] = {process: [] for process in PROCESSES}
    members = dict.fromkeys(PROCESSES, 0)
    for process, passed, single, bulk, left, told, closed, away in questions_:
        now += passed
        for queue, more in zip(waiting[process], (single, bulk), strict=True):
            queue.extend(f"{process}:{number + each}" for each in range(more))
            number += more
        counts = {} if left is None else dict.fromkeys(held[process], left)
        held[process] = held[process] if left is None else []

        def hear(verdict: Allocation, process: str = process) -> None:
            members[process] = verdict["members"]
            held[process] += verdict["granted"]
            for queue in waiting[process]:
                queue[:] = [name for name in queue if name not in verdict["granted"]]

        yield (
            now,
            report(
                process,
                requests=4,  # 250 ms each, so that all is exact
                single=list(waiting[process][0]),
                bulk=list(waiting[process][1]),
                counts=counts,
                told=told,
                closed=closed,
                known=members[process],
                away=away,
            ),
            hear,
        )


@given(questions)
def test_no_window_holds_more_than_is_allowed(questions_: list[Any]) -> None:
    state: State = {}
    # A request may arrive as late as its permit is taken to.
    given_at: list[float] = []
    for now, told, hear in asked([(*each[:4], None, *each[5:]) for each in questions_]):
        verdict = allocate(state, now, told)
        hear(verdict)
        given_at += [now] * len(verdict["granted"])
    assert fullest(given_at, 6000) <= 4


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[str, float, ProcessReport], Any]]:
    with redis_server() as server, server.client() as client:
        at = client.register_script(script() + AT)

        def run(name: str, now: float, told: ProcessReport) -> Any:
            return json.loads(at(keys=[name], args=[json.dumps(told), now]))

        run.client = client  # type: ignore[attr-defined]
        yield run


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(questions)
def test_redis_decides_as_python_does(run: Any, questions_: list[Any]) -> None:
    run.client.flushall()
    state: State = {}
    for now, told, hear in asked(questions_):
        expected = allocate(state, now, told)
        came = run("limit", now, told)
        # Lua has one kind of table: what is empty is an object in JSON.
        assert {**came["verdict"], "granted": list(came["verdict"]["granted"])} == expected
        assert {name: value or None for name, value in came["state"].items()} == {
            name: value or None for name, value in state.items()
        }
        hear(expected)
