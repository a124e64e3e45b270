"""Decide which process is granted the next permit: one function, run atomically by the store.

`allocate` is what a store runs. The file store runs this function; Redis runs allocation.lua, which is the
same line by line, and a test compares the two. Times are milliseconds of the store's own clock. Processes
report durations only, so the clocks of their machines do not matter.

- A permit is counted as sliding_window.py describes: from its response on, or from a margin after it was
  granted. So the permits of a process that dies become free again.
- Single calls come before bulk runs. Among processes that want the same, the one that was served least
  recently comes first: each has a fair share, however many callers it has.
- The store says when to ask again. A process that does not has died or is held up, and loses its place.
- Processes may keep different rates. The slowest one applies to all, for as long as its process is a member.
- After an outage, which each process may have noticed at another time, every process gets only the share that
  it has without the store, until all have had time to return and to report what they sent meanwhile. Where
  the state was lost and no process noticed, nothing is granted before everything it held has expired.
"""

from typing import Any, Literal, TypedDict

#: How much later than agreed a process may ask before it loses its place.
GRACE_MS = 50.0
#: How soon to ask again while another process, which should ask any moment, comes first.
RECHECK_MS = 5.0
#: How long a process is a member after its last report.
MEMBER_TTL_MS = 30_000.0
#: How long after an outage processes may still be returning, beyond one window: they probe once a second.
REJOIN_MS = 1_250.0
#: How long a request that was sent before the state was lost may have been in flight, beyond one window.
LOST_STATE_MS = 250.0

Kind = Literal["single", "bulk"]
_KINDS: tuple[Kind, Kind] = ("single", "bulk")


class ServerHint(TypedDict, total=False):
    """How many requests the exchange says are left, and for how long; empty where it says nothing."""

    remaining: int
    expires_in: float


class ProcessReport(TypedDict):
    """What a process reports to the store, and asks for.

    Attributes:
        process: A name that no other process has.
        requests: How many permits this process's rate has in each window.
        window: The window's length.
        margin: How long after it was granted a permit is counted from, where no response arrives.
        single: Names of the permits that single calls wait for, first come first.
        bulk: Names of those that bulk runs wait for.
        permits: For how long permits have been counted, by name; negative until their response arrives.
        released: Names of permits that were released unused.
        server_hint: What the exchange says of the limit.
        locked_for: How much longer the exchange has locked the endpoint; 0 where it is open.
        members: How many processes shared the limit when the store last answered.
        was_local: Whether this process has used its own share since then.
    """

    process: str
    requests: int
    window: float
    margin: float
    single: list[str]
    bulk: list[str]
    permits: dict[str, float]
    released: list[str]
    server_hint: ServerHint
    locked_for: float
    members: int
    was_local: bool


class Allocation(TypedDict):
    """What the store answers.

    Attributes:
        granted: Names of the permits that are granted.
        wait: When to ask again; below 0 where the process waits for nothing.
        members: How many processes share the limit.
        locked_for: How much longer the exchange has locked the endpoint.
        requests: How many permits the rate of all processes has in each window.
        window: That window's length.
    """

    granted: list[str]
    wait: float
    members: int
    locked_for: float
    requests: int
    window: float


State = dict[str, Any]


def allocate(state: State, now: float, report: ProcessReport) -> Allocation:
    """Apply a report to the store's state of a limit, at first {}, and decide which permits are granted."""
    rate = _join(state, now, report)
    _drop_expired(state, now, report, rate)
    _apply_report(state, now, report, rate)
    return _Allocator(state, now, report, rate).allocation()


def _join(state: State, now: float, report: ProcessReport) -> tuple[int, float]:
    """Make the process a member, and return requests and window of the slowest member's rate."""
    for name in ("permits", "served", "waiting", "members", "server_hint"):
        state.setdefault(name, {})
    for name in ("locked_until", "shares_until", "known_members"):
        state.setdefault(name, 0)
    members = {
        name: member
        for name, member in state["members"].items()
        if now < member["until"] <= now + MEMBER_TTL_MS
    }
    members[report["process"]] = {
        "until": now + MEMBER_TTL_MS,
        "requests": report["requests"],
        "window": report["window"],
    }
    state["members"] = members
    rates = [(member["requests"], member["window"]) for member in members.values()]
    return min(rates, key=lambda rate: (rate[0] / rate[1], rate[0]))


def _drop_expired(state: State, now: float, report: ProcessReport, rate: tuple[int, float]) -> None:
    _, window = rate
    # What lies further in the future than anything can was written before the store's clock restarted.
    latest = now + report["margin"]
    state["permits"] = {
        name: {"since": min(permit["since"], latest), "answered": permit["answered"]}
        for name, permit in state["permits"].items()
        if permit["since"] + window > now
    }
    state["waiting"] = {
        name: waiting
        for name, waiting in state["waiting"].items()
        if now < waiting["until"] <= latest + window + GRACE_MS
    }
    state["served"] = {name: at for name, at in state["served"].items() if now - MEMBER_TTL_MS < at <= now}
    if state["server_hint"] and state["server_hint"]["expires"] <= now:
        state["server_hint"] = {}


