"""What is built on single calls, each as a whole, and bugs that are planted into it."""

import random
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any
from unittest import mock

from bingx_spot.core import resolution, response_validation
from bingx_spot.core.resolution import _Resolution
from bingx_spot.emergency import brake
from bingx_spot.emergency.switch import Countdown
from bingx_spot_api.contract import BY_ID
from tools.simulate.batches import play_batch
from tools.simulate.brakes import play_brake
from tools.simulate.planted import Plant, always
from tools.simulate.switches import play_switch

#: How many calls of each a run plays.
CALLS = 1_000
#: Plays a seed; returns the ending, and what was claimed that is not so, or an empty text.
Play = Callable[[int], tuple[str, str]]
FAMILY: dict[str, Play] = {
    "cancel_all": play_brake,
    "cancelOrders": play_batch,
    "the dead man's switch": play_switch,
}


def play(name: str, seed: int) -> tuple[str, str]:
    """Play a seed; the random pauses of the client are those of the seed, too."""
    random.seed(seed)
    return FAMILY[name](seed)


def play_all(name: str, seeds: range) -> tuple[Counter[str], dict[int, str]]:
    """Play seeds; return how often each ending came, and what was not so by its seed."""
    endings: Counter[str] = Counter()
    lies = {}
    for seed in seeds:
        ending, lie = play(name, seed)
        endings[ending] += 1
        if lie:
            lies[seed] = f"{ending}: {lie}"
    return endings, lies


def _closing_once(self: Countdown) -> Generator[Any, Any, None]:
    self._ends = 0.0
    yield from self._set("CLOSE")


def _later(self: Countdown) -> float:
    return max(self._ends + 1.0 - self.context.clock.elapsed(), 0.0)


_NEVER = property(lambda _: False, lambda _, __: None)
_TIMING = BY_ID["cancelOrder"].timing
assert _TIMING is not None
_AT_ONCE = _TIMING._replace(reads_lag=0.0)
_ALL, _BATCH, _SWITCH = FAMILY

#: Each bug by a name that says what is done wrong: what it is planted into, and how.
PLANTED: dict[str, tuple[str, Plant]] = {
    "believe a list that may be old": (_ALL, lambda: mock.patch.object(brake, "_TIMING", _AT_ONCE)),
    "forget a request that may act late": (_ALL, always(brake.Brake, "_note_doubt", 0.0)),
    "believe the answer to a repeated batch": (_BATCH, always(resolution, "stands_after_doubt", value=True)),
    "believe an open order of a batch at once": (_BATCH, always(_Resolution, "_has_expired", value=True)),
    "take FAILED for on": (_SWITCH, always(response_validation, "_unconfirmed", "")),
    "count a second too many": (_SWITCH, lambda: mock.patch.object(Countdown, "seconds_left", _later)),
    "forget that the countdown ended": (_SWITCH, lambda: mock.patch.object(Countdown, "lapsed", _NEVER)),
    "close it once": (_SWITCH, lambda: mock.patch.object(Countdown, "close", _closing_once)),
}


def first_found(bug: str, seeds: range) -> int | None:
    """Return the first seed that is wrong with a bug and right without it, or None.

    Args:
        bug: A name in `PLANTED`.
        seeds: The seeds to play.
    """
    name, plant = PLANTED[bug]
    for seed in seeds:
        with plant():
            lie = play(name, seed)[1]
        if lie and not play(name, seed)[1]:
            return seed
    return None
