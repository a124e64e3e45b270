"""The client that blocks: `BingxSpot`."""

from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self, Unpack, overload

from bingx_spot._base_client import CANCEL_ALL_TIMEOUT, BaseClient, CancelOptions, QueryOptions, time_in
from bingx_spot.core.runner import run
from bingx_spot.exceptions import OrderAlreadyCanceled
from bingx_spot.keepalive import KeepAlive, check_every
from bingx_spot.models import Order, order_in
from bingx_spot.validation import OrderId, Restriction, cancel_order_request, order_reference
from bingx_spot_api.api import server, trade
from bingx_spot_api.tags import Tags

if TYPE_CHECKING:
    from bingx_spot.bulk.items import CancelItem
    from bingx_spot.bulk.sync_run import CancelRun
    from bingx_spot.emergency.result import CancelAllResult
    from bingx_spot.emergency.switch import DeadMansSwitch, OnWarning


class BingxSpot(BaseClient, Tags):
    """Client that blocks. One client may be used from many threads.

    Args:
        credentials: API key and secret.
        **options: `environment` (`live`, `vst`, `sandbox` or a base URL; default `live`), `timeout`
            (seconds for a whole call, waiting and retries included, default 10), `placement` (`auto`, `json`,
            `query`, `form`), `fallback` (use the fallback host, default True), `source_key`, `proxy`,
            `tls` (an `ssl.SSLContext`), `insecure_tls`, `transport` (of httpx), `clock`, `limits`, `rate`.

    Raises:
        InvalidInput: An option is not allowed; it names the option.
    """

    @overload
    def cancel_order(self, symbol: str, *, order_id: OrderId, **options: Unpack[CancelOptions]) -> Order: ...
    @overload
    def cancel_order(
        self, symbol: str, *, client_order_id: str, **options: Unpack[CancelOptions]
    ) -> Order: ...
    def cancel_order(
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

        Args:
            symbol: Trading pair, `BTC-USDT`.
            order_id: Order id; this or `client_order_id`.
            client_order_id: The id given when placing the order; found for two hours only.
            cancel_restrictions: Cancel only an order of this status: `NEW`, `PENDING` or
                `PARTIALLY_FILLED`.
            recv_window: How long the request stays valid, in milliseconds, at most 60000.
            already_canceled_ok: Return an order that was cancelled before, instead of raising
                `OrderAlreadyCanceled`.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            OrderNotOpen: The order is not open. `OrderFilled`, `OrderAlreadyCanceled` and `OrderFailed`
                carry it; the class itself says that its state could not be learnt in time.
            OrderNotFound: The exchange finds no order by this id.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time; `hint` says how to find out.
        """
        body = cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
        try:
            return order_in(trade.cancel_order.sync_detailed(client=self._client, body=body))
        except OrderAlreadyCanceled as error:
            if already_canceled_ok and error.order is not None:
                return error.order
            raise

    def cancel_orders(self, orders: "Iterable[CancelItem]") -> "CancelRun":
        """Cancel many orders, and return an iterator over the results, each as soon as it is known.

        Nothing is sent before the first result is asked for. The iterable is read as the run goes on, so
        there may be millions of orders, and results come in the order in which they are known. Each order is
        a call of its own, with its own `timeout` once it may be sent; a rate limit that ends by itself delays
        orders and fails none. Every order that was read has one result. A call of `cancel_order` meanwhile
        goes first.

        Args:
            orders: Each a `CancelRequest`; a mapping with `symbol` and `orderId` or `clientOrderID` (or
                `order_id`, `client_order_id`); a tuple of symbol and order id; or an `Order`.

        Raises:
            BulkRunAborted: At the end, where an error would have hit every order: signature, key, permission,
                whitelist, clock, a ban, or no exchange reached twenty times in succession. All results
                were handed over before.
            InvalidInput: `orders` is one order, or text; nothing was sent.
        """
        from bingx_spot.bulk.run import Run
        from bingx_spot.bulk.sync_run import CancelRun

        return CancelRun(Run(replace(self._context, bulk=True)), orders, self._engine)

    def cancel_all(
        self, symbol: str | None = None, *, timeout: float = CANCEL_ALL_TIMEOUT
    ) -> "CancelAllResult":
        """Cancel every open order, and find out whether anything is left.

        Stop placing orders first. One request cancels everything; what the list of open orders still shows is
        cancelled one by one. The list may lag, by up to 20 seconds, so the proof takes at least that long.

        Args:
            symbol: Trading pair, `BTC-USDT`; None for **all** pairs.
            timeout: How long it may take, in seconds, in place of the client's own. With less than 40 it
                cancels as well, but the result is likely to be unknown.

        Returns:
            The result: nothing is open, these orders are open, or unknown, and how every order ended. Its
            `check` raises unless nothing is open.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect, and the next one would fail likewise; the
                subclass says why.
        """
        from bingx_spot.emergency.brake import Brake

        return run(Brake(self._context, symbol, timeout).run(), self._engine)

    def dead_mans_switch(
        self, seconds: int = 60, *, on_warning: "OnWarning | None" = None
    ) -> "DeadMansSwitch":
        """Return a dead man's switch, for a `with` block.

            with bingx.dead_mans_switch(seconds=60) as switch:
                ...  # trade

        While the block lasts, a thread renews a countdown at the exchange. If this program, its machine or
        its network dies, the exchange cancels **every** open spot order of the account, of every pair. A
        clean end of the block closes the switch; an exception leaves it on.

        An account has **one** switch: another program that closes it, or sets it to another time, does so for
        this one too. The thread renews it as long as the process lives, even if the bot is stuck.

        Args:
            seconds: The countdown, 10 to 120; it is renewed four times as often.
            on_warning: Called in the thread for each renewal that failed, with a `SwitchWarning`; None to log
                it as `bingx_spot`.

        Raises:
            InvalidInput: The countdown is too short or too long; nothing was sent.
            CallError: At the beginning of the block, if the exchange did not say that the countdown is on; at
                its end, if it did not say that it is closed. The subclass says why.
        """
        from bingx_spot.emergency.switch import Countdown, DeadMansSwitch

        return DeadMansSwitch(Countdown(self._context, seconds, on_warning), self._engine)

    @overload
    def query_order(self, symbol: str, *, order_id: OrderId, **options: Unpack[QueryOptions]) -> Order: ...
    @overload
    def query_order(self, symbol: str, *, client_order_id: str, **options: Unpack[QueryOptions]) -> Order: ...
    def query_order(
        self,
        symbol: str,
        *,
        order_id: OrderId | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> Order:
        """Return one order as the exchange states it now.

        Args:
            symbol: Trading pair, `BTC-USDT`.
            order_id: Order id; this or `client_order_id`.
            client_order_id: The id given when placing the order; found for two hours only.
            recv_window: How long the request stays valid, in milliseconds, at most 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            OrderNotFound: The exchange finds no order by this id.
            CallError: It could not be learnt; the subclass says why.
        """
        named = order_reference(symbol, order_id, client_order_id, recv_window)
        return order_in(trade.query_order.sync_detailed(client=self._client, **named))

    def server_time(self) -> int:
        """Return the exchange's time, in Unix milliseconds.

        Raises:
            CallError: It could not be learnt; the subclass says why.
        """
        return time_in(server.server_time.sync_detailed(client=self._client))

    def warm(self, every: float | None = None) -> None:
        """Open a connection ahead, so that the next call takes one round trip.

        It requests the exchange's time, which needs no key and counts towards no limit, and loads what
        `cancel_all` needs, which then opens no file.

        Args:
            every: Repeat at this interval, in seconds, at least 1, in a background thread until this
                client is closed; None for once. Failures in the background are ignored.

        Raises:
            InvalidInput: `every` is not allowed; nothing was sent.
            CallError: The exchange could not be reached; the subclass says why.
        """
        check_every(every)
        self._load_emergency()
        self.server_time()
        if every is not None and not (self._keepalive and self._keepalive.is_running()):
            self._keepalive = KeepAlive(self._keepalive_client(every).server_time, every)

    def close(self) -> None:
        """Close the connections, unless they belong to the client that this one was derived from.

        It does not wait: a call in another thread ends at once, with `NotSent` where its request was not
        sent, and with `OutcomeUnknown` where it may have been.
        """
        keepalive = self._keepalive if isinstance(self._keepalive, KeepAlive) else None
        if keepalive is not None:
            keepalive.stop()
        if self._owns_engine:
            self._engine.close()
            if keepalive is not None:
                keepalive.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
