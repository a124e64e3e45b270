"""What a process tells a store."""

from typing import Any

from bingx_spot.sharing.fleet import Report


def report(process: str, **changes: Any) -> Report:
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
