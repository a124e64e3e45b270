"""Count permits in a sliding window, so that the exchange's own count can never be higher.

The exchange counts arrivals, and nobody here knows when a request arrives: somewhere between its leaving
and its answer. Two permits that are a second apart here may arrive less than a second apart there if the
first one was slow on its way, which would be one request too many, and a lock-out of minutes.

So a permit is counted from the moment at which its answer was there, for by then the request had arrived.
Let request *i* have arrived at a(i), before its answer at r(i); the request that takes its place, *j*, leaves
at r(i) + window at the earliest and arrives later still: a(j) >= r(i) + window >= a(i) + window. That holds
for any server clock, any delay, and any way of counting that allows so many in each window. Where no answer
has come, the permit is counted from `MARGIN` after it was given.

The price is one round trip a window: of 5 a second, 99.5 % on a link of 5 ms, 95 % on one of 50 ms, 83 % on
one of 200 ms. To guess the way there at half a round trip would win that back and lose the proof.
"""

from bingx_spot_api.contract import Rate

#: How long after its permit a request may arrive, in seconds, where no answer says that it has. A new
#: connection and four lost packets in a row fit into it; so does the default of recvWindow, after which the
#: exchange takes a request for stale.
MARGIN = 5.0


class Permit:
    """Be one request's right to be sent.

    Attributes:
        since: From when on it is counted, on the monotonic clock of the limits, in seconds. It lies ahead
            until the answer is there.
        name: What it is called where processes share a limit; empty elsewhere.
    """

    __slots__ = ("name", "since")

    def __init__(self, now: float, name: str = "") -> None:
        self.since = now + MARGIN
        self.name = name

    def arrived(self, now: float) -> None:
        """Note that the request has arrived: its answer is there."""
        self.since = min(self.since, now)


class SlidingWindow:
    """Count the permits of one limit.

    Attributes:
        rate: How many in how many seconds.
    """

    __slots__ = ("_left", "_permits", "_told_until", "rate")

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._permits: list[Permit] = []
        # What the exchange said of the permits left, and until when that holds.
        self._left = 0
        self._told_until = 0.0

    def next(self, now: float, *, bulk: bool = False) -> float:
        """Return when the next permit may be given, as things stand: `now`, or a later moment.

        A bulk run may not take what would leave a single call waiting for long: after its permit another one
        must be there, or come within a permit's share of the window (200 ms of 5 a second). So it begins with
        all permits but one at once and ends up evenly spaced, at the full rate either way.

        Args:
            now: The time, in seconds.
            bulk: Whether a bulk run asks.
        """
        allowed = self.rate.requests
        # Counting again is worth it only where it could matter.
        if len(self._permits) >= allowed - bulk:
            self._drop_old(now)
        held = len(self._permits)
        if held < allowed - bulk:
            return self._as_told(now)
        ends = sorted(permit.since + self.rate.seconds for permit in self._permits)
        first = now if held < allowed else ends[held - allowed]
        if bulk and allowed > 1:
            first = max(first, ends[held + 1 - allowed] - self.rate.seconds / allowed)
        return self._as_told(max(first, now))

    def soonest(self, now: float, place: int) -> float:
        """Return before which moment the permit for that place in the queue cannot come.

        It takes every answer that is still awaited for one that comes now, so it is never too late.

        Args:
            now: The time, in seconds.
            place: 1 for whoever is next.
        """
        allowed, length = self.rate.requests, self.rate.seconds
        if place + len(self._permits) > allowed:
            self._drop_old(now)
        held = len(self._permits)
        told = self._told_until if self._left < place else now
        if place + held <= allowed:
            return max(now, told)
        ends = sorted(min(permit.since, now) + length for permit in self._permits)
        free = [now] * (allowed - held) + ends[max(0, held - allowed) :]
        cycles, position = divmod(place - 1, allowed)
        return max(free[position] + cycles * length, told)

    def take(self, permit: Permit) -> None:
        """Count a permit."""
        self._permits.append(permit)
        self._left -= 1

    def put_back(self, permit: Permit) -> None:
        """Count a permit no longer: no request was sent with it."""
        if permit in self._permits:
            self._permits.remove(permit)
            self._left += 1

    def held(self, now: float) -> list[Permit]:
        """Return the permits that are counted now."""
        self._drop_old(now)
        return self._permits

    def told(self, remain: int, until: float, now: float) -> bool:
        """Take over what the exchange says of the permits left, and tell whether that changes anything.

        Only where it counts more than we do: others use the same key then. Where it says that more are left,
        it may speak of another limit, and that is no licence.

        Args:
            remain: How many are left.
            until: The end of its window, in seconds on the same clock as `now`.
            now: The time, in seconds.
        """
        self._drop_old(now)
        if remain >= self.rate.requests - len(self._permits) or until <= now:
            return False
        self._left, self._told_until = max(remain, 0), until
        return True

    def _as_told(self, moment: float) -> float:
        return moment if self._left > 0 else max(moment, self._told_until)

    def _drop_old(self, now: float) -> None:
        length = self.rate.seconds
        self._permits = [permit for permit in self._permits if permit.since + length > now]


def share(rate: Rate, processes: int) -> Rate:
    """Return what each process may have so that all together keep within a rate without asking each other.

    With more processes than permits each has one, in a window so much longer; then they can still meet in
    one window, and the exchange may refuse one of them.

    Args:
        rate: What all have together.
        processes: How many there are.
    """
    if processes <= rate.requests:
        return Rate(rate.requests // max(processes, 1), rate.seconds)
    return Rate(1, rate.seconds * processes / rate.requests)
