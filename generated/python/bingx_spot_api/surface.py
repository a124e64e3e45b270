# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Every operation of the contract as a method: the classes of `tags.py` hand them out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeVar

from . import models
from .types import Unset

if TYPE_CHECKING:
    from .client import SupportsRequests

T = TypeVar("T")


def _given(parameters: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in parameters.items() if value is not None}


def _present(data: T | Unset) -> T:
    # Validation lets no success through without it; this is for the type checker.
    assert not isinstance(data, Unset)
    return data


class Server:
    """The operations of `server`. Each method blocks until the call has ended.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: SupportsRequests) -> None:
        self._client = client

    def server_time(self) -> models.ExchangeTime:
        """Get the exchange's time.

        Returns the exchange's time. Public, and the same for spot and futures.

        Raises:
            CallError: There is no believed answer; the subclass says why.
        """
        answer = self._client.get_httpx_client().request(
            "GET",
            "/openApi/swap/v2/server/time",
        )
        return _present(models.ServerTimeResponse.from_dict(answer.json()).data)


class AsyncServer:
    """The operations of `server`, awaited.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: SupportsRequests) -> None:
        self._client = client

    async def server_time(self) -> models.ExchangeTime:
        """Get the exchange's time.

        Returns the exchange's time. Public, and the same for spot and futures.

        Raises:
            CallError: There is no believed answer; the subclass says why.
        """
        answer = await self._client.get_async_httpx_client().request(
            "GET",
            "/openApi/swap/v2/server/time",
        )
        return _present(models.ServerTimeResponse.from_dict(answer.json()).data)


