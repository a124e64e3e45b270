"""The cores of client and server: one each, where the machine has two."""

import os
import shutil

_CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]

#: The core of the client, and that of the server.
CLIENT_CORE, SERVER_CORE = _CORES[0], _CORES[-1]
#: Whether processes can be kept to a core.
PINNED = len(_CORES) > 1 and shutil.which("taskset") is not None


def pinned(command: list[str], core: int) -> list[str]:
    """Return the command, kept to a core where that can be done."""
    return ["taskset", "-c", str(core), *command] if PINNED else command
