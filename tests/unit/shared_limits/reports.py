"""What a process tells a store."""

from typing import Any

from bingx_spot.shared_limits.allocation import ProcessReport


def report(process: str, **changes: Any) -> ProcessReport:
    """Make a report of a process, by default of a limit of 5 a second."""
    return {
        "process": process,
        "requests": 5,
        "window": 1000,
        "margin": 5000,
        "single": [],
        "bulk": [],
        "counts": {},
        "told": [],
        "closed": 0,
        "known": 0,
        "away": False,
        **changes,
    }
