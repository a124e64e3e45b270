"""Client-side rate limits, lock-outs and retry state: pure objects with injected clocks and no I/O."""
