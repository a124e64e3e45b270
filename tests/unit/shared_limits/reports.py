"""Reports of a process to a store."""

from typing import Any

from bingx_spot.shared_limits.store import ProcessReport


def report(process: str, **changes: Any) -> ProcessReport:
    """Return a report of a process, by default of a limit of 5 a second."""
    return {
        "process": process,
        "number": 1,
        "answered": 0,
        "age": 0,
        "hold": 1250,
        "requests": 5,
        "window": 1000,
        "margin": 5000,
        "single": [],
        "bulk": [],
        "permits": {},
        "errors": {},
        "server_hint": {},
        "locked_for": 0,
        "members": 0,
        "was_local": False,
        **changes,
    }
