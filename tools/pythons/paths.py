"""The files and folders of `make pythons`."""

import re
from pathlib import Path

BUILD = Path("build/pythons").absolute()
#: The wheel that is tested.
WHEELS = BUILD / "wheel"
#: An environment for each session.
ENVIRONMENTS = BUILD / "environments"
#: nox's report on the sessions.
SESSIONS = BUILD / "sessions.json"
#: The output of nox and of the sessions.
LOG = BUILD / "nox.log"


def report_of(session: str) -> Path:
    """Return the file of pytest's report on a session, such as `wheel(lowest, 3.12.1)`."""
    return BUILD / f"{re.sub('[^a-z0-9.]+', '-', session).strip('-')}.xml"
