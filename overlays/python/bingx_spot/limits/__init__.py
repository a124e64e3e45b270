"""Client-side rate limits, lock-outs and retry state. Pure objects: no I/O, no HTTP library, injected clocks."""
