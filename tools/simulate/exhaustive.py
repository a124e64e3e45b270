"""Search a small world completely: every sequence of server behaviours, every placing of an outside event.

The driver sees observations and no truth, so sequences that look alike to it are played once: a node of the
search is a sequence of observations, and holds every state that can be true after it. An ending has to be
honest in all of them. What comes after the last behaviour of the sequence is answered truthfully.

Two nodes go on alike if their calls do, and the same can be true in both: the second is counted like the
first, and not searched again.
"""

import hashlib
import marshal
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bingx_spot import Response
from bingx_spot.core.engine import TransportFailure
from tools.simulate.driver import MOST_EQUAL_ERRORS, Result, Steps
from tools.simulate.fingerprint import fingerprint
from tools.simulate.scenario import Scenario, plain_scenario
from tools.simulate.sent import Sent
from tools.simulate.small_world import (
    BEGINNINGS,
    BEHAVIOURS,
    DELAY,
    State,
    is_ambiguous,
    known,
    later,
    lie_about,
    reply_of,
    served,
)
from tools.simulate.timing import RECV_WINDOW, TAKES_EFFECT_WITHIN
from tools.simulate.verdict import ending_of
from tools.simulate.virtual_time import as_the_engine_says
from tools.simulate.wire import received

_TRUE = ("truth",)
_KEPT = 3


@dataclass
class Search:
    """What a search has found, of a whole world or from one node on.

    Attributes:
        calls: How many calls look different to the driver.
        played: How many of them had to be played to the end.
        nodes: How many nodes were searched; those that were joined with another are not counted.
        states: How many states can be true in them, all together: those that were visited.
        histories: How many sequences of behaviours, placings of the event and moments of late execution end
            in one of those calls, by the state in which they begin.
        endings: How often each ending occurred.
        wrongs: How often each thing was wrong.
        examples: The first observations of each.
        most: The most requests of a call, counted from the node on.
        seconds: How long it took.
    """

    calls: int = 0
    played: int = 0
    nodes: int = 0
    states: int = 0
    histories: Counter[State] = field(default_factory=Counter)
    endings: Counter[str] = field(default_factory=Counter)
    wrongs: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    most: int = 0
    seconds: float = 0.0

    def merge(self, other: "Search", *, again: bool = False) -> None:
        """Add what another search has found, without its histories.

        Args:
            other: The other one.
            again: Whether it is that of an equal node, which was not searched once more.
        """
        self.calls += other.calls
        self.endings.update(other.endings)
        self.wrongs.update(other.wrongs)
        if again:
            return
        self.played += other.played
        self.nodes += other.nodes
        self.states += other.states
        for text, examples in other.examples.items():
            self.examples[text] = (self.examples.get(text, []) + examples)[:_KEPT]

    def wrong(self, text: str, path: list[str]) -> None:
        """Count something that is wrong, with the observations that lead to it."""
        self.wrongs[text] += 1
        self.examples[text] = [" > ".join(path)]


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

    def _next(self, end: Response | TransportFailure | None) -> None:
        step = self._steps.next(end)
        self.result: Result | None = None
        if isinstance(step, Response | Exception):
            self.result = step
        else:
            self.timeout = min(step.timeout, step.patience.answer)
            self.sent: Sent = received(self.call, step.request)
            self.operations.append(self.sent.operation)

    def feed(self, observation: str) -> None:
        """Go on after an observation."""
        world = self.call.world
        self.path.append(observation)
        world.advance(world.now + (self.timeout if observation == "silence" else min(DELAY, self.timeout)))
        self._next(as_the_engine_says(reply_of(observation, world.clock_ms())))

    def fingerprint(self) -> tuple[Any, ...]:
        """Return what the rest of the call depends on."""
        return fingerprint(self._steps.effects, self.call.world.now)

    @property
    def said_not_open(self) -> bool:
        """Tell whether a response said that no open order is found."""
        return any(seen in ("gone", "not found") for seen in self.path)

    @property
    def ambiguous(self) -> bool:
        """Tell whether a cancel of the call was ambiguous."""
        exchanges = zip(self.operations, self.path, strict=False)
        return any(operation == "cancel" and is_ambiguous(seen) for operation, seen in exchanges)


