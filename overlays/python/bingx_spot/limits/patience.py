"""How long to wait for a host before a request counts as silent: by what its answers usually take."""

from dataclasses import dataclass, field
from math import ceil

# Of so many measurements, the slowest tenth is left out: the first call and a lost packet are not what is
# usual. Of less than a few, none is.
_REMEMBERED = 32
_LEFT_OUT = 10
_FEW = 4
# Two slow ones of the last three are a host that has become slow.
_LAST = 3
# The bound is this many times what is usual, and some more for one lost packet: Linux sends it again after
# 200 ms and a round trip.
_FACTOR = 3.0
_LOST_PACKET = 0.25
# Before anything is known, and at the least, in seconds. A handshake takes work, and a look-up servers of
# its own.
_UNKNOWN_ANSWER = 0.5
_UNKNOWN_OPENING = 1.0
_LEAST_OPENING = 0.5
# Each further attempt of a call waits so many times longer, so that a host which is merely slow gets its
# answer through.
_GROWTH = 3.0


class UsualTime:
    """What something usually takes, in seconds. Threads may share it."""

    __slots__ = ("_least", "_recent", "bound")

    def __init__(self, unknown: float, least: float = 0.0) -> None:
        self._least = least
        self._recent: tuple[float, ...] = ()
        #: How long to wait for it: `unknown` until something is known, and never less than `least`.
        self.bound = unknown

    def note(self, seconds: float) -> None:
        """Remember what it took, in seconds."""
        # Each is one assignment, so that no lock is needed: that a measurement gets lost does no harm.
        self._recent = latest = (*self._recent, seconds)[-_REMEMBERED:]
        recent, last = sorted(latest), sorted(latest[-_LAST:])
        left_out = ceil(len(recent) / _LEFT_OUT) if len(recent) >= _FEW else 0
        usual = max(recent[-1 - left_out], last[len(last) // 2])
        self.bound = max(_LOST_PACKET + _FACTOR * usual, self._least)


@dataclass(frozen=True, slots=True)
class HostTimes:
    """What one host usually takes."""

    # To open a connection: name look-up, TCP, TLS.
    opening: UsualTime = field(default_factory=lambda: UsualTime(_UNKNOWN_OPENING, _LEAST_OPENING))
    # To answer a request that was written.
    answer: UsualTime = field(default_factory=lambda: UsualTime(_UNKNOWN_ANSWER))


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each step of one request may take, in seconds; the engine notes in `times` what it took."""

    opening: float = float("inf")
    answer: float = float("inf")
    times: HostTimes = field(default_factory=HostTimes)

    @classmethod
    def of(cls, times: HostTimes, unopened: int, silent: float) -> "Patience":
        """Return the patience with a host, after so many attempts without a connection or an answer.

        An attempt over an old connection counts half in `silent`.
        """
        opening = times.opening.bound * _GROWTH**unopened
        return cls(opening, times.answer.bound * _GROWTH**silent, times)
