"""Decide which process gets the next permit: one decision for all that share a limit, made in one place.

`decide` is what a store runs atomically. The file store runs it as it stands; Redis runs allocation.lua, which is
the same line by line, and a test holds the two against each other. Times are milliseconds of the store's own
clock; what a process reports are durations, so that the clocks of machines do not matter.

- A permit is counted as policy/windows.py says: from its answer on, or from a margin after it was given. So a
  process that dies gives back what it held.
- Single calls come before bulk runs. Among processes that want the same, the one that was served least
  recently comes first: each has its fair share, however many callers it has. Within a process its own queue
  decides.
- A process is told when to ask again. One that does not come then has died or is held up, and loses its turn.
- After an outage, which each process may have noticed at another time, every process has only the share that
  it also has without the store, until all have had time to come back and to say what they sent meanwhile.
  Where the state was lost and nobody noticed, nothing is given out before what it held counts no longer.
"""

from typing import Any, TypedDict

#: How much later than told a process may ask before it loses its turn.
GRACE = 50.0
#: How soon to look again where it is another's turn who is about to come.
GLANCE = 5.0
#: How long a process counts as one of those that share, after it was last heard of.
MEMBER = 30_000.0
#: How long after an outage processes may still be coming back, a window apart: they look once a second.
RETURN = 1_250.0
#: How long a request may have been on its way, a window apart, that was sent before the state was lost.
LOST = 250.0
_SINGLE, _BULK = 0, 1


class ProcessReport(TypedDict):
    """What a process tells the store, and wants.

    Attributes:
        process: A name that no other process has.
        requests: How many permits the limit has in each window.
        window: The window's length.
        margin: How long after it was given a permit is counted from, where no answer comes.
        single: The tickets of single calls that wait, by their names, first come first.
        bulk: Likewise those of bulk runs.
        counts: For how long permits are still counted, by the names of their tickets; 0 for not at all, more
            than a window for those whose answers are awaited.
        told: What the exchange says: how many are left, and for how long that holds; or nothing.
        closed: For how long the exchange will not listen; 0 where it does.
        known: How many processes shared the limit when the store was last heard of.
        away: Whether this one has gone on without the store.
    """

    process: str
    requests: int
    window: float
    margin: float
    single: list[str]
    bulk: list[str]
    counts: dict[str, float]
    told: list[float]
    closed: float
    known: int
    away: bool


class Allocation(TypedDict):
    """What the store answers.

    Attributes:
        granted: The tickets that have their permits.
        wait: When to ask again; below 0 where nothing is waited for.
        members: How many processes share the limit.
        closed: For how long the exchange will not listen.
    """

    granted: list[str]
    wait: float
    members: int
    closed: float


State = dict[str, Any]


def allocate(state: State, now: float, report: ProcessReport) -> Allocation:
    """Take in what a process reports, and say which of its tickets have their permits.

    Args:
        state: What the store remembers of the limit, or an empty dictionary; it is changed.
        now: The store's time.
        report: What the process tells and wants.
    """
    _forget(state, now, report)
    _take_in(state, now, report)
    return _Decision(state, now, report).verdict()


def _forget(state: State, now: float, report: ProcessReport) -> None:
    for name in ("permits", "served", "wants", "members"):
        state.setdefault(name, {})
    for name in ("closed", "quiet", "known"):
        state.setdefault(name, 0)
    state.setdefault("told", [])
    # What lies further ahead than anything can was written before the clock began anew.
    furthest = now + report["margin"] + report["window"]
    state["permits"] = {
        name: [min(until, furthest), is_open]
        for name, (until, is_open) in state["permits"].items()
        if until > now
    }
    state["wants"] = {
        name: want for name, want in state["wants"].items() if now < want[2] <= furthest + GRACE
    }
    state["members"] = {
        name: until for name, until in state["members"].items() if now < until <= now + MEMBER
    }
    state["served"] = {name: at for name, at in state["served"].items() if now - MEMBER < at <= now}
    if state["told"] and state["told"][1] <= now:
        state["told"] = []


def _take_in(state: State, now: float, report: ProcessReport) -> None:
    process, permits = report["process"], state["permits"]
    for name, left in report["counts"].items():
        if left > 0:
            permits[name] = [now + left, int(left > report["window"])]
        else:
            permits.pop(name, None)
    is_new = "since" not in state
    state["since"] = now if is_new else state["since"]
    lost = is_new and report["known"] > 1
    if report["away"] or lost:
        state["quiet"] = max(state["quiet"], now + RETURN + report["window"])
        state["known"] = max(state["known"], report["known"])
    state["known"] = state["known"] if now < state["quiet"] else 0
    state["members"][process] = now + MEMBER
    if lost and not report["away"]:
        state["told"] = [0, now + report["window"] + LOST]
    elif report["told"] and report["told"][0] < report["requests"] - len(permits):
        state["told"] = [report["told"][0], now + report["told"][1]]
    state["closed"] = max(state["closed"], now + report["closed"] if report["closed"] > 0 else 0)
    state["wants"][process] = [len(report["single"]), len(report["bulk"]), now + GRACE]