class _Searcher:
    """Searches one world.

    Args:
        depth: How many behaviours a sequence has.
        timeout: The call's, in seconds.
        join: Whether equal nodes are searched once.
    """

    def __init__(self, depth: int, timeout: float, *, join: bool = True) -> None:
        self._depth = depth
        self._timeout = timeout
        self._join = join
        self._known: dict[bytes, Search] = {}

    def search(self, first: str | None = None) -> Search:
        """Search it from the beginning.

        Args:
            first: The observation with which every path begins, or None for any.
        """
        return self._explore(_Run(self._timeout, []), _become(BEGINNINGS, 0.0), first)

    def _explore(self, run: _Run, states: set[State], first: str | None = None) -> Search:
        """Search from a node on."""
        found = Search(nodes=1, states=len(states))
        if run.result is not None:
            _judge(found, run, states, self._timeout)
            return found
        level, path = len(run.path), list(run.path)
        for observation, steps in _answers(run, states, BEHAVIOURS if level < self._depth else _TRUE).items():
            if first not in (None, observation):
                continue
            # The run that stands here goes on along the first branch; the others are played from the start.
            branch = run if run.path == path else _Run(self._timeout, path)
            branch.feed(observation)
            now, after = branch.call.world.now, {following for _, following in steps}
            part = self._branch(found, branch, _become(after, now))
            ways = {one: sum(part.histories[state] for state in later(one, now)) for one in after}
            for state, following in steps:
                found.histories[state] += ways[following]
            found.most = max(found.most, 1 + part.most)
        return found

    def _branch(self, found: Search, run: _Run, states: set[State]) -> Search:
        """Return what is found from a node on, which may be known from an equal one, and count it."""
        if run.result is not None or not self._join:
            part = self._explore(run, states)
            found.merge(part)
            return part
        key = _key(run, states, self._depth)
        known = self._known.get(key)
        part = known or self._known.setdefault(key, self._explore(run, states))
        found.merge(part, again=known is not None)
        return part


def _become(states: Iterable[State], now: float) -> set[State]:
    """Return every state that these can have become by now."""
    return {following for state in states for following in later(state, now)}


def _key(run: _Run, states: set[State], depth: int) -> bytes:
    """Return what a search from a node on depends on, as a digest."""
    left = max(depth - len(run.path), 0)
    known = (left, run.ambiguous, run.said_not_open, *run.fingerprint(), *sorted(map(tuple, states)))
    # Version 2 writes equal values as equal bytes, whether they are one object or two.
    return hashlib.blake2b(marshal.dumps(known, 2), digest_size=16).digest()


def _answers(
    run: _Run, states: set[State], behaviours: tuple[str, ...]
) -> dict[str, list[tuple[State, State]]]:
    """Return by observation how states become others, once for each behaviour that does that."""
    now = run.call.world.now
    expires = now + RECV_WINDOW + TAKES_EFFECT_WITHIN
    groups: dict[str, list[tuple[State, State]]] = {}
    for state in states:
        for behaviour in behaviours:
            observation, following = served(state, behaviour, run.sent.operation, now, expires)
            groups.setdefault(observation, []).append((state, following))
    return groups


def _judge(found: Search, run: _Run, states: set[State], timeout: float) -> None:
    assert run.result is not None
    now, ending, ambiguous = run.call.world.now, ending_of(run.result), run.ambiguous
    found.calls = found.played = 1
    found.histories.update(states)
    found.endings[ending] += 1
    lies = {
        lie_about(ending, state, now, ambiguous=ambiguous, said_not_open=run.said_not_open)
        for state in states
    }
    for lie in sorted(lies - {""}):
        found.wrong(f"lie: {ending}, but {lie}", run.path)
    if ending in ("unknown", "not_open") and known(states, ambiguous=ambiguous):
        found.wrong(f"avoidable {ending}: it must be {known(states, ambiguous=ambiguous)}", run.path)
    if now > timeout + DELAY / 10:
        found.wrong("past its deadline", run.path)


def _searched(job: tuple[int, float, str, bool]) -> Search:
    depth, timeout, first, join = job
    return _Searcher(depth, timeout, join=join).search(first)


def exhaust(
    depth: int, timeouts: tuple[float, ...], processes: int | None = None, *, join: bool = True
) -> Search:
    """Search several worlds on several processes.

    Args:
        depth: How many behaviours a sequence has.
        timeouts: The calls' timeouts, in seconds: each is a world of its own.
        processes: How many; None for as many as there are processors.
        join: Whether equal nodes are searched once.
    """
    began, whole = time.monotonic(), Search()
    beginnings = list(_answers(_Run(1.0, []), _become(BEGINNINGS, 0.0), BEHAVIOURS))
    jobs = [(depth, timeout, first, join) for timeout in timeouts for first in beginnings]
    with multiprocessing.get_context("fork").Pool(processes or os.cpu_count()) as pool:
        for part in pool.imap_unordered(_searched, jobs, chunksize=1):
            whole.merge(part)
            whole.histories.update(part.histories)
            whole.most = max(whole.most, part.most)
    if whole.most >= MOST_EQUAL_ERRORS:
        raise RuntimeError("calls are so long that the guard against repeated errors may act")
    whole.seconds = time.monotonic() - began
    return whole
