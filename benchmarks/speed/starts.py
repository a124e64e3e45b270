"""How long it takes to import, and from the start of a process to a cancelled order, one-shot."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.speed.contenders import KEY, PATH, SECRET, SYMBOL
from benchmarks.speed.cores import CLIENT_CORE, pinned
from benchmarks.speed.rounds import PEERS, Spread
from benchmarks.speed.stand_in import ORDER_ID

PYTHON = sys.executable
PROGRAM = str(Path(sys.executable).with_name("bingx-spot"))
# httpx imports the libraries of its command line where they are installed, as here; its users need not have
# them, so they are taken away from what is compared with.
_BARE = "import sys; sys.modules['click'] = None; "
IMPORT_BASELINE = "import httpx"
COLD_BASELINE = "httpx.post, a script"


def imports() -> dict[str, list[str]]:
    """Return what is imported, as commands by their titles."""
    return {
        "python, nothing imported": [PYTHON, "-c", "pass"],
        "from bingx_spot import BingxSpot": [PYTHON, "-c", "from bingx_spot import BingxSpot"],
        IMPORT_BASELINE: [PYTHON, "-c", f"{_BARE}import httpx"],
        "import httpx, click and rich installed": [PYTHON, "-c", "import httpx"],
        "import aiohttp": [str(PEERS), "-c", "import aiohttp"],
        "import ccxt": [str(PEERS), "-c", "import ccxt"],
        "import bingx_py": [str(PEERS), "-c", "import bingx_py"],
    }


def cold_cancels(url: str) -> dict[str, list[str]]:
    """Return one-shot cancels, as commands by their titles."""
    body = {"symbol": SYMBOL, "orderId": ORDER_ID}
    post = f"{_BARE}import httpx; print(httpx.post({url + PATH!r}, json={body}).json())"
    named = [SYMBOL, "--order-id", str(ORDER_ID), "--env", url]
    return {
        "bingx-spot cancel --json": [PROGRAM, "cancel", *named, "--json"],
        "bingx-spot cancel": [PROGRAM, "cancel", *named],
        COLD_BASELINE: [PYTHON, "-c", post],
    }


def take_turns(commands: dict[str, list[str]], rounds: int) -> dict[str, list[float]]:
    """Run each command once a round, and return the seconds of its runs."""
    seconds: dict[str, list[float]] = {title: [] for title in commands}
    # Nothing of the caller's that could change what a start does.
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment |= {"BINGX_API_KEY": KEY, "BINGX_API_SECRET": SECRET}
    for turn in range(rounds + 1):
        for title, command in commands.items():
            began = time.perf_counter()
            subprocess.run(pinned(command, CLIENT_CORE), env=environment, check=True, capture_output=True)
            if turn > 0:  # the first one fills the caches of the file system
                seconds[title].append(time.perf_counter() - began)
    return seconds


def ratios(seconds: dict[str, list[float]], to: str) -> dict[str, Spread]:
    """Return each command's times as ratios to another one's of the same round."""
    return {
        title: Spread.of([each / other for each, other in zip(own, seconds[to], strict=True)])
        for title, own in seconds.items()
    }
