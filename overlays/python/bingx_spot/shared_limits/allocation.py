"""Decide which process is granted the next permit: one function, run atomically by the store.

`allocate` is what a store runs. The file store runs this function; Redis runs allocation.lua, which is the
same step by step, and a test compares the two. Times are milliseconds of the store's own clock, which stands
still where it would go back. Processes report durations only, so the clocks of their machines do not matter.

- A permit is counted as sliding_window.py describes: from its response on, or from a margin after it was
  granted. So the permits of a process that dies become free again.
- Single calls come before bulk runs. Among processes that want the same, the one that was served least
  recently comes first: each has a fair share, however many callers it has.
- The store says when to ask again. A process that does not has died or is held up, and loses its place.
- Processes may keep different rates. The slowest one applies to all, for as long as its process is a member.
- After an outage, which each process may have noticed at another time, every process gets only the share that
  it has without the store, until all have had time to return and to report what they sent meanwhile. Since
  each reports every second, a time without any report is an outage.
- A state may go back: emptied, or restored from a copy. Processes number their reports, so each sees whether
  the state knows its last one. If not, nothing is granted until all that was lost has expired; then each gets
  its share for a while. Processes remember both: a state that is lost again and again stops nobody again.
- Each process reports all that it holds: its permits, and the equal errors that it knows. So it restores what
  a state has lost, and a permit of its own that it does not name is free.
"""

from collections.abc import Callable
from typing import Any, Literal

from bingx_spot.shared_limits.store import Allocation, ProcessReport

#: How much later than agreed a process may ask before it loses its place.
GRACE_MS = 50.0
#: How soon to ask again while another process, which should ask any moment, comes first.
RECHECK_MS = 5.0
#: How long a process is a member after its last report.
MEMBER_TTL_MS = 30_000.0
#: How long after an outage processes may still be returning, beyond one window: they probe once a second.
REJOIN_MS = 1_250.0
#: How long after a window processes do without a store that does not answer.
SETTLE_MS = 250.0
#: How long errors count that are equal: twenty within this time lock the endpoint.
ERRORS_MS = 480_000.0

Kind = Literal["single", "bulk"]
_KINDS: tuple[Kind, Kind] = ("single", "bulk")


State = dict[str, Any]


def allocate(state: State, clock: float, report: ProcessReport) -> Allocation:
    """Apply a report to the store's state of a limit, at first {}, and decide which permits are granted."""
    for name in ("permits", "served", "waiting", "members", "server_hint", "errors"):
        state.setdefault(name, {})
    for name in ("locked_until", "held_until", "shares_until", "known_members", "offset", "now"):
        state.setdefault(name, 0)
    # The state's own time goes on from where it was when the store's clock has gone back.
    before, now = state["now"], max(clock + state["offset"], state["now"])
    state["offset"], state["now"] = now - clock, now
    return _Allocator(state, now, report, now - before).allocation()


def _is_of(permit: str, process: str) -> bool:
    return permit.startswith(f"{process}:")


