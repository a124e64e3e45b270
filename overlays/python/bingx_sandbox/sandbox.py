"""The sandbox in a thread of this process, for tests and bots."""

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypedDict, Unpack

from bingx_sandbox.accounts import PERMISSIONS, Account, create_accounts
from bingx_sandbox.app import build_app
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.faults import read_rules
from bingx_sandbox.order import OrderDict
from bingx_sandbox.parameters import PLACEMENTS
from bingx_sandbox.rates import DOCUMENTED, read_scale
from bingx_sandbox.request_log import Executed, RequestRecord
from bingx_sandbox.server import Server, listen, url_of
from bingx_sandbox.settings import Clock, wall_clock
from bingx_sandbox.stub_endpoints import StubEndpoint

_DEFAULTS = {"side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "1"}


class OrderFields(TypedDict, total=False):
    """The fields of an order to place, named as on the wire.

    An amount may be a text or a number. `time` is when the order was placed, in Unix milliseconds.
    """

    side: str
    type: str
    price: str | int | Decimal
    origQty: str | int | Decimal
    clientOrderID: str | None
    stopPrice: str | int | Decimal
    status: str
    time: int


class Sandbox:
    """Runs a sandbox on a free loopback port for the duration of its `with` block.

        with Sandbox() as sandbox:
            order = sandbox.place_order("BTC-USDT", price="50000", origQty="0.5")
            ...  # cancel order["orderId"] at sandbox.url

    Args:
        api_key: The accepted API key; random if not given.
        api_secret: Its secret; random if not given.
        orders: How many seed orders the order book begins with.
        placements: The accepted placements of parameters: some of `json`, `query` and `form`.
        permissions: The permissions of the key: `Read` to query, `Spot Trading` to cancel.
        clock: Returns the time in Unix milliseconds.
        faults: The fault rules at the beginning; see `faults`.
        accounts: The number of accounts. Limits count by account; all accounts see the same orders.
        keys: The number of API keys of each account.
        limits: How strictly limits are enforced: `documented`, `off`, or a factor such as 10 or `x10`.
        lock_seconds: How long a lock-out lasts; None for the documented times.
        copy_trading: Whether the accounts are copy-trading leaders, who may cancel once a second.
        stubs: Endpoints that answer with the same data, each with `method`, `path`, `data` and `signed`.
        lenient: Whether to accept both ids of an order, and numbers as text in JSON. The contract forbids
            them, and no source says whether the exchange does.

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
        permissions: Collection[str] = PERMISSIONS,
        clock: Clock = wall_clock,
        faults: Iterable[Mapping[str, object]] = (),
        accounts: int = 1,
        keys: int = 1,
        limits: str | float = DOCUMENTED,
        lock_seconds: float | None = None,
        copy_trading: bool = False,
        stubs: Iterable[Mapping[str, Any]] = (),
        lenient: bool = False,
    ) -> None:
        self._exchange = Exchange(
            create_accounts(accounts, keys, api_key=api_key, api_secret=api_secret, permissions=permissions),
            orders=orders,
            placements=placements,
            clock=clock,
            faults=faults,
            scale=read_scale(limits, lock_seconds, copy_trading),
            stubs=stubs,
            lenient=lenient,
        )
        self._url: str | None = None

    def __repr__(self) -> str:
        """Return a text with the URL, without key and secret."""
        return f"{type(self).__name__}(url={self._url!r})"

    def __enter__(self) -> Self:
        """Start the server and wait until it listens.

        Raises:
            SandboxError: The server did not start; standard error has the reason.
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
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the server and wait for its thread; its socket is closed afterwards."""
        self._server.stop()
        self._thread.join()
        self._url = None

    def run(self, host: str, port: int, announce: Callable[[], None]) -> None:
        """Run in this thread until SIGINT or SIGTERM, in place of a `with` block.

        Args:
            host: A loopback address, or `localhost`.
            port: The port; 0 picks a free one.
            announce: Called once the server listens, when `url` is known.

        Raises:
            SandboxError: The address is wrong, or in use; nothing was started.
        """
        listener = listen(host, port)
        self._url = url_of(listener)
        Server(build_app(self._exchange), listener, announce).run()
        self._url = None

    @property
    def url(self) -> str:
        """Return the base URL.

        Raises:
            SandboxError: The sandbox is not running.
        """
        if self._url is None:
            raise SandboxError("the sandbox is not running; use it in a with block")
        return self._url

    @property
    def api_key(self) -> str:
        """Return the first API key of the first account."""
        return self.accounts[0].keys[0].api_key

    @property
    def api_secret(self) -> str:
        """Return the secret of that API key."""
        return self.accounts[0].keys[0].api_secret

    @property
    def accounts(self) -> tuple[Account, ...]:
        """Return the accounts, each with its UID and its keys."""
        return self._exchange.accounts

    @property
    def environment(self) -> dict[str, str]:
        """Return the environment variables that point a program at this sandbox, while it runs.

        `BINGX_API_KEY` and `BINGX_API_SECRET` are the first account's first key, `BINGX_ENV` is the URL.
        """
        return {"BINGX_API_KEY": self.api_key, "BINGX_API_SECRET": self.api_secret, "BINGX_ENV": self.url}

    def place_order(self, symbol: str = "BTC-USDT", **fields: Unpack[OrderFields]) -> OrderDict:
        """Place an order: by default BUY LIMIT 1 at 50000. Fields are named as on the wire.

        Raises:
            SandboxError: A field is unknown or wrong; the error names it.
        """
        return self._exchange.place(_order_fields(symbol, fields)).to_dict()

    def place_orders(
        self, count: int, symbol: str = "BTC-USDT", **fields: Unpack[OrderFields]
    ) -> list[OrderDict]:
        """Place several equal orders, as `place_order` does; they cannot share a client order id."""
        placed = self._exchange.place_all([_order_fields(symbol, fields)] * count)
        return [order.to_dict() for order in placed]

    def orders(self) -> list[OrderDict]:
        """Return the orders, oldest first, as the exchange writes them."""
        return [order.to_dict() for order in self._exchange.book.orders()]

    def fill(self, order_id: int, quantity: str | int | Decimal | None = None) -> OrderDict:
        """Execute an open order; without a quantity all that remains.

        Raises:
            SandboxError: There is no such order, it is not open, or the quantity is wrong.
        """
        return self._exchange.fill(order_id, None if quantity is None else str(quantity)).to_dict()

    def cancel(self, order_id: int) -> OrderDict:
        """Cancel an open order by hand, without a request.

        Raises:
            SandboxError: There is no such order, or it is not open.
        """
        return self._exchange.book.cancel(order_id).to_dict()

    def requests(self) -> list[RequestRecord]:
        """Return the last requests, oldest first, each with its verdict."""
        return self._exchange.requests()

    def executed(self) -> dict[str, Executed]:
        """Return for each order by its id: status, number of cancel requests, and which one cancelled it."""
        return self._exchange.executed()

    def serve(self, method: str, path: str, data: object = None, *, signed: bool = True) -> None:
        """Serve one more endpoint of the exchange, a stub that answers every accepted request with `data`.

            sandbox.serve("GET", "/openApi/spot/v1/account/balance", {"balances": []})

        Args:
            method: `GET`, `POST`, `PUT` or `DELETE`.
            path: The path, below `/openApi/`.
            data: What goes into `data` of the response; any JSON value.
            signed: Whether key, timestamp and signature of its requests are verified.

        Raises:
            SandboxError: An argument is wrong, or the sandbox has real behaviour for the endpoint; the error
                names the argument.
        """
        self._exchange.endpoints.add(StubEndpoint(method, path, data, signed))

    def faults(self, rules: Iterable[Mapping[str, object]]) -> None:
        """Replace all fault rules.

            sandbox.faults([{"fault": "html", "status": 520, "operation": "cancel", "times": 1}])

        Each rule names a `fault` and may name an `operation` (`cancel`, `query`, `time` or a path), an
        `orderId`, how many `times` it acts, how many requests it lets pass first (`skip`), a `probability`
        with its `seed`, and the settings of the fault. Only the first rule that applies to a request acts.

        Raises:
            SandboxError: A rule is wrong; the error names it, and the earlier rules stay active.
        """
        self._exchange.faults.replace(read_rules(rules))

    def faults_in_force(self) -> list[dict[str, object]]:
        """Return the active fault rules, each with how often it has `acted`."""
        return self._exchange.faults.to_list()

    def clear_faults(self) -> None:
        """Remove all fault rules."""
        self._exchange.faults.replace([])

    def limits(
        self,
        limits: str | float = DOCUMENTED,
        lock_seconds: float | None = None,
        *,
        copy_trading: bool = False,
    ) -> None:
        """Set how strictly limits are enforced, and end all lock-outs; see `Sandbox`.

        Raises:
            SandboxError: An argument is wrong; the error names it, and nothing has changed.
        """
        self._exchange.limits.replace(read_scale(limits, lock_seconds, copy_trading))

    def refused_by_limits(self) -> dict[str, int]:
        """Return how many requests each limit has rejected since the start or the last reset.

        The limits are `uid`, `ipEndpoint`, `ipGroup`, `ban` and `equalErrors`.
        """
        return self._exchange.log.rejections()

    def reset(self) -> None:
        """Return to the seed orders, without requests, faults, lock-outs or stub endpoints."""
        self._exchange.reset()

    def _run(self, ready: threading.Event) -> None:
        # `ready` is set even if the server fails to start, so that `__enter__` does not wait forever.
        try:
            self._server.run()
        finally:
            ready.set()


def _order_fields(symbol: str, fields: OrderFields) -> dict[str, str]:
    given = {name: str(value) for name, value in fields.items() if value is not None}
    return {"symbol": symbol, **_DEFAULTS, **given}
