"""How bad the exchange is during one call: a random subset of all that can go wrong."""

from dataclasses import dataclass
from random import Random

from tools.simulate.timing import READS_LAG

_CANCEL_MODES = ("odd", "ambiguous", "ambiguous", "lost", "refused", "lock", "another", "nothing")
_QUERY_MODES = ("odd", "ambiguous", "lost", "refused", "lock", "not found", "another", "nothing")
_BLIND = (
    (100412, "signature is missing"),
    (100400, "miss arguments"),
    (100421, "Null timestamp or timestamp mismatch"),
)
_LAGS = (0.0, 0.0, 0.05, 0.3, 1.0, 2.5, 5.0, 10.0, READS_LAG)


@dataclass(slots=True)
class Conditions:
    """What the dice may do to the requests of one call.

    Attributes:
        cancel: The modes of the write path, each as likely as it is often listed.
        query: Those of the read path.
        dwell: How likely the next request of an operation meets the same mode.
        executes_now: The share of ambiguous requests that are executed at once.
        executes_late: The share that is executed later.
        lags: How old the replicas' states are, in seconds.
        blind_hosts: Hosts whose gateway does not see JSON.
        blind_says: The code and text of such a gateway.
        headers: The share of responses that carry the limit's state.
        dated: Whether responses carry `Date`.
        cuts: The share of responses that arrive without their end.
        unsent: The share of requests that cannot be sent.
        slow: The share of requests or responses that are long on their way.
        stalls: The share of waits in which the caller's machine stands still.
    """

    cancel: tuple[str, ...]
    query: tuple[str, ...]
    dwell: float
    executes_now: float
    executes_late: float
    lags: tuple[float, ...]
    blind_hosts: tuple[str, ...]
    blind_says: tuple[int, str]
    headers: float
    dated: bool
    cuts: float
    unsent: float
    slow: float
    stalls: float


def drawn(dice: Random) -> Conditions:
    """Return conditions in which each kind of trouble is either possible or not."""
    # Mild worlds are as likely as bad ones: most kinds of trouble decide alone in them.
    bad = dice.random() ** 2
    # In some worlds no ambiguous request is ever executed.
    executes_now = dice.random() if dice.random() < 0.85 else 0.0
    executes_late = (1.0 - executes_now) * dice.random() if executes_now else 0.0
    return Conditions(
        cancel=_modes(dice, _CANCEL_MODES, bad),
        query=_modes(dice, _QUERY_MODES, bad),
        dwell=dice.choice((0.0, 0.5, 0.8, 0.95)),
        executes_now=executes_now,
        executes_late=executes_late,
        lags=_replicas(dice),
        blind_hosts=dice.choice((("primary",), ("primary", "fallback"))) if dice.random() < 0.06 else (),
        blind_says=dice.choice(_BLIND),
        headers=dice.choice((0.0, 0.0, 0.0, 0.3)),
        dated=dice.random() < 0.8,
        cuts=dice.choice((0.0, 0.0, 0.1)),
        unsent=dice.choice((0.0, 0.0, 0.1, 0.5)),
        slow=dice.choice((0.0, 0.0, 0.1, 0.4)),
        stalls=0.1 if dice.random() < 0.03 else 0.0,
    )


def _modes(dice: Random, all_of_them: tuple[str, ...], bad: float) -> tuple[str, ...]:
    chosen = tuple(mode for mode in all_of_them if dice.random() < bad)
    # The plain mode is a quarter to all of them; where it is missing the write path never answers plainly.
    plain = 0 if dice.random() < 0.25 and chosen else 1 + dice.randrange(3)
    return ("plain",) * plain + chosen


def _replicas(dice: Random) -> tuple[float, ...]:
    if dice.random() < 0.4:
        return (0.0,)
    return tuple(dice.choice(_LAGS) for _ in range(1 + dice.randrange(3)))
