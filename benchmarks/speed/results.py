"""What a run of the benchmark has measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.speed.rounds import Spread
from benchmarks.speed.size import Size


@dataclass(frozen=True)
class Results:
    """Hold it all.

    Attributes:
        p50: Median time of a call by contender, as ratios to a plain httpx post.
        cpu: CPU time of a call, likewise.
        microseconds: Median time of a call, in microseconds.
        rate: Calls a second with fifty in flight, as ratios to ccxt async.
        per_second: Calls a second with fifty in flight.
        imported: Imports by title, as ratios to that of httpx.
        cold: One-shot cancels by title, as ratios to a script with httpx.
        milliseconds: Imports and one-shot cancels, in milliseconds.
        paused: The first cancel after a pause by contender, over TLS on a link of 50 ms, in round trips.
        size: What a large contract costs.
        connections: Connections that each contender of ours opened for calls one after another.
        grown: Bytes that ours have grown by in many calls.
        how: How it was measured, in a sentence or two.
    """

    p50: Mapping[str, Spread]
    cpu: Mapping[str, Spread]
    microseconds: Mapping[str, float]
    rate: Mapping[str, Spread]
    per_second: Mapping[str, float]
    imported: Mapping[str, Spread]
    cold: Mapping[str, Spread]
    milliseconds: Mapping[str, float]
    paused: Mapping[str, Spread]
    size: Size
    connections: Mapping[str, float]
    grown: Mapping[str, float]
    how: str
