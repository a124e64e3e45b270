"""The sandbox in a thread of this process, for tests and for bots that want one at hand."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Self, TypedDict, Unpack

from bingx_sandbox.accounts import SPOT_TRADING, Account, open_accounts
from bingx_sandbox.app import build_app
from bingx_sandbox.clock import Clock, wall_clock
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.faults import read_rules
from bingx_sandbox.journal import RequestRecord
from bingx_sandbox.listener import listen, url_of
from bingx_sandbox.order import WrittenOrder
from bingx_sandbox.parameters import PLACEMENTS
from bingx_sandbox.scale import DOCUMENTED, read_scale
from bingx_sandbox.served import Told
from bingx_sandbox.server import Server
from bingx_sandbox.tally import Executed

_ORDINARY = {"side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "1"}


class OrderFields(TypedDict, total=False):
    """The fields of an order to place, named as on the wire; an amount may be a text or a number."""

    side: str
    type: str
    price: str | int | Decimal
    origQty: str | int | Decimal
    clientOrderID: str | None
    stopPrice: str | int | Decimal
    status: str


class Sandbox:
    """Runs a sandbox on a free loopback port for as long as its `with` block lasts.

        with Sandbox() as sandbox:
            order = sandbox.place_order("BTC-USDT", price="50000", origQty="0.5")
            ...  # cancel order["orderId"] at sandbox.url

    Args:
        api_key: The API key that is accepted; made up if not given.
        api_secret: Its secret; made up if not given.
        orders: How many seeded orders the book begins with.
        placements: Where parameters are understood: some of `json`, `query` and `form`.
        permissions: What the key may do; without `Spot Trading` it may not cancel.
        clock: Tells the time in Unix milliseconds.
        faults: The rules of misbehaviour in force at the beginning; see `faults`.
        accounts: How many accounts there are; limits count requests by account, and the book is one for all.
        keys: How many API keys each account has.
        limits: How strictly limits are enforced: `documented`, `off`, or a factor such as 10 or `x10`.
        lock_seconds: How long a lock-out lasts; None for as long as each is documented.

    Raises:
        SandboxError: An argument is wrong; the error names it.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        orders: int = 3,
        placements: Collection[str] = PLACEMENTS,
        permissions: Collection[str] = (SPOT_TRADING,),
        clock: Clock = wall_clock,
        faults: Iterable[Mapping[str, object]] = (),
        accounts: int = 1,
        keys: int = 1,
        limits: str | float = DOCUMENTED,
        lock_seconds: float | None = None,
    ) -> None:
        self._exchange = Exchange(
            open_accounts(accounts, keys, api_key=api_key, api_secret=api_secret, permissions=permissions),
            orders=orders,
            placements=placements,
            clock=clock,
            faults=faults,
            scale=read_scale(limits, lock_seconds),
        )
        self._url: str | None = None

    def __repr__(self) -> str:
        """Show the URL, and neither key nor secret."""
        return f"{type(self).__name__}(url={self._url!r})"

    def __enter__(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            SandboxError: The server did not start; standard error says why.
        """
        ready = threading.Event()
        listener = listen()
        self._server = Server(build_app(self._exchange), listener, announce=ready.set)
        url = url_of(listener)
        self._thread = threading.Thread(target=self._run, args=(ready,), name="bingx-sandbox", daemon=True)
        self._thread.start()
        ready.wait()
        if not self._server.started:
            raise SandboxError("the server did not start")
        self._url = url
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop the server; its thread and its socket are gone afterwards."""
        self._server.should_exit = True
        self._thread.join()
        self._url = None

    @property
    def url(self) -> str:
        """Tell the base URL.

        Raises:
            SandboxError: The sandbox is not running.
        """
        if self._url is None:
            raise SandboxError("the sandbox is not running; use it in a with block")
        return self._url

    @property
    def api_key(self) -> str:
        """Tell the API key that is accepted, the first account's first."""
        return self.accounts[0].keys[0].api_key

    @property
    def api_secret(self) -> str:
        """Tell the secret of that API key."""
        return self.accounts[0].keys[0].api_secret

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Tell every account, with its UID and its keys."""
        return self._exchange.accounts

    @property
    def environment(self) -> dict[str, str]:
        """Tell the environment variables by which a program finds this sandbox.

        `BINGX_API_KEY` and `BINGX_API_SECRET` hold the first account's first key, `BINGX_ENV` the URL.

        Raises:
            SandboxError: The sandbox is not running.
        """
        return {"BINGX_API_KEY": self.api_key, "BINGX_API_SECRET": self.api_secret, "BINGX_ENV": self.url}

    def place_order(self, symbol: str = "BTC-USDT", **fields: Unpack[OrderFields]) -> WrittenOrder:
        """Place an order: a BUY LIMIT of 1 at 50000 but for the fields given, named as on the wire.

        Raises:
            SandboxError: A field is unknown or wrong; the error names it.
        """
        given = {name: str(value) for name, value in fields.items() if value is not None}
        return self._exchange.place({"symbol": symbol, **_ORDINARY, **given}).written()

    def place_orders(
        self, count: int, symbol: str = "BTC-USDT", **fields: Unpack[OrderFields]
    ) -> list[WrittenOrder]:
        """Place so many orders alike, at once; see `place_order`.

        Raises:
            SandboxError: A field is unknown or wrong, or is an id that two orders cannot share.
        """
        given = {name: str(value) for name, value in fields.items() if value is not None}
        placed = self._exchange.place_all([{"symbol": symbol, **_ORDINARY, **given}] * count)
        return [order.written() for order in placed]

    def orders(self) -> list[WrittenOrder]:
        """List the orders, oldest first, as the exchange writes them."""
        return [order.written() for order in self._exchange.book.orders()]

    def fill(self, order_id: int, quantity: str | int | Decimal | None = None) -> WrittenOrder:
        """Execute an open order; without a quantity all that is left.

        Raises:
            SandboxError: There is no such order, it is not open, or the quantity is wrong.
        """
        return self._exchange.fill(order_id, None if quantity is None else str(quantity)).written()

    def cancel(self, order_id: int) -> WrittenOrder:
        """Cancel an open order by hand: no request asks for it, and none is counted.

        Raises:
            SandboxError: There is no such order, or it is not open.
        """
        return self._exchange.cancel(order_id).written()

    def requests(self) -> list[RequestRecord]:
        """List the last requests, oldest first, each with its verdict."""
        return self._exchange.journal.records()

    def executed(self) -> dict[str, Executed]:
        """Tell what became of each order, by its id: status, cancel requests, and which one cancelled it."""
        return self._exchange.executed()

    def serve(self, method: str, path: str, data: object = None, *, signed: bool = True) -> None:
        """Serve one more endpoint of the exchange, which answers every accepted request with the same `data`.

            sandbox.serve("GET", "/openApi/spot/v1/account/balance", {"balances": []})

        Args:
            method: `GET`, `POST`, `PUT` or `DELETE`.
            path: The path, below `/openApi/`.
            data: What goes into `data` of the answer; anything that JSON can hold.
            signed: Whether its requests are held against key, time and signature.

        Raises:
            SandboxError: An argument is wrong, or the endpoint is served already; the error names it.
        """
        self._exchange.served.tell(Told(method, path, data, signed))

    def faults(self, rules: Iterable[Mapping[str, object]]) -> None:
        """Put rules of misbehaviour in force, in the place of all others.

            sandbox.faults([{"fault": "html", "status": 520, "operation": "cancel", "times": 1}])

        Each rule names a `fault` and may name an `operation` (`cancel`, `query`, `time` or a path), an
        `orderId`, how many `times` it acts, how many requests it lets pass first (`skip`), a `probability`
        with its `seed`, and what the fault is to be told. The first rule that applies to a request acts.

        Raises:
            SandboxError: A rule is wrong; the error names it, and the rules before stay in force.
        """
        self._exchange.faults.replace(read_rules(rules))

    def faults_in_force(self) -> list[dict[str, object]]:
        """List the rules of misbehaviour, each with how often it has `acted`."""
        return self._exchange.faults.written()

    def clear_faults(self) -> None:
        """Behave again."""
        self._exchange.faults.replace([])

    def limits(self, limits: str | float = DOCUMENTED, lock_seconds: float | None = None) -> None:
        """Enforce limits as strictly as said, and let everybody in again; see `Sandbox`.

        Raises:
            SandboxError: An argument is wrong; the error names it, and nothing has changed.
        """
        self._exchange.limits.replace(read_scale(limits, lock_seconds))

    def refused_by_limits(self) -> dict[str, int]:
        """Tell how many requests each limit has refused since the beginning or the last reset.

        The limits are `uid`, `ipEndpoint`, `ipGroup`, `ban` and `equalErrors`.
        """
        return self._exchange.refused()

    def reset(self) -> None:
        """Go back to the seeded orders, no requests, no faults, nobody locked out, and no endpoint told."""
        self._exchange.reset()

    def _run(self, ready: threading.Event) -> None:
        # Whoever waits for a server that never came to listen must not wait for ever.
        try:
            self._server.run()
        finally:
            ready.set()