class _Decision:
    """Give a process what it can have."""

    def __init__(self, state: State, now: float, report: ProcessReport) -> None:
        self.state, self.now, self.report = state, now, report
        self.process = report["process"]
        self.want = state["wants"][self.process]
        self.granted: list[str] = []
        self.members = max(len(state["members"]), state["known"])
        self.share = max(1, report["requests"] // self.members) if now < state["quiet"] else None
        self.waiting = [self._not_yet(report["single"], _SINGLE), self._not_yet(report["bulk"], _BULK)]

    def verdict(self) -> Allocation:
        others = self._give()
        wait = self._wait(others)
        if wait < 0:
            del self.state["wants"][self.process]
        else:
            self.want[2] = self.now + wait + GRACE
        closed = max(self.state["closed"] - self.now, 0)
        return {"granted": self.granted, "wait": wait, "members": self.members, "closed": closed}

    def _not_yet(self, names: list[str], kind: int) -> list[str]:
        # A permit whose news was lost on its way is not given twice.
        known = [name for name in names if name in self.state["permits"]]
        self.granted += known
        self.want[kind] -= len(known)
        return [name for name in names if name not in self.state["permits"]]

    def _give(self) -> bool:
        """Give permits as long as it is this process's turn, and tell whether it then is another's."""
        while (kind := self._kind()) is not None and self._next(kind) <= self.now:
            if self._ahead(kind) > 0 or self._has_its_share(self.process):
                return True
            name = self.waiting[kind].pop(0)
            until = self.now + self.report["margin"] + self.report["window"]
            self.state["permits"][name] = [until, 1]
            self.state["served"][self.process] = self.now
            self.want[kind] -= 1
            if self.state["told"]:
                self.state["told"][0] -= 1
            self.granted.append(name)
        return False

    def _kind(self) -> int | None:
        """Return what is wanted most: by anybody who can have it, or by this process."""
        for kind in (_SINGLE, _BULK):
            for name, want in self.state["wants"].items():
                if want[kind] > 0 and not self._has_its_share(name):
                    return kind
        return None

    def _ahead(self, kind: int) -> int:
        """Return how many processes are served before this one, among those that want the same."""
        served = self.state["served"]
        own = (served.get(self.process, 0), self.process) if self.want[kind] > 0 else (self.now + 1, "")
        return sum(
            (served.get(name, 0), name) < own
            for name, want in self.state["wants"].items()
            if want[kind] > 0 and name != self.process and not self._has_its_share(name)
        )

    def _next(self, kind: int) -> float:
        """Return when the next permit may be given, as things stand."""
        return self._spaced(kind, sorted(until for until, _ in self.state["permits"].values()))

    def _spaced(self, kind: int, ends: list[float]) -> float:
        requests, window = self.report["requests"], self.report["window"]
        first = self._place(ends, 1)
        if kind == _BULK and requests > 1:
            first = max(first, self._place(ends, 2) - window / requests)
        return first

    def _place(self, ends: list[float], place: int) -> float:
        """Return when the permit for a place is there, if those given cease to count at the ends."""
        requests, window, state = self.report["requests"], self.report["window"], self.state
        first = max(len(ends) - requests, 0)
        free: list[float] = [self.now] * (requests - len(ends)) + ends[first:]
        cycles, position = divmod(place - 1, requests)
        told = state["told"][1] if state["told"] and state["told"][0] < place else 0
        until: float = max(told, state["closed"], self.now)
        return max(free[position] + cycles * window, until)

    def _has_its_share(self, name: str) -> bool:
        return self.share is not None and len(self._own(name)) >= self.share

    def _own(self, name: str) -> dict[str, list[float]]:
        permits = self.state["permits"].items()
        return {reservation: permit for reservation, permit in permits if reservation.startswith(f"{name}:")}

    def _wait(self, others: bool) -> float:
        """Return when to ask again, as if awaited answers came now: never too late."""
        if self.want[_SINGLE] + self.want[_BULK] == 0:
            return -1
        ends = self._soonest(self.state["permits"])
        kind = _SINGLE if self.want[_SINGLE] > 0 else _BULK
        ahead = self._ahead(kind)
        if kind == _BULK:
            ahead += sum(want[_SINGLE] for want in self.state["wants"].values())
        at = self._spaced(kind, ends) if ahead == 0 else self._place(ends, ahead + 1)
        if self._has_its_share(self.process):
            again = self._soonest(self._own(self.process))[0]
            at = max(at, min(again, self.state["quiet"]))
        elif others:
            at = self.now + GLANCE
        return max(at - self.now, 1)

    def _soonest(self, permits: dict[str, list[float]]) -> list[float]:
        soon = self.now + self.report["window"]
        return sorted(min(until, soon) if is_open else until for until, is_open in permits.values())
