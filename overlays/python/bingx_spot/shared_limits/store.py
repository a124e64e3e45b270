"""What a process reports to the store, and what the store answers. Times are durations, in milliseconds."""

from typing import Any, Protocol, TypedDict, cast

from bingx_spot.limits.lockouts import LONGEST_BAN


class ServerHint(TypedDict, total=False):
    """How many requests the exchange says are left, and for how long; empty where it says nothing."""

    remaining: int
    expires_in: float


class ProcessReport(TypedDict):
    """What a process reports to the store, and asks for.

    Attributes:
        process: A name that no other process has.
        number: The report's number, which grows.
        answered: The number of the last report that was answered; 0 for none.
        age: How long ago that one was made.
        hold: For how long nothing may be granted, if the state has gone back.
        requests: How many permits this process's rate has in each window.
        window: The window's length.
        margin: How long after it was granted a permit is counted from, where no response arrives.
        single: Names of the permits that single calls wait for, first come first.
        bulk: Names of those that bulk runs wait for.
        permits: For how long permits have been counted, by name; negative until their response arrives.
        errors: How old the endpoint's errors are that are known, by code and name.
        server_hint: What the exchange says of the limit.
        locked_for: How much longer the exchange has locked the endpoint; 0 where it is open.
        members: How many processes shared the limit when the store last answered.
        was_local: Whether this process has used its own share since then.
    """

    process: str
    number: int
    answered: int
    age: float
    hold: float
    requests: int
    window: float
    margin: float
    single: list[str]
    bulk: list[str]
    permits: dict[str, float]
    errors: dict[str, float]
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
        held_for: How much longer nothing is granted, because the state has gone back.
        shares_for: How much longer each process gets its share only.
        in_flight: How many permits of other processes wait for their response.
        errors: How old the errors are that the report did not name.
        requests: How many permits the rate of all processes has in each window.
        window: That window's length.
    """

    granted: list[str]
    wait: float
    members: int
    locked_for: float
    held_for: float
    shares_for: float
    in_flight: int
    errors: dict[str, float]
    requests: int
    window: float


class StoreError(Exception):
    """A store cannot be used at the moment.

    Args:
        reason: What is wrong; holds nothing secret.
        fix: What to do about it, or nothing.
    """

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


class Store(Protocol):
    """Holds the limits that several processes share."""

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` atomically on the state of a limit, whose name holds no API key.

        Raises:
            StoreError: The store is unreachable, or takes too long.
        """
        ...

    def close(self) -> None:
        """Close connections and files."""
        ...


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
    """Return what a store has answered to a report, if it is an allocation.

    Raises:
        StoreError: It is anything else: a store is not trusted.
    """
    if isinstance(answer, dict) and _is_allocation(answer, {*report["single"], *report["bulk"]}):
        return cast("Allocation", answer)
    raise StoreError("an unexpected answer", "Look whether another program writes what bingx-spot stores.")


def _is_allocation(answer: dict[Any, Any], wanted: set[str]) -> bool:
    granted, errors = answer.get("granted"), answer.get("errors")
    return (
        isinstance(granted, list)
        and all(isinstance(name, str) for name in granted)
        and len(granted) == len({*granted} & wanted)
        and isinstance(errors, dict)
        and all(isinstance(name, str) and _is_number(age, 0.0, _DAY) for name, age in errors.items())
        and all(_is_number(answer.get(name), *bounds) for name, bounds in _DURATIONS.items())
        and all(_is_number(answer.get(name), *bounds, kind=int) for name, bounds in _COUNTS.items())
    )


def _is_number(value: Any, least: float, greatest: float, kind: Any = int | float) -> bool:
    # A bool is an int.
    is_number = isinstance(value, kind) and not isinstance(value, bool)
    return is_number and least <= value <= greatest
