"""Search a small world completely: every sequence of server behaviours, every placing of an outside event.

The driver sees observations and no truth, so sequences that look alike to it are played once: a node of the
search is a sequence of observations, and holds every state that can be true after it. An ending has to be
honest in all of them. After the last behaviour of the sequence the server tells the truth.
"""

import multiprocessing
import os
import time
from collections import Counter
from dataclasses import dataclass, field

from bingx_spot import Response
from bingx_spot.core.engine import TransportFailure
from tools.simulate.driver import Result, Steps, as_the_engine_says
from tools.simulate.exchange import Sent
from tools.simulate.scenario import Scenario, plain_scenario
from tools.simulate.small_world import (
    BEGINNINGS,
    BEHAVIOURS,
    DELAY,
    State,
    is_ambiguous,
    known,
    later,
    lie_about,
    reply_for,
    served,
)
from tools.simulate.timing import RECV_WINDOW, TAKES_EFFECT_WITHIN
from tools.simulate.verdict import ending_of

_TRUE = ("truth",)
_KEPT = 3


@dataclass
class Search:
    """What a search has found.

    Attributes:
        calls: How many calls were played.
        states: How many states were visited.
        histories: How many sequences of behaviours, placings of the event and moments of late execution end
            in one of those calls.
        endings: How often each ending occurred.
        wrongs: How often each thing was wrong.
        examples: The first observations of each.
        most: The most requests of a call.
        seconds: How long it took.
    """

    calls: int = 0
    states: int = 0
    histories: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    wrongs: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    most: int = 0
    seconds: float = 0.0

    def merge(self, other: "Search") -> None:
        """Add what another search has found."""
        self.calls += other.calls
        self.states += other.states
        self.histories += other.histories
        self.endings.update(other.endings)
        self.wrongs.update(other.wrongs)
        self.most = max(self.most, other.most)
        for text, examples in other.examples.items():
            self.examples[text] = (self.examples.get(text, []) + examples)[:_KEPT]

    def wrong(self, text: str, path: list[str]) -> None:
        """Count something that is wrong, with the observations that lead to it."""
        self.wrongs[text] += 1
        examples = self.examples.setdefault(text, [])
        if len(examples) < _KEPT:
            examples.append(" > ".join(path))


class _Run:
    """One call that is played along a sequence of observations."""

    def __init__(self, timeout: float, path: list[str]) -> None:
        self.call: Scenario = plain_scenario(timeout)
        self._steps = Steps(self.call)
        self.path: list[str] = []
        self.operations: list[str] = []
        self._next(None)
        for observation in path:
            self.feed(observation)

    def _next(self, result: Response | TransportFailure | None) -> None:
        step = self._steps.next(result)
        self.result: Result | None = None
        if isinstance(step, Response | Exception):
            self.result = step
        else:
            self.timeout = step.timeout
            self.sent: Sent = self._steps.request(step)
            self.operations.append(self.sent.operation)

    def feed(self, observation: str) -> None:
        """Go on after an observation."""
        world = self.call.world
        self.path.append(observation)
        world.advance(world.now + (self.timeout if observation == "silence" else min(DELAY, self.timeout)))
        self._next(as_the_engine_says(reply_for(observation, world.clock_ms())))

    @property
    def ambiguous(self) -> bool:
        """Tell whether a cancel of the call was ambiguous."""
        asked = zip(self.operations, self.path, strict=False)
        return any(operation == "cancel" and is_ambiguous(seen) for operation, seen in asked)


def search(depth: int, timeout: float, first: tuple[str, ...] = ()) -> Search:
    """Search one world.

    Args:
        depth: How many behaviours a sequence has.
        timeout: The call's, in seconds.
        first: The observations that every path begins with.
    """
    found = Search()
    run = _Run(timeout, [])
    states = later(dict.fromkeys(BEGINNINGS, 1), 0.0)
    _explore(found, run, states, depth, timeout, first)
    return found


def _explore(
    found: Search, run: _Run, states: dict[State, int], depth: int, timeout: float, first: tuple[str, ...]
) -> None:
    found.states += len(states)
    if run.result is not None:
        _judge(found, run, states, timeout)
        return
    level, path = len(run.path), list(run.path)
    groups = _answers(run, states, BEHAVIOURS if level < depth else _TRUE)
    if level < len(first):
        groups = {first[level]: groups[first[level]]} if first[level] in groups else {}
    for observation, following in groups.items():
        # The run that stands here goes on along the first branch; the others are played again from the start.
        branch = run if run.path == path else _Run(timeout, path)
        branch.feed(observation)
        _explore(found, branch, later(following, branch.call.world.now), depth, timeout, first)


def _answers(run: _Run, states: dict[State, int], behaviours: tuple[str, ...]) -> dict[str, dict[State, int]]:
    """Return by observation the states that can be true after it."""
    now = run.call.world.now
    expires = now + RECV_WINDOW + TAKES_EFFECT_WITHIN
    groups: dict[str, dict[State, int]] = {}
    for state, ways in states.items():
        for behaviour in behaviours:
            observation, following = served(state, behaviour, run.sent.operation, now, expires)
            group = groups.setdefault(observation, {})
            group[following] = group.get(following, 0) + ways
    return groups


def _judge(found: Search, run: _Run, states: dict[State, int], timeout: float) -> None:
    assert run.result is not None
    now, ending, ambiguous = run.call.world.now, ending_of(run.result), run.ambiguous
    found.calls += 1
    found.histories += sum(states.values())
    found.endings[ending] += 1
    found.most = max(found.most, len(run.path))
    said_not_open = any(seen in ("gone", "not found") for seen in run.path)
    lies = {
        lie_about(ending, state, now, ambiguous=ambiguous, said_not_open=said_not_open) for state in states
    }
    for lie in sorted(lies - {""}):
        found.wrong(f"lie: {ending}, but {lie}", run.path)
    if ending in ("unknown", "not_open") and known(states, ambiguous=ambiguous):
        found.wrong(f"avoidable {ending}: it must be {known(states, ambiguous=ambiguous)}", run.path)
    if now > timeout + DELAY / 10:
        found.wrong("past its deadline", run.path)


def _searched(job: tuple[int, float, tuple[str, ...]]) -> Search:
    return search(*job)


def exhaust(depth: int, timeouts: tuple[float, ...], processes: int | None = None) -> Search:
    """Search several worlds on several processes.

    Args:
        depth: How many behaviours a sequence has.
        timeouts: The calls' timeouts, in seconds: each is a world of its own.
        processes: How many; None for as many as there are processors.
    """
    began, whole = time.monotonic(), Search()
    beginnings = list(_answers(_Run(1.0, []), later(dict.fromkeys(BEGINNINGS, 1), 0.0), BEHAVIOURS))
    jobs = [(depth, timeout, (observation,)) for timeout in timeouts for observation in beginnings]
    with multiprocessing.get_context("fork").Pool(processes or os.cpu_count()) as pool:
        for part in pool.imap_unordered(_searched, jobs, chunksize=1):
            whole.merge(part)
    whole.seconds = time.monotonic() - began
    return whole
