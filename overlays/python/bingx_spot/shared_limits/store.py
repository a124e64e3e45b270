"""What a process reports to the store, and what the store answers. Times are durations, in milliseconds."""

from typing import Any, Protocol, TypedDict, cast

from bingx_spot.limits.lockouts import LONGEST_BAN


class ServerHint(TypedDict, total=False):
    """What the exchange says of a limit; empty where it says nothing."""

    remaining: int  # requests that are left
    expires_in: float


class ProcessReport(TypedDict):
    """What a process reports to the store, and asks for."""

    process: str  # a name that no other process has
    number: int  # the report's, which grows
    answered: int  # the number of the last report that was answered; 0 for none
    age: float  # how long ago that one was made
    hold: float  # for how long nothing may be granted, if the state has gone back
    requests: int  # permits of this process's rate in each window
    window: float  # that window's length
    margin: float  # how long after its grant a permit is counted from, where no response arrives
    single: list[str]  # names of the permits that single calls wait for, first come first
    bulk: list[str]  # names of those that bulk runs wait for
    permits: dict[str, float]  # by name, how long each has been counted; negative until its response arrives
    errors: dict[str, float]  # by code and name, how old the endpoint's known errors are
    server_hint: ServerHint
    locked_for: float  # how much longer the exchange has locked the endpoint; 0 where it is open
    members: int  # processes that shared the limit when the store last answered
    was_local: bool  # whether this process has used its own share since then


class Allocation(TypedDict):
    """What the store answers."""

    granted: list[str]  # names of the permits that are granted
    wait: float  # when to ask again; below 0 where the process waits for nothing
    members: int  # processes that share the limit
    locked_for: float  # how much longer the exchange has locked the endpoint
    held_for: float  # how much longer nothing is granted, because the state has gone back
    shares_for: float  # how much longer each process gets its share only
    in_flight: int  # permits of other processes that wait for their response
    errors: dict[str, float]  # how old the errors are that the report did not name
    requests: int  # permits of the rate of all processes in each window
    window: float  # that window's length


class StoreError(Exception):
    """A store cannot be used at the moment: what is wrong, without secrets, and what to do about it."""

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason, self.fix = reason, fix


class Store(Protocol):
    """Holds the limits that several processes share."""

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` atomically on the state of a limit; raise `StoreError` if that fails."""

    def close(self) -> None:
        """Close connections and files."""


_DAY = 86_400_000.0
# The least and the greatest that an answer may say: what is beyond would stop this process for too long.
_DURATIONS = {
    "wait": (-1.0, _DAY),
    "locked_for": (0.0, LONGEST_BAN * 1000),
    "held_for": (0.0, _DAY),
    "shares_for": (0.0, _DAY),
    "window": (1.0, _DAY),
}
_COUNTS = {"members": (1, 100_000), "requests": (1, 100_000), "in_flight": (0, 100_000)}


def check_allocation(answer: Any, report: ProcessReport) -> Allocation:
    """Return what a store has answered to a report; raise `StoreError` where that is no allocation."""
    wanted = {*report["single"], *report["bulk"]}
    granted, errors = (answer.get("granted"), answer.get("errors")) if isinstance(answer, dict) else ((), ())
    if (
        isinstance(granted, list)
        and all(isinstance(name, str) for name in granted)
        and len(granted) == len({*granted} & wanted)
        and isinstance(errors, dict)
        and all(isinstance(name, str) and _is_number(age, 0.0, _DAY) for name, age in errors.items())
        and all(_is_number(answer.get(name), *bounds) for name, bounds in _DURATIONS.items())
        and all(_is_number(answer.get(name), *bounds, kind=int) for name, bounds in _COUNTS.items())
    ):
        return cast("Allocation", answer)
    # A store is not trusted.
    raise StoreError("an unexpected answer", "Look whether another program writes what bingx-spot stores.")


def _is_number(value: Any, least: float, greatest: float, kind: Any = int | float) -> bool:
    # A bool is an int.
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    return is_number and least <= value <= greatest
