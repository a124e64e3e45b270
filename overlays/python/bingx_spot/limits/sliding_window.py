"""Sliding window of permits that never allows more than the exchange's own count does.

The exchange counts arrivals, and the client cannot see when a request arrives: it is some time between
sending and receiving the response. Two permits that are one second apart here may arrive less than one second
apart there if the first request was slow. That is one request too many, and a lock-out of minutes.

So a permit is counted from the moment its response was received, because by then the request had arrived.
Let request *i* arrive at a(i), before its response at r(i). The request that takes its place, *j*, is sent at
r(i) + window at the earliest and arrives later still: a(j) >= r(i) + window >= a(i) + window. That holds for
any server clock, any delay, and any way of counting that allows so many requests in each window. Where no
response arrives, the permit is counted from the moment at which the connection was reset, after which nothing
of the request is sent any more, or from `MARGIN` after it was granted.

The price is one round trip per window: of 5 requests a second, 95 % on a link of 50 ms, 83 % of 200 ms.
"""

from bingx_spot.limits.rates import per_process_rate
from bingx_spot_api.contract import Rate

#: How long after its permit a request may arrive, in seconds, where no response proves that it has. A new
#: connection and four lost packets in a row fit into it; so does the default of recvWindow, after which the
#: exchange rejects a request as stale.
MARGIN = 5.0
#: How long after its connection was reset a request may arrive, in seconds: nothing of it is sent again, and
#: what the network carried at that moment may be this much slower than the request that takes its place.
UNDER_WAY = 0.05
#: How long after its grant a permit is taken at most, and how long after that its request is written, in
#: seconds. What a process that was held up (SIGSTOP) wrote later could arrive when the permit counts no more.
TAKEN_WITHIN = 2.0
WRITTEN_WITHIN = MARGIN - UNDER_WAY - TAKEN_WITHIN


class Permit:
    """A granted permit for one request, with its name in a shared store.

    Attributes:
        since: When counting starts, in seconds; in the future until the response is received.
    """

    def __init__(self, now: float, name: str = "") -> None:
        self.since = now + MARGIN
        self.name = name

    def mark_arrived(self, now: float) -> None:
        """Count from a moment by which the request has arrived, or never will."""
        self.since = min(self.since, now)


class SlidingWindow:
    """Permits of one limit. Times are in seconds, on one monotonic clock."""

    def __init__(self, limit: Rate) -> None:
        # That of all processes together, and the part that this one may use while a store is unreachable.
        self.limit = self.rate = limit
        self._processes = 1
        self._permits: list[Permit] = []
        # What the exchange said is left, and until when that holds.
        self._hinted_left = 0
        self._hint_expires = 0.0

    def set_limit(self, limit: Rate) -> None:
        """Change the limit of all processes together."""
        self.limit = limit
        self.rate = per_process_rate(limit, self._processes)

    def share_among(self, processes: int) -> None:
        """Use only this process's part of the limit; with 1, all of it."""
        self._processes = processes
        self.rate = per_process_rate(self.limit, processes)

    def next_free_at(self, now: float, *, bulk: bool = False) -> float:
        """Return when the next permit can be granted, as things stand: `now`, or later.

        A bulk run may not take a permit if a single call would then wait long: after it another permit must
        be free, or become free within a permit's share of the window (200 ms of 5 a second). So a bulk run
        takes all permits but one at once and then continues evenly spaced, at the full rate.
        """
        allowed = self.rate.requests
        # Dropping old permits is worth it only where it can change the result.
        if len(self._permits) >= allowed - bulk:
            self._drop_old(now)
        held = len(self._permits)
        if held < allowed - bulk:
            return self._after_hint(now)
        ends = sorted(permit.since + self.rate.seconds for permit in self._permits)
        first = now if held < allowed else ends[held - allowed]
        if bulk and allowed > 1:
            first = max(first, ends[held + 1 - allowed] - self.rate.seconds / allowed)
        return self._after_hint(max(first, now))

    def earliest_possible(self, now: float, place: int) -> float:
        """Return the earliest time at which the permit for a place in the queue, from 1, can be granted.

        Assumes that every pending response arrives now, so the result is never too late.
        """
        allowed, length = self.rate.requests, self.rate.seconds
        if place + len(self._permits) > allowed:
            self._drop_old(now)
        held = len(self._permits)
        hinted = self._hint_expires if self._hinted_left < place else now
        # The windows of an IP group hold hundreds of permits; there is nothing to sort while they have room.
        if place + held <= allowed:
            return max(now, hinted)
        ends = sorted(min(permit.since, now) + length for permit in self._permits)
        free = [now] * (allowed - held) + ends[max(0, held - allowed) :]
        cycles, position = divmod(place - 1, allowed)
        return max(free[position] + cycles * length, hinted)

    def add(self, permit: Permit) -> None:
        """Count a permit."""
        self._permits.append(permit)
        self._hinted_left -= 1

    def remove(self, permit: Permit) -> None:
        """Stop counting a permit: no request was sent with it."""
        if permit in self._permits:
            self._permits.remove(permit)
            self._hinted_left += 1

    def counted(self, now: float) -> list[Permit]:
        """Return the permits that are counted now."""
        self._drop_old(now)
        return self._permits

    def apply_server_hint(self, remaining: int, until: float, now: float) -> bool:
        """Apply how many requests the exchange says are left until a time; return whether that matters.

        Only where the exchange counts more requests than this window does: others use the same key then.
        Where it says that more are left, it may mean another limit, so that is ignored.
        """
        self._drop_old(now)
        if remaining >= self.rate.requests - len(self._permits) or until <= now:
            return False
        self._hinted_left, self._hint_expires = max(remaining, 0), until
        return True

    def _after_hint(self, moment: float) -> float:
        return moment if self._hinted_left > 0 else max(moment, self._hint_expires)

    def _drop_old(self, now: float) -> None:
        length = self.rate.seconds
        self._permits = [permit for permit in self._permits if permit.since + length > now]
