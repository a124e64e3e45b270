"""Play many seeds on all processors, and count."""

import gc
import multiprocessing
import os
import time
from collections import Counter
from dataclasses import dataclass, field

from tools.simulate.driver import play
from tools.simulate.scenario import scenario
from tools.simulate.verdict import Verdict, judge

_CHUNK = 500
_KEPT = 5
# Objects between two collections.
_GARBAGE = 50_000
KINDS = ("lie", "avoidable", "broken")


@dataclass
class Tally:
    """What came of many calls.

    Attributes:
        endings: How often each ending came, by id kind and ending.
        wrongs: How often each thing was wrong, by kind, ending and text.
        seeds: The first seeds of each.
        documented: How many met a client order id that was used again where nobody could notice.
        requests: The most requests of a call, by id kind.
        cancels: The most cancels of a call, by id kind.
        sent: How many requests there were, by id kind.
        seconds: How long it took.
    """

    endings: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrongs: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    seeds: dict[tuple[str, str, str], list[int]] = field(default_factory=dict)
    documented: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    cancels: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def add(self, seed: int, by: str, verdict: Verdict) -> None:
        """Count one call."""
        self.endings[by, verdict.ending] += 1
        self.documented[by] += verdict.documented
        self.sent[by] += verdict.requests
        self.requests[by] = max(self.requests[by], verdict.requests)
        self.cancels[by] = max(self.cancels[by], verdict.cancels)
        for kind in KINDS:
            text = getattr(verdict, kind)
            if text:
                key = (kind, verdict.ending, text)
                self.wrongs[key] += 1
                self.seeds.setdefault(key, []).append(seed)

    def merge(self, other: "Tally") -> None:
        """Add what another tally has counted."""
        self.endings.update(other.endings)
        self.wrongs.update(other.wrongs)
        self.documented.update(other.documented)
        self.sent.update(other.sent)
        for mine, theirs in ((self.requests, other.requests), (self.cancels, other.cancels)):
            for by, most in theirs.items():
                mine[by] = max(mine[by], most)
        for key, seeds in other.seeds.items():
            self.seeds[key] = sorted(self.seeds.get(key, []) + seeds)[:_KEPT]

    @property
    def calls(self) -> int:
        """Return how many calls were played."""
        return sum(self.endings.values())


def play_seed(seed: int) -> tuple[str, Verdict]:
    """Play one seed; return the kind of id and the verdict."""
    call = scenario(seed)
    return "client id" if call.client_id else "order id", judge(call, play(call))


def play_seeds(seeds: range) -> Tally:
    """Play seeds one after the other."""
    tally, thresholds = Tally(), gc.get_threshold()
    # A call leaves few cycles; to look for them as often as usual takes a seventh of the time.
    gc.set_threshold(_GARBAGE)
    try:
        for seed in seeds:
            tally.add(seed, *play_seed(seed))
    finally:
        gc.set_threshold(*thresholds)
    return tally


def simulate(seeds: range, processes: int | None = None) -> Tally:
    """Play seeds on several processes.

    Args:
        seeds: The numbers to play.
        processes: How many; None for as many as there are processors.
    """
    began, whole = time.monotonic(), Tally()
    chunks = [seeds[begin : begin + _CHUNK] for begin in range(0, len(seeds), _CHUNK)]
    with multiprocessing.get_context("fork").Pool(processes or os.cpu_count()) as pool:
        for tally in pool.imap_unordered(play_seeds, chunks):
            whole.merge(tally)
    whole.seconds = time.monotonic() - began
    return whole