class Trade:
    """The operations of `trade`. Each method blocks until the call has ended.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: SupportsRequests) -> None:
        self._client = client

    def cancel_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        client_order_id: str | None = None,
        cancel_restrictions: Literal["NEW", "PENDING", "PARTIALLY_FILLED"] | None = None,
        recv_window: float | None = None,
    ) -> models.CancelledOrder:
        """Cancel an order.

        Cancels one open order, named by `order_id` or by `client_order_id`: exactly one of the two must be
        given. Sending the same cancel twice cannot cancel anything else. The exchange refuses a cancel of an
        order that is filled, was cancelled earlier or never existed with one and the same text. Only a query
        shows which it is.

        The API key needs the permission Spot Trading. Limits: 5 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3. Give exactly one of `order_id` or `client_order_id`.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            order_id: Order id. An int64 of up to 19 digits, past 2^53: a JSON parser that reads numbers as
                doubles corrupts it.
            client_order_id: Customized order id, given by the user when placing the order. Different orders
                cannot use the same one. Found for 2 hours only. 1 to 40 characters.
            cancel_restrictions: Cancel the order only if it has this status. NEW: new order, PENDING: order
                in progress, PARTIALLY_FILLED: partially filled.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. `hint` says how to find
                out.
        """
        answer = self._client.get_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancel",
            json=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "clientOrderID": client_order_id,
                    "cancelRestrictions": cancel_restrictions,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOrderResponse.from_dict(answer.json()).data)

    def query_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> models.QueriedOrder:
        """Query an order.

        Returns one order, named by `order_id` or by `client_order_id`: exactly one of the two must be given. Use
        it after a cancel whose answer was lost.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2. Give exactly one of
        `order_id` or `client_order_id`.

        Args:
            symbol: Trading pair, as in a cancel.
            order_id: Order id, an int64 of up to 19 digits, as in a cancel.
            client_order_id: Customized order id, given by the user when placing the order. Found for 2 hours
                only. 1 to 40 characters.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = self._client.get_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/query",
            params=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "clientOrderID": client_order_id,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.QueryOrderResponse.from_dict(answer.json()).data)

    def open_orders(
        self, *, symbol: str | None = None, recv_window: float | None = None
    ) -> models.OrdersResponseData:
        """List the open orders.

        Returns the open orders of a pair, or of all pairs. There is no paging, and an answer has 2000 orders
        at most: with as many, there may be more.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            symbol: Trading pair, as in a cancel; without it, all pairs.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = self._client.get_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/openOrders",
            params=_given(
                {
                    "symbol": symbol,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.OrdersResponse.from_dict(answer.json()).data)

    def history_orders(
        self,
        *,
        symbol: str | None = None,
        order_id: int | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        page_index: int | None = None,
        page_size: int | None = None,
        status: Literal["FILLED", "CANCELED", "FAILED"] | None = None,
        type_: str | None = None,
        recv_window: float | None = None,
    ) -> models.OrdersResponseData:
        """List past orders.

        Returns orders that are filled, cancelled or failed, latest first, in pages. `page_index` times
        `page_size` is 10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            symbol: Trading pair, as in a cancel; without it, all pairs.
            order_id: From this order id on, an int64; without it the latest. At least 1.
            start_time: Not before this time. Unix time in milliseconds. An int64. 1000000000000 to
                9999999999999.
            end_time: Not after this time. Unix time in milliseconds. An int64. 1000000000000 to
                9999999999999.
            page_index: Which page, from 1. An int64. 1 to 10000.
            page_size: Orders on a page, by default 100. An int64. 1 to 100.
            status: Only orders in this state.
            type_: Only orders of this type.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = self._client.get_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/historyOrders",
            params=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "startTime": start_time,
                    "endTime": end_time,
                    "pageIndex": page_index,
                    "pageSize": page_size,
                    "status": status,
                    "type": type_,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.OrdersResponse.from_dict(answer.json()).data)

    def cancel_open_orders(
        self, *, symbol: str | None = None, recv_window: float | None = None
    ) -> models.CancelOpenOrdersResponseData:
        """Cancel all open orders.

        Cancels the open orders of a pair; without `symbol` those of **all** pairs. No page says whether one
        answer covers every order: only an empty `openOrders` shows that nothing is left.

        The API key needs the permission Spot Trading. Limits: 2 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. Wait fifteen seconds,
                then see in openOrders what is open; sending this again would cancel newer orders too.
        """
        answer = self._client.get_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelOpenOrders",
            json=_given(
                {
                    "symbol": symbol,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOpenOrdersResponse.from_dict(answer.json()).data)

    def cancel_orders(
        self,
        *,
        symbol: str,
        order_ids: Sequence[int] | None = None,
        client_order_ids: Sequence[str] | None = None,
        process: int | None = None,
        recv_window: float | None = None,
    ) -> models.CancelOrdersResponseData:
        """Cancel several orders of one pair.

        Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses the
        whole request; with 1 the others are cancelled, and `fails` says which were not.

        The API key needs the permission Spot Trading. Limits: 2 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3. Give exactly one of `order_ids` or `client_order_ids`.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            order_ids: Order ids with commas between, each an int64. No greatest number is documented for
                spot; ten is that of the futures market. 1 to 10 items.
            client_order_ids: Customized order ids with commas between. An order is found by its own for 2
                hours only. 1 to 10 items.
            process: 0, the default, cancels all or none. 1 cancels those that are open. 0 to 1.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. `hint` says how to find
                out.
        """
        answer = self._client.get_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelOrders",
            json=_given(
                {
                    "symbol": symbol,
                    "orderIds": order_ids,
                    "clientOrderIDs": client_order_ids,
                    "process": process,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOrdersResponse.from_dict(answer.json()).data)

    def cancel_all_after(
        self, *, type_: Literal["ACTIVATE", "CLOSE"], time_out: int, recv_window: float | None = None
    ) -> models.Countdown:
        """Set or close the dead man's switch.

        `ACTIVATE` starts a countdown, or restarts it; `CLOSE` ends it. When it ends by itself, the exchange
        cancels every open spot order of the account, of every pair. There is one countdown for an account.
        `status` FAILED comes with `code` 0.

        The API key needs the permission Spot Trading. Limits: 1 request in 1 s of an account, 300 requests in
        10 s from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            type_: ACTIVATE starts the countdown, or restarts it. CLOSE ends it.
            time_out: How long the countdown is. Unit seconds. CLOSE takes no notice of it. 10 to 120.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. Send it again; nothing
                but a believed answer tells whether the switch is on.
        """
        answer = self._client.get_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelAllAfter",
            json=_given(
                {
                    "type": type_,
                    "timeOut": time_out,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelAllAfterResponse.from_dict(answer.json()).data)


class AsyncTrade:
    """The operations of `trade`, awaited.

    Args:
        client: What sends the requests.
    """

    def __init__(self, client: SupportsRequests) -> None:
        self._client = client

    async def cancel_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        client_order_id: str | None = None,
        cancel_restrictions: Literal["NEW", "PENDING", "PARTIALLY_FILLED"] | None = None,
        recv_window: float | None = None,
    ) -> models.CancelledOrder:
        """Cancel an order.

        Cancels one open order, named by `order_id` or by `client_order_id`: exactly one of the two must be
        given. Sending the same cancel twice cannot cancel anything else. The exchange refuses a cancel of an
        order that is filled, was cancelled earlier or never existed with one and the same text. Only a query
        shows which it is.

        The API key needs the permission Spot Trading. Limits: 5 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3. Give exactly one of `order_id` or `client_order_id`.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            order_id: Order id. An int64 of up to 19 digits, past 2^53: a JSON parser that reads numbers as
                doubles corrupts it.
            client_order_id: Customized order id, given by the user when placing the order. Different orders
                cannot use the same one. Found for 2 hours only. 1 to 40 characters.
            cancel_restrictions: Cancel the order only if it has this status. NEW: new order, PENDING: order
                in progress, PARTIALLY_FILLED: partially filled.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. `hint` says how to find
                out.
        """
        answer = await self._client.get_async_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancel",
            json=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "clientOrderID": client_order_id,
                    "cancelRestrictions": cancel_restrictions,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOrderResponse.from_dict(answer.json()).data)

    async def query_order(
        self,
        *,
        symbol: str,
        order_id: int | None = None,
        client_order_id: str | None = None,
        recv_window: float | None = None,
    ) -> models.QueriedOrder:
        """Query an order.

        Returns one order, named by `order_id` or by `client_order_id`: exactly one of the two must be given. Use
        it after a cancel whose answer was lost.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2. Give exactly one of
        `order_id` or `client_order_id`.

        Args:
            symbol: Trading pair, as in a cancel.
            order_id: Order id, an int64 of up to 19 digits, as in a cancel.
            client_order_id: Customized order id, given by the user when placing the order. Found for 2 hours
                only. 1 to 40 characters.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = await self._client.get_async_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/query",
            params=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "clientOrderID": client_order_id,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.QueryOrderResponse.from_dict(answer.json()).data)

    async def open_orders(
        self, *, symbol: str | None = None, recv_window: float | None = None
    ) -> models.OrdersResponseData:
        """List the open orders.

        Returns the open orders of a pair, or of all pairs. There is no paging, and an answer has 2000 orders
        at most: with as many, there may be more.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            symbol: Trading pair, as in a cancel; without it, all pairs.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = await self._client.get_async_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/openOrders",
            params=_given(
                {
                    "symbol": symbol,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.OrdersResponse.from_dict(answer.json()).data)

    async def history_orders(
        self,
        *,
        symbol: str | None = None,
        order_id: int | None = None,
        start_time: int | None = None,
        end_time: int | None = None,
        page_index: int | None = None,
        page_size: int | None = None,
        status: Literal["FILLED", "CANCELED", "FAILED"] | None = None,
        type_: str | None = None,
        recv_window: float | None = None,
    ) -> models.OrdersResponseData:
        """List past orders.

        Returns orders that are filled, cancelled or failed, latest first, in pages. `page_index` times
        `page_size` is 10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

        The API key needs the permission Read. Limits: 10 requests in 1 s of an account, 300 requests in 10 s
        from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            symbol: Trading pair, as in a cancel; without it, all pairs.
            order_id: From this order id on, an int64; without it the latest. At least 1.
            start_time: Not before this time. Unix time in milliseconds. An int64. 1000000000000 to
                9999999999999.
            end_time: Not after this time. Unix time in milliseconds. An int64. 1000000000000 to
                9999999999999.
            page_index: Which page, from 1. An int64. 1 to 10000.
            page_size: Orders on a page, by default 100. An int64. 1 to 100.
            status: Only orders in this state.
            type_: Only orders of this type.
            recv_window: How long after `timestamp` the request stays valid. Unit milliseconds. Above 0 to
                60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            CallError: There is no believed answer; the subclass says why.
        """
        answer = await self._client.get_async_httpx_client().request(
            "GET",
            "/openApi/spot/v1/trade/historyOrders",
            params=_given(
                {
                    "symbol": symbol,
                    "orderId": order_id,
                    "startTime": start_time,
                    "endTime": end_time,
                    "pageIndex": page_index,
                    "pageSize": page_size,
                    "status": status,
                    "type": type_,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.OrdersResponse.from_dict(answer.json()).data)

    async def cancel_open_orders(
        self, *, symbol: str | None = None, recv_window: float | None = None
    ) -> models.CancelOpenOrdersResponseData:
        """Cancel all open orders.

        Cancels the open orders of a pair; without `symbol` those of **all** pairs. No page says whether one
        answer covers every order: only an empty `openOrders` shows that nothing is left.

        The API key needs the permission Spot Trading. Limits: 2 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. Wait fifteen seconds,
                then see in openOrders what is open; sending this again would cancel newer orders too.
        """
        answer = await self._client.get_async_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelOpenOrders",
            json=_given(
                {
                    "symbol": symbol,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOpenOrdersResponse.from_dict(answer.json()).data)

    async def cancel_orders(
        self,
        *,
        symbol: str,
        order_ids: Sequence[int] | None = None,
        client_order_ids: Sequence[str] | None = None,
        process: int | None = None,
        recv_window: float | None = None,
    ) -> models.CancelOrdersResponseData:
        """Cancel several orders of one pair.

        Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses the
        whole request; with 1 the others are cancelled, and `fails` says which were not.

        The API key needs the permission Spot Trading. Limits: 2 requests in 1 s of an account, 1 request in 1
        s of a copy-trading leader, 300 requests in 10 s from an IP address, and 2000 requests in 10 s from it
        with the others of group 3. Give exactly one of `order_ids` or `client_order_ids`.

        Args:
            symbol: Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
            order_ids: Order ids with commas between, each an int64. No greatest number is documented for
                spot; ten is that of the futures market. 1 to 10 items.
            client_order_ids: Customized order ids with commas between. An order is found by its own for 2
                hours only. 1 to 10 items.
            process: 0, the default, cancels all or none. 1 cancels those that are open. 0 to 1.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. `hint` says how to find
                out.
        """
        answer = await self._client.get_async_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelOrders",
            json=_given(
                {
                    "symbol": symbol,
                    "orderIds": order_ids,
                    "clientOrderIDs": client_order_ids,
                    "process": process,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelOrdersResponse.from_dict(answer.json()).data)

    async def cancel_all_after(
        self, *, type_: Literal["ACTIVATE", "CLOSE"], time_out: int, recv_window: float | None = None
    ) -> models.Countdown:
        """Set or close the dead man's switch.

        `ACTIVATE` starts a countdown, or restarts it; `CLOSE` ends it. When it ends by itself, the exchange
        cancels every open spot order of the account, of every pair. There is one countdown for an account.
        `status` FAILED comes with `code` 0.

        The API key needs the permission Spot Trading. Limits: 1 request in 1 s of an account, 300 requests in
        10 s from an IP address, and 2000 requests in 10 s from it with the others of group 2.

        Args:
            type_: ACTIVATE starts the countdown, or restarts it. CLOSE ends it.
            time_out: How long the countdown is. Unit seconds. CLOSE takes no notice of it. 10 to 120.
            recv_window: How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another. Above 0 to 60000.

        Raises:
            InvalidInput: An argument is not allowed; nothing was sent.
            NotExecuted: No request took effect, or can take effect; the subclass says why.
            OutcomeUnknown: It could not be learnt in time what the request has done. Send it again; nothing
                but a believed answer tells whether the switch is on.
        """
        answer = await self._client.get_async_httpx_client().request(
            "POST",
            "/openApi/spot/v1/trade/cancelAllAfter",
            json=_given(
                {
                    "type": type_,
                    "timeOut": time_out,
                    "recvWindow": recv_window,
                }
            ),
        )
        return _present(models.CancelAllAfterResponse.from_dict(answer.json()).data)
