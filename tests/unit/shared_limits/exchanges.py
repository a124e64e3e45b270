"""Random sequences of exchanges between three processes and a store."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from bingx_spot.shared_limits.allocation import Allocation, ProcessReport
from tests.unit.shared_limits.reports import report

PROCESSES = ("a1", "b2", "c3")
durations = st.integers(0, 60).map(lambda number: number * 25)
exchanges = st.lists(
    st.tuples(
        st.sampled_from(PROCESSES),
        durations,  # since the exchange before
        st.integers(0, 4),  # more single calls that wait
        st.integers(0, 4),  # more calls of a bulk run that wait
        st.one_of(st.none(), durations),  # since when the responses to its permits are there
        st.one_of(
            st.just({}), st.fixed_dictionaries({"remaining": st.integers(0, 5), "expires_in": durations})
        ),
        st.sampled_from([0, 0, 0, 0, 300]),  # for how long the endpoint is locked
        st.sampled_from([False, False, False, False, True]),  # whether it has used its own share
    ),
    max_size=40,
)


def reports_of(
    steps: list[Any], rates: dict[str, tuple[int, float]] | None = None
) -> Iterator[tuple[float, ProcessReport, Callable[[Allocation], None]]]:
    """Yield time and report of each exchange, and a function that takes its allocation.

    Args:
        steps: What `exchanges` draws.
        rates: Requests and window of processes that do not keep 4 in a second.
    """
    now, number = 1_000_000.0, 0
    waiting: dict[str, tuple[list[str], list[str]]] = {process: ([], []) for process in PROCESSES}
    held: dict[str, list[str]] = {process: [] for process in PROCESSES}
    members = dict.fromkeys(PROCESSES, 0)
    for process, passed, single, bulk, responded, hint, locked_for, was_local in steps:
        now += passed
        for line, more in zip(waiting[process], (single, bulk), strict=True):
            line.extend(f"{process}:{number + each}" for each in range(more))
            number += more
        permits = {} if responded is None else dict.fromkeys(held[process], responded)
        held[process] = held[process] if responded is None else []

        def receive(allocation: Allocation, process: str = process) -> None:
            members[process] = allocation["members"]
            held[process] += allocation["granted"]
            for line in waiting[process]:
                line[:] = [name for name in line if name not in allocation["granted"]]

        # 250 ms each, so that sums are exact.
        requests, window = (rates or {}).get(process, (4, 1000))
        yield (
            now,
            report(
                process,
                requests=requests,
                window=window,
                single=list(waiting[process][0]),
                bulk=list(waiting[process][1]),
                permits=permits,
                server_hint=hint,
                locked_for=locked_for,
                members=members[process],
                was_local=was_local,
            ),
            receive,
        )
