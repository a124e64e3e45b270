"""The facade: cancel an order with one call, blocking or awaiting."""

from collections.abc import AsyncIterable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

# In annotations, for what it imports when it is asked for it: so `typing.get_type_hints` finds what nobody
# else waits for.
import bingx_spot
from bingx_spot._base_client import BaseClient
from bingx_spot.core.runner import check_on_asyncio
from bingx_spot.keepalive import AsyncKeepAlive, KeepAlive, check_every
from bingx_spot.models import Order, Response
from bingx_spot.validation import cancel_order_request, order_reference
from bingx_spot_api import types
from bingx_spot_api.api import server, trade
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models.cancel_restriction import CancelRestriction

if TYPE_CHECKING:
    from bingx_spot_api.models import CancelOrderResponse, QueryOrderResponse, ServerTimeResponse


class BingxSpot(BaseClient):
    """Cancel spot orders, blocking. One client may be used from many threads.

    Args:
        credentials: API key and secret.
        **options: `environment` (`live`, `vst`, `sandbox` or a base URL; default `live`), `timeout`
            (seconds for a whole call with everything in it, default 10), `placement` (`auto`, `json`,
            `query`, `form`), `fallback` (use the fallback host, default True), `source_key`, `proxy`,
            `tls` (an `ssl.SSLContext`), `transport` (of httpx), `clock`, `limits`.

    Raises:
        InvalidInput: An option is not allowed; it names the option.
    """

    def cancel_order(
        self,
        symbol: str,
        *,
        order_id: int | str | None = None,
        client_order_id: str | None = None,
        cancel_restrictions: CancelRestriction | str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Cancel one open order and return it as the exchange states it.

        Args:
            symbol: Trading pair, `BTC-USDT`.
            order_id: Order id; this or `client_order_id`.
            client_order_id: The id given when placing the order; found only within two hours.
            cancel_restrictions: Cancel only an order of this status: `NEW`, `PENDING` or
                `PARTIALLY_FILLED`.
            recv_window: How long the request stays valid, in milliseconds, at most 60000.

        Raises:
            InvalidInput: A parameter is not allowed; nothing was sent.
            OrderNotOpen: The order is not open; `order` says what it is now, where the exchange knows it.
            NotExecuted: It was surely not cancelled; the subclass tells why.
            OutcomeUnknown: It could not be learnt in time; `hint` tells how to find out.
        """
        body = cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
        return _order(cancel_order.sync_detailed(client=self._client, body=body))

    def cancel_orders(self, orders: Iterable[object]) -> "bingx_spot.CancelRun":
        """Cancel many orders, and iterate over the results, each as soon as it is known.

        An order is taken from the iterable when its turn has come, so that there may be millions of them,
        and results come in the order in which they are known. Each order is a call of its own, with
        `timeout` for itself once it may be sent; a limit that ends by itself makes it wait and fails none.
        Every order that was taken has one result. A call of `cancel_order` meanwhile goes first.

        Args:
            orders: Each a `CancelRequest`; a mapping with `symbol` and `orderId` or `clientOrderID` (or
                `order_id`, `client_order_id`); a tuple of symbol and order id; or an `Order`.

        Raises:
            RunStopped: At the end, where an error would have hit every order: signature, key, permission,
                whitelist, clock, a ban, or no exchange reached twenty times in succession. All results
                were handed over before.
        """
        # Imported here, as in the async client: most programs cancel one at a time.
        from bingx_spot.bulk.run import Run  # noqa: PLC0415
        from bingx_spot.bulk.sync_run import CancelRun  # noqa: PLC0415

        return CancelRun(Run(replace(self._parts, bulk=True)), orders, self._engine)

    def query_order(
        self,
        symbol: str,
        *,
        order_id: int | str | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Return one order as the exchange states it now.

        Args:
            symbol: Trading pair, `BTC-USDT`.
            order_id: Order id; this or `client_order_id`.
            client_order_id: The id given when placing the order; found only within two hours.
            recv_window: How long the request stays valid, in milliseconds, at most 60000.

        Raises:
            InvalidInput: A parameter is not allowed; nothing was sent.
            OrderNotOpen: The exchange knows no such order.
            CallError: It could not be learnt; the subclass tells why.
        """
        named = order_reference(symbol, order_id, client_order_id, recv_window)
        return _order(trade.query_order.sync_detailed(client=self._client, **named))

    def server_time(self) -> int:
        """Return the exchange's time, in Unix milliseconds.

        Raises:
            CallError: It could not be learnt; the subclass tells why.
        """
        return _time(server.server_time.sync_detailed(client=self._client))

    def warm(self, every: float | None = None) -> None:
        """Open a connection ahead, so that the next call is one round trip and no more.

        It asks for the exchange's time, which needs no key and counts towards no limit.

        Args:
            every: Ask again after so many seconds, at least 1, and again until this client is closed, in a
                thread of its own; None for once. What fails there is left to the next time.

        Raises:
            InvalidInput: `every` is not allowed; nothing was sent.
            CallError: The exchange could not be reached; the subclass tells why.
        """
        check_every(every)
        self.server_time()
        if every is not None and not (self._warmth and self._warmth.is_at_work()):
            self._warmth = KeepAlive(self._asking(every).server_time, every)

    def close(self) -> None:
        """Close the connections, unless they belong to the client that this one was derived from."""
        if isinstance(self._warmth, KeepAlive):
            self._warmth.end()
        if self._owns_engine:
            self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class AsyncBingxSpot(BaseClient):
    """Cancel spot orders, awaiting. One client may be used from many tasks, and in several event loops.

    Args:
        credentials: API key and secret.
        **options: As for `BingxSpot`.

    Raises:
        InvalidInput: An option is not allowed; it names the option.
    """

    async def cancel_order(
        self,
        symbol: str,
        *,
        order_id: int | str | None = None,
        client_order_id: str | None = None,
        cancel_restrictions: CancelRestriction | str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Cancel one open order and return it as the exchange states it.

        Arguments, result and errors are those of `BingxSpot.cancel_order`.
        """
        body = cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
        return _order(await cancel_order.asyncio_detailed(client=self._client, body=body))

    def cancel_orders(self, orders: Iterable[object] | AsyncIterable[object]) -> "bingx_spot.AsyncCancelRun":
        """Cancel many orders, and iterate over the results, each as soon as it is known.

        Orders, results and errors are those of `BingxSpot.cancel_orders`; the orders may come from an async
        iterable.
        """
        from bingx_spot.bulk.async_run import AsyncCancelRun  # noqa: PLC0415
        from bingx_spot.bulk.run import Run  # noqa: PLC0415

        return AsyncCancelRun(Run(replace(self._parts, bulk=True)), orders, self._engine)

    async def query_order(
        self,
        symbol: str,
        *,
        order_id: int | str | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Return one order as the exchange states it now.

        Arguments, result and errors are those of `BingxSpot.query_order`.
        """
        named = order_reference(symbol, order_id, client_order_id, recv_window)
        return _order(await trade.query_order.asyncio_detailed(client=self._client, **named))

    async def server_time(self) -> int:
        """Return the exchange's time, in Unix milliseconds.

        Errors are those of `BingxSpot.server_time`.
        """
        return _time(await server.server_time.asyncio_detailed(client=self._client))

    async def warm(self, every: float | None = None) -> None:
        """Open a connection ahead, so that the next call is one round trip and no more.

        Arguments and errors are those of `BingxSpot.warm`; what asks again is a task, on asyncio alone.
        """
        check_every(every)
        if every is not None:
            check_on_asyncio("every", "None on trio")
        await self.server_time()
        if every is not None and not (self._warmth and self._warmth.is_at_work()):
            self._warmth = AsyncKeepAlive(self._asking(every).server_time, every)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to the client that this one was derived from."""
        if isinstance(self._warmth, AsyncKeepAlive):
            await self._warmth.end()
        if self._owns_engine:
            await self._engine.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


def _order(response: "types.Response[CancelOrderResponse] | types.Response[QueryOrderResponse]") -> Order:
    # The gate lets no success through without it; this is what the types say.
    assert response.parsed is not None  # noqa: S101
    assert not isinstance(response.parsed.data, types.Unset)  # noqa: S101
    answer = Response(response.status_code, response.headers, response.content)
    return Order.from_model(response.parsed.data, answer)


def _time(response: "types.Response[ServerTimeResponse]") -> int:
    # As above.
    assert response.parsed is not None  # noqa: S101
    assert not isinstance(response.parsed.data, types.Unset)  # noqa: S101
    return response.parsed.data.server_time
