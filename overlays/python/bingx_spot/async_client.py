"""The client that awaits: `AsyncBingxSpot`."""

from collections.abc import AsyncIterable, Iterable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, overload

from bingx_spot._base_client import CANCEL_ALL_TIMEOUT, BaseClient, CancelOptions, QueryOptions, time_in
from bingx_spot.core.runner import check_on_asyncio, run_async
from bingx_spot.exceptions import OrderAlreadyCanceled
from bingx_spot.keepalive import AsyncKeepAlive, check_every
from bingx_spot.models import Order, order_in
from bingx_spot.validation import OrderId, Restriction, cancel_order_request, order_reference
from bingx_spot_api.api import server, trade
from bingx_spot_api.tags import AsyncTags

if TYPE_CHECKING:
    from bingx_spot.bulk.async_run import AsyncCancelRun
    from bingx_spot.bulk.items import CancelItem
    from bingx_spot.emergency.result import CancelAllResult
    from bingx_spot.emergency.switch import AsyncDeadMansSwitch, OnWarning


class AsyncBingxSpot(BaseClient, AsyncTags):
    """Client that awaits. One client may be used from many tasks, and in several event loops.

    Args:
        credentials: API key and secret.
        **options: As for `BingxSpot`.

    Raises:
        InvalidInput: An option is not allowed; it names the option.
    """

    @overload
    async def cancel_order(
        self, symbol: str, *, order_id: OrderId, **options: Unpack[CancelOptions]
    ) -> Order: ...
    @overload
    async def cancel_order(
        self, symbol: str, *, client_order_id: str, **options: Unpack[CancelOptions]
    ) -> Order: ...
    async def cancel_order(
        self,
        symbol: str,
        *,
        order_id: OrderId | None = None,
        client_order_id: str | None = None,
        cancel_restrictions: Restriction | None = None,
        recv_window: float | None = None,
        already_canceled_ok: bool = False,
    ) -> Order:
        """Cancel one open order and return it as the exchange states it.

        Arguments, result and errors are those of `BingxSpot.cancel_order`.
        """
        body = cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
        try:
            return order_in(await trade.cancel_order.asyncio_detailed(client=self._client, body=body))
        except OrderAlreadyCanceled as error:
            if already_canceled_ok and error.order is not None:
                return error.order
            raise

    def cancel_orders(self, orders: "Iterable[CancelItem] | AsyncIterable[CancelItem]") -> "AsyncCancelRun":
        """Cancel many orders, and return an async iterator over the results, each as soon as it is known.

        Orders, results and errors are those of `BingxSpot.cancel_orders`; the orders may come from an async
        iterable.
        """
        from bingx_spot.bulk.async_run import AsyncCancelRun
        from bingx_spot.bulk.run import Run

        return AsyncCancelRun(Run(replace(self._context, bulk=True)), orders, self._engine)

    async def cancel_all(
        self, symbol: str | None = None, *, timeout: float = CANCEL_ALL_TIMEOUT
    ) -> "CancelAllResult":
        """Cancel every open order, and find out whether anything is left.

        Arguments, result and errors are those of `BingxSpot.cancel_all`.
        """
        from bingx_spot.emergency.brake import Brake

        return await run_async(Brake(self._context, symbol, timeout).run(), self._engine)

    def dead_mans_switch(
        self, seconds: int = 60, *, on_warning: "OnWarning | None" = None
    ) -> "AsyncDeadMansSwitch":
        """Return a dead man's switch, for an `async with` block on asyncio; a task renews it.

        Arguments and errors are those of `BingxSpot.dead_mans_switch`. A task that is cancelled in the block
        leaves the switch on.
        """
        from bingx_spot.emergency.switch import AsyncDeadMansSwitch, Countdown

        return AsyncDeadMansSwitch(Countdown(self._context, seconds, on_warning), self._engine)

    @overload
    async def query_order(
        self, symbol: str, *, order_id: OrderId, **options: Unpack[QueryOptions]
    ) -> Order: ...
    @overload
    async def query_order(
        self, symbol: str, *, client_order_id: str, **options: Unpack[QueryOptions]
    ) -> Order: ...
    async def query_order(
        self,
        symbol: str,
        *,
        order_id: OrderId | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Return one order as the exchange states it now.

        Arguments, result and errors are those of `BingxSpot.query_order`.
        """
        named = order_reference(symbol, order_id, client_order_id, recv_window)
        return order_in(await trade.query_order.asyncio_detailed(client=self._client, **named))

    async def server_time(self) -> int:
        """Return the exchange's time, in Unix milliseconds.

        Errors are those of `BingxSpot.server_time`.
        """
        return time_in(await server.server_time.asyncio_detailed(client=self._client))

    async def warm(self, every: float | None = None) -> None:
        """Open a connection ahead, so that the next call takes one round trip.

        Arguments and errors are those of `BingxSpot.warm`. With `every`, an asyncio task repeats it; on
        trio, `every` is refused.
        """
        check_every(every)
        if every is not None:
            check_on_asyncio("every", "None on trio")
        self._load_emergency()
        await self.server_time()
        if every is not None and not (self._keepalive and self._keepalive.is_running()):
            self._keepalive = AsyncKeepAlive(self._keepalive_client(every).server_time, every)

    async def aclose(self) -> None:
        """Close the connections, unless they belong to the client that this one was derived from.

        Calls in other tasks end as those of `BingxSpot.close`.
        """
        if isinstance(self._keepalive, AsyncKeepAlive):
            await self._keepalive.stop()
        if self._owns_engine:
            await self._engine.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()
