"""Where `make pythons` keeps what it makes."""

import re
from pathlib import Path

BUILD = Path("build/pythons").absolute()
#: The wheel that is tried.
WHEELS = BUILD / "wheel"
#: An environment for each session.
ENVIRONMENTS = BUILD / "environments"
#: What nox says of the sessions.
SESSIONS = BUILD / "sessions.json"
#: Everything that nox and the sessions have printed.
LOG = BUILD / "nox.log"


def report_of(session: str) -> Path:
    """Return where pytest reports what became of the tests of a session, as in `wheel(lowest, 3.12.1)`."""
    return BUILD / f"{re.sub('[^a-z0-9.]+', '-', session).strip('-')}.xml"
