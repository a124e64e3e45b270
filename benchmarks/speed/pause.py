"""What the first cancel after a pause costs, in round trips of a long link."""

import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

import httpx
import trustme

from benchmarks.speed.contenders import KEY, PATH, SECRET, SYMBOL
from benchmarks.speed.far import ROUND_TRIP, far_server
from benchmarks.speed.rounds import Spread
from benchmarks.speed.stand_in import ORDER_ID
from bingx_spot import BingxSpot, Credentials

Call = Callable[[], object]


def measured(seconds: float, clients: int) -> dict[str, Spread]:
    """Let clients call once, do nothing for a while, and call again.

    Args:
        seconds: How long they do nothing.
        clients: How many of each kind.

    Returns:
        How long the call after the pause takes by contender, in round trips.
    """
    with tempfile.TemporaryDirectory() as folder, _far(Path(folder)) as (url, authority):
        calls = {name: [make(url, authority) for _ in range(clients)] for name, make in _KINDS.items()}
        for call in chain(*calls.values()):
            call()
        time.sleep(seconds)
        return {name: Spread.of([_round_trips(call) for call in own]) for name, own in calls.items()}


@contextmanager
def _far(folder: Path) -> Iterator[tuple[str, Path]]:
    authority, own = trustme.CA(), folder / "server.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(own))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    with far_server(own) as url:
        yield url, folder / "authority.pem"


def _round_trips(call: Call) -> float:
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) / ROUND_TRIP


def _ours(url: str, **options: Any) -> Call:
    bingx = BingxSpot(Credentials(KEY, SECRET), environment=url, limits="off", **options)
    return lambda: bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


def _default(url: str, authority: Path) -> Call:
    return _ours(url, tls=ssl.create_default_context(cafile=authority))


def _httpx(url: str, authority: Path) -> Call:
    client = httpx.Client(base_url=url, verify=ssl.create_default_context(cafile=authority))
    body = {"symbol": SYMBOL, "orderId": ORDER_ID}
    return lambda: client.post(PATH, json=body).json()


_KINDS: Mapping[str, Callable[[str, Path], Call]] = {
    "spot": _default,
    "httpx-plain": _httpx,
}
