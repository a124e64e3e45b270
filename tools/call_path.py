"""`make call-path`: list the files of ours that one warm cancel passes, blocking and async.

The fewer they are, the sooner a reader has seen a call from end to end.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials
from bingx_spot.limits.rate_limiter import LocalRateLimiter

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = ROOT / "overlays/python/bingx_spot"
GENERATED = ROOT / "generated/python/bingx_spot_api"
#: How many hand-written files a reader should have to open, at most.
MOST = 25


@contextmanager
def recording() -> Iterator[Counter[Path]]:
    """Count the calls of functions of ours in this thread, by file."""
    calls = Counter[Path]()

    def record(frame: FrameType, event: str, _: object) -> None:
        file = Path(frame.f_code.co_filename)
        if event == "call" and (file.is_relative_to(WRITTEN) or file.is_relative_to(GENERATED)):
            calls[file] += 1

    sys.setprofile(record)
    try:
        yield calls
    finally:
        sys.setprofile(None)


def sync_path(sandbox: Sandbox) -> Counter[Path]:
    """Return the files that the second cancel of a blocking client passes."""
    first, second = (order["orderId"] for order in sandbox.place_orders(2, "BTC-USDT"))
    keys = Credentials(sandbox.api_key, sandbox.api_secret)
    with BingxSpot(keys, environment=sandbox.url, limits=LocalRateLimiter()) as bingx:
        bingx.cancel_order("BTC-USDT", order_id=first)
        with recording() as calls:
            bingx.cancel_order("BTC-USDT", order_id=second)
    return calls


async def async_path(sandbox: Sandbox) -> Counter[Path]:
    """Return the files that the second cancel of an async client passes."""
    first, second = (order["orderId"] for order in sandbox.place_orders(2, "BTC-USDT"))
    keys = Credentials(sandbox.api_key, sandbox.api_secret)
    async with AsyncBingxSpot(keys, environment=sandbox.url, limits=LocalRateLimiter()) as bingx:
        await bingx.cancel_order("BTC-USDT", order_id=first)
        with recording() as calls:
            await bingx.cancel_order("BTC-USDT", order_id=second)
    return calls


def main() -> int:
    """Print both lists, and return 1 where one has too many hand-written files."""
    with Sandbox(limits="off", orders=0) as sandbox:
        paths = {"BingxSpot": sync_path(sandbox), "AsyncBingxSpot": asyncio.run(async_path(sandbox))}
    too_many = False
    for client, calls in paths.items():
        written = sorted(file for file in calls if file.is_relative_to(WRITTEN))
        generated = sorted(file for file in calls if file.is_relative_to(GENERATED))
        print(
            f"One warm cancel of {client} passes {len(written)} files that we wrote "
            f"(at most {MOST} wanted), and {len(generated)} that are generated:"
        )
        for file in written + generated:
            print(f"  {file.relative_to(ROOT)!s:<70} {calls[file]:>3}")
        too_many |= len(written) > MOST
    return int(too_many)


if __name__ == "__main__":
    sys.exit(main())