class _Allocator:
    def __init__(self, state: State, now: float, report: ProcessReport, silent_for: float) -> None:
        self.state, self.now, self.report = state, now, report
        self.process = report["process"]
        # The number of the process's last report that the state knows.
        self.known = state["members"].get(self.process, {"number": 0})["number"]
        self.requests, self.window = self._join()
        self._notice_loss(silent_for)
        self._drop_expired()
        self._apply_report()
        self.own = state["waiting"][self.process]
        self.granted: list[str] = []
        self.members = max(len(state["members"]), state["known_members"])
        self.share = max(1, self.requests // self.members) if now < state["shares_until"] else None
        self.wanted: dict[Kind, list[str]] = {kind: self._not_yet_granted(kind) for kind in _KINDS}

    def allocation(self) -> Allocation:
        state, now = self.state, self.now
        wait = self._wait(self._grant())
        if wait < 0:
            del state["waiting"][self.process]
        else:
            self.own["until"] = now + wait + GRACE_MS
        permits, known = state["permits"].items(), self.report["errors"]
        return {
            "granted": self.granted,
            "wait": wait,
            "members": self.members,
            "locked_for": max(state["locked_until"] - now, 0),
            "held_for": max(state["held_until"] - now, 0),
            "shares_for": max(state["shares_until"] - now, 0),
            "in_flight": sum(
                not each["answered"] and not _is_of(name, self.process) for name, each in permits
            ),
            "errors": {name: now - at for name, at in state["errors"].items() if name not in known},
            "requests": self.requests,
            "window": self.window,
        }

    def _join(self) -> tuple[int, float]:
        """Make the process a member, and return requests and window of the slowest member's rate."""
        report, members = self.report, self._kept("members", lambda member: self.now < member["until"])
        members[self.process] = {
            "until": self.now + MEMBER_TTL_MS,
            "number": max(report["number"], self.known),
            "requests": report["requests"],
            "window": report["window"],
        }
        rates = [(member["requests"], member["window"]) for member in members.values()]
        return min(rates, key=lambda rate: (rate[0] / rate[1], rate[0]))

    def _kept(self, name: str, keep: Callable[[Any], bool]) -> dict[str, Any]:
        """Return a table of the state, in which only these entries are kept."""
        kept = self.state[name] = {key: entry for key, entry in self.state[name].items() if keep(entry)}
        return kept

    def _notice_loss(self, silent_for: float) -> None:
        """Begin a recovery after an outage, and where the state has gone back: before it began, or now."""
        state, now, report = self.state, self.now, self.report
        is_new = "began" not in state
        began = state.setdefault("began", now)
        has_gone_back = self.known < report["answered"] and report["age"] < MEMBER_TTL_MS
        if has_gone_back or (is_new and len(state["members"]) > 1):
            state["began"] = at = began if now - report["age"] < began else now
            state["held_until"] = max(state["held_until"], at + report["hold"])
            self._recover(at)
        # If no process has reached the store for so long, others may not know yet that it is back.
        was_silent = silent_for > max(REJOIN_MS, self.window + SETTLE_MS)
        if report["was_local"] or (was_silent and max(len(state["members"]), report["members"]) > 1):
            self._recover(now)
        if now >= state["shares_until"]:
            state["known_members"] = 0

    def _recover(self, at: float) -> None:
        state = self.state
        state["shares_until"] = max(state["shares_until"], at + REJOIN_MS + self.window)
        state["known_members"] = max(state["known_members"], self.report["members"])

    def _drop_expired(self) -> None:
        now, hint = self.now, self.state["server_hint"]
        self._kept("permits", lambda permit: permit["since"] + self.window > now)
        self._kept("waiting", lambda waiting: now < waiting["until"])
        self._kept("served", lambda at: now - MEMBER_TTL_MS < at)
        self._kept("errors", lambda at: now - ERRORS_MS < at)
        if hint and hint["expires"] <= now:
            self.state["server_hint"] = {}

    def _apply_report(self) -> None:
        state, now, report = self.state, self.now, self.report
        if report["number"] >= self.known:
            # Not by a report that was held up on its way, and arrives after the next one.
            self._drop_unused()
        for name, counted_for in report["permits"].items():
            if counted_for < self.window:
                state["permits"][name] = {"since": now - counted_for, "answered": counted_for >= 0}
            else:
                state["permits"].pop(name, None)
        for name, age in report["errors"].items():
            state["errors"].setdefault(name, now - age)
        hint = report["server_hint"]
        if hint and hint["remaining"] < self.requests - len(state["permits"]):
            expires = now + min(hint["expires_in"], self.window)
            state["server_hint"] = {"remaining": hint["remaining"], "expires": expires}
        if report["locked_for"] > 0:
            state["locked_until"] = max(state["locked_until"], now + report["locked_for"])
        waiting = {"single": len(report["single"]), "bulk": len(report["bulk"])}
        state["waiting"][self.process] = {**waiting, "until": now + GRACE_MS}

    def _drop_unused(self) -> None:
        """Free the process's permits of which it knows nothing, and for which it does not wait."""
        report, permits = self.report, self.state["permits"]
        named = {*report["permits"], *report["single"], *report["bulk"]}
        for name in [name for name in self._permits_of(self.process) if name not in named]:
            if not permits[name]["answered"]:
                del permits[name]

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
        return self._spaced(
            kind, sorted(each["since"] + self.window for each in self.state["permits"].values())
        )

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
        earliest: float = max(hinted, self.state["locked_until"], self.state["held_until"], self.now)
        return max(free[position] + cycles * self.window, earliest)

    def _has_its_share(self, name: str) -> bool:
        return self.share is not None and len(self._permits_of(name)) >= self.share

    def _permits_of(self, process: str) -> dict[str, dict[str, Any]]:
        permits = self.state["permits"].items()
        return {name: permit for name, permit in permits if _is_of(name, process)}

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