def _apply_report(state: State, now: float, report: ProcessReport, rate: tuple[int, float]) -> None:
    requests, window = rate
    for name, counted_for in report["permits"].items():
        if counted_for < window:
            state["permits"][name] = {"since": now - counted_for, "answered": counted_for >= 0}
        else:
            state["permits"].pop(name, None)
    for name in report["released"]:
        state["permits"].pop(name, None)
    is_new = "created" not in state
    state["created"] = now if is_new else state["created"]
    lost = is_new and report["members"] > 1
    if report["was_local"] or lost:
        state["shares_until"] = max(state["shares_until"], now + REJOIN_MS + window)
        state["known_members"] = max(state["known_members"], report["members"])
    state["known_members"] = state["known_members"] if now < state["shares_until"] else 0
    hint = report["server_hint"]
    if lost and not report["was_local"]:
        state["server_hint"] = {"remaining": 0, "expires": now + window + LOST_STATE_MS}
    elif hint and hint["remaining"] < requests - len(state["permits"]):
        expires = now + min(hint["expires_in"], window)
        state["server_hint"] = {"remaining": hint["remaining"], "expires": expires}
    if report["locked_for"] > 0:
        state["locked_until"] = max(state["locked_until"], now + report["locked_for"])
    state["waiting"][report["process"]] = {
        "single": len(report["single"]),
        "bulk": len(report["bulk"]),
        "until": now + GRACE_MS,
    }


class _Allocator:
    def __init__(self, state: State, now: float, report: ProcessReport, rate: tuple[int, float]) -> None:
        self.state, self.now, self.report = state, now, report
        self.requests, self.window = rate
        self.process = report["process"]
        self.own = state["waiting"][self.process]
        self.granted: list[str] = []
        self.members = max(len(state["members"]), state["known_members"])
        self.share = max(1, self.requests // self.members) if now < state["shares_until"] else None
        self.wanted: dict[Kind, list[str]] = {kind: self._not_yet_granted(kind) for kind in _KINDS}

    def allocation(self) -> Allocation:
        other_is_first = self._grant()
        wait = self._wait(other_is_first)
        if wait < 0:
            del self.state["waiting"][self.process]
        else:
            self.own["until"] = self.now + wait + GRACE_MS
        return {
            "granted": self.granted,
            "wait": wait,
            "members": self.members,
            "locked_for": max(self.state["locked_until"] - self.now, 0),
            "requests": self.requests,
            "window": self.window,
        }

    def _not_yet_granted(self, kind: Kind) -> list[str]:
        # A permit whose grant did not reach the process is not granted twice.
        names = self.report[kind]
        known = [name for name in names if name in self.state["permits"]]
        self.granted += known
        self.own[kind] -= len(known)
        return [name for name in names if name not in self.state["permits"]]

    def _grant(self) -> bool:
        """Grant permits while this process comes first, and return whether another one then does."""
        while (kind := self._kind_to_serve()) is not None and self._next_free_at(kind) <= self.now:
            if self._ahead(kind) > 0 or self._has_its_share(self.process):
                return True
            name = self.wanted[kind].pop(0)
            self.state["permits"][name] = {"since": self.now + self.report["margin"], "answered": False}
            self.state["served"][self.process] = self.now
            self.own[kind] -= 1
            if self.state["server_hint"]:
                self.state["server_hint"]["remaining"] -= 1
            self.granted.append(name)
        return False

    def _kind_to_serve(self) -> Kind | None:
        for kind in _KINDS:
            for name, waiting in self.state["waiting"].items():
                if waiting[kind] > 0 and not self._has_its_share(name):
                    return kind
        return None

    def _ahead(self, kind: Kind) -> int:
        """Return how many processes are served before this one, among those that want the same."""
        served = self.state["served"]
        own = (served.get(self.process, 0), self.process) if self.own[kind] > 0 else (self.now + 1, "")
        return sum(
            (served.get(name, 0), name) < own
            for name, waiting in self.state["waiting"].items()
            if waiting[kind] > 0 and name != self.process and not self._has_its_share(name)
        )

    def _next_free_at(self, kind: Kind) -> float:
        ends = sorted(permit["since"] + self.window for permit in self.state["permits"].values())
        return self._spaced(kind, ends)

    def _spaced(self, kind: Kind, ends: list[float]) -> float:
        first = self._free_at(ends, 1)
        if kind == "bulk" and self.requests > 1:
            first = max(first, self._free_at(ends, 2) - self.window / self.requests)
        return first

    def _free_at(self, ends: list[float], place: int) -> float:
        """Return when the permit for a place is free, if the present ones expire at these ends."""
        first = max(len(ends) - self.requests, 0)
        free: list[float] = [self.now] * (self.requests - len(ends)) + ends[first:]
        cycles, position = divmod(place - 1, self.requests)
        hint = self.state["server_hint"]
        hinted = hint["expires"] if hint and hint["remaining"] < place else 0
        earliest: float = max(hinted, self.state["locked_until"], self.now)
        return max(free[position] + cycles * self.window, earliest)

    def _has_its_share(self, name: str) -> bool:
        return self.share is not None and len(self._permits_of(name)) >= self.share

    def _permits_of(self, process: str) -> dict[str, dict[str, Any]]:
        permits = self.state["permits"].items()
        return {name: permit for name, permit in permits if name.startswith(f"{process}:")}

    def _wait(self, other_is_first: bool) -> float:
        """Return when to ask again, as if pending responses arrived now: never too late."""
        if self.own["single"] + self.own["bulk"] == 0:
            return -1
        ends = self._earliest_ends(self.state["permits"])
        kind: Kind = "single" if self.own["single"] > 0 else "bulk"
        ahead = self._ahead(kind)
        if kind == "bulk":
            ahead += sum(waiting["single"] for waiting in self.state["waiting"].values())
        at = self._spaced(kind, ends) if ahead == 0 else self._free_at(ends, ahead + 1)
        if self._has_its_share(self.process):
            own = self._earliest_ends(self._permits_of(self.process))[0]
            at = max(at, min(own, self.state["shares_until"]))
        elif other_is_first:
            at = self.now + RECHECK_MS
        return max(at - self.now, 1)

    def _earliest_ends(self, permits: dict[str, dict[str, Any]]) -> list[float]:
        return sorted(
            (permit["since"] if permit["answered"] else min(permit["since"], self.now)) + self.window
            for permit in permits.values()
        )
