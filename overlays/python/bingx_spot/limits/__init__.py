"""Client-side rate limits, lock-outs and retry state: pure objects without I/O.

Their argument `now` is a monotonic clock, in seconds; tests pass their own.
"""
