"""Random sequences of exchanges between three processes and a store."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import strategies as st

from bingx_spot.shared_limits.store import Allocation, ProcessReport
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
        st.sampled_from(["", "", "", "gone back", "late"]),  # whether the state or the report is an older one
        st.integers(0, 2),  # more errors that it has met
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
    held: dict[str, dict[str, float]] = {process: {} for process in PROCESSES}
    errors: dict[str, dict[str, float]] = {process: {} for process in PROCESSES}
    members = dict.fromkeys(PROCESSES, 0)
    reported = 1
    for process, passed, single, bulk, responded, hint, locked_for, was_local, older, failed in steps:
        now += passed
        for line, more in zip(waiting[process], (single, bulk), strict=True):
            line.extend(f"{process}:{number + each}" for each in range(more))
            number += more
        permits = {
            name: now - since if responded is None else responded for name, since in held[process].items()
        }
        held[process] = held[process] if responded is None else {}
        reported += 2
        errors[process] |= {f"100404:{reported}-{each}": now for each in range(failed)}

        def receive(allocation: Allocation, process: str = process, now: float = now) -> None:
            members[process] = allocation["members"]
            held[process] |= dict.fromkeys(allocation["granted"], now + 5000)
            for line in waiting[process]:
                line[:] = [name for name in line if name not in allocation["granted"]]

        # 250 ms each, so that sums are exact.
        requests, window = (rates or {}).get(process, (4, 1000))
        yield (
            now,
            report(
                process,
                number=reported - 4 if older == "late" else reported,
                answered=reported - 1 if older == "gone back" else 0,
                age=100,
                requests=requests,
                window=window,
                single=list(waiting[process][0]),
                bulk=list(waiting[process][1]),
                permits=permits,
                errors={name: now - at for name, at in errors[process].items()},
                server_hint=hint,
                locked_for=locked_for,
                members=members[process],
                was_local=was_local,
            ),
            receive,
        )
