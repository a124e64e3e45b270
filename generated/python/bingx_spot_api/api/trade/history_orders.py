# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...models.history_orders_status import HistoryOrdersStatus
from ...models.order_type import OrderType
from ...models.orders_response import OrdersResponse
from ...types import UNSET, Response, Unset

if TYPE_CHECKING:
    from ...client import ReceivedResponse, SupportsRequests

_OK = HTTPStatus.OK


def _get_kwargs(
    *,
    symbol: str | Unset = UNSET,
    order_id: int | Unset = UNSET,
    start_time: int | Unset = UNSET,
    end_time: int | Unset = UNSET,
    page_index: int | Unset = UNSET,
    page_size: int | Unset = UNSET,
    status: HistoryOrdersStatus | Unset = UNSET,
    type_: OrderType | Unset = UNSET,
    recv_window: float | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["symbol"] = symbol

    params["orderId"] = order_id

    params["startTime"] = start_time

    params["endTime"] = end_time

    params["pageIndex"] = page_index

    params["pageSize"] = page_size

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    json_type_: str | Unset = UNSET
    if not isinstance(type_, Unset):
        json_type_ = type_.value

    params["type"] = json_type_

    params["recvWindow"] = recv_window

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/openApi/spot/v1/trade/historyOrders",
        "params": params,
    }

    return _kwargs


def _parse_response(*, client: SupportsRequests, response: ReceivedResponse) -> OrdersResponse | None:
    if response.status_code == 200:
        response_200 = OrdersResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: SupportsRequests, response: ReceivedResponse) -> Response[OrdersResponse]:
    return Response(
        status_code=_OK if response.status_code == 200 else HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: SupportsRequests,
    symbol: str | Unset = UNSET,
    order_id: int | Unset = UNSET,
    start_time: int | Unset = UNSET,
    end_time: int | Unset = UNSET,
    page_index: int | Unset = UNSET,
    page_size: int | Unset = UNSET,
    status: HistoryOrdersStatus | Unset = UNSET,
    type_: OrderType | Unset = UNSET,
    recv_window: float | Unset = UNSET,
) -> Response[OrdersResponse]:
    """List past orders

     Returns orders that are filled, cancelled or failed, latest first, in pages. `pageIndex` times
    `pageSize` is
    10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

    Args:
        symbol (str | Unset): Trading pair, base and quote in upper case joined by a hyphen.
            Letters beyond ASCII occur (`MØTH-USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        order_id (int | Unset):
        start_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        end_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        page_index (int | Unset):
        page_size (int | Unset):
        status (HistoryOrdersStatus | Unset):
        type_ (OrderType | Unset): Order type. Example: LIMIT.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit:
            milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in
            another.
             Example: 5000.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OrdersResponse]
    """

    kwargs = _get_kwargs(
        symbol=symbol,
        order_id=order_id,
        start_time=start_time,
        end_time=end_time,
        page_index=page_index,
        page_size=page_size,
        status=status,
        type_=type_,
        recv_window=recv_window,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: SupportsRequests,
    symbol: str | Unset = UNSET,
    order_id: int | Unset = UNSET,
    start_time: int | Unset = UNSET,
    end_time: int | Unset = UNSET,
    page_index: int | Unset = UNSET,
    page_size: int | Unset = UNSET,
    status: HistoryOrdersStatus | Unset = UNSET,
    type_: OrderType | Unset = UNSET,
    recv_window: float | Unset = UNSET,
) -> OrdersResponse | None:
    """List past orders

     Returns orders that are filled, cancelled or failed, latest first, in pages. `pageIndex` times
    `pageSize` is
    10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

    Args:
        symbol (str | Unset): Trading pair, base and quote in upper case joined by a hyphen.
            Letters beyond ASCII occur (`MØTH-USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        order_id (int | Unset):
        start_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        end_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        page_index (int | Unset):
        page_size (int | Unset):
        status (HistoryOrdersStatus | Unset):
        type_ (OrderType | Unset): Order type. Example: LIMIT.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit:
            milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in
            another.
             Example: 5000.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OrdersResponse
    """

    return sync_detailed(
        client=client,
        symbol=symbol,
        order_id=order_id,
        start_time=start_time,
        end_time=end_time,
        page_index=page_index,
        page_size=page_size,
        status=status,
        type_=type_,
        recv_window=recv_window,
    ).parsed


async def asyncio_detailed(
    *,
    client: SupportsRequests,
    symbol: str | Unset = UNSET,
    order_id: int | Unset = UNSET,
    start_time: int | Unset = UNSET,
    end_time: int | Unset = UNSET,
    page_index: int | Unset = UNSET,
    page_size: int | Unset = UNSET,
    status: HistoryOrdersStatus | Unset = UNSET,
    type_: OrderType | Unset = UNSET,
    recv_window: float | Unset = UNSET,
) -> Response[OrdersResponse]:
    """List past orders

     Returns orders that are filled, cancelled or failed, latest first, in pages. `pageIndex` times
    `pageSize` is
    10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

    Args:
        symbol (str | Unset): Trading pair, base and quote in upper case joined by a hyphen.
            Letters beyond ASCII occur (`MØTH-USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        order_id (int | Unset):
        start_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        end_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        page_index (int | Unset):
        page_size (int | Unset):
        status (HistoryOrdersStatus | Unset):
        type_ (OrderType | Unset): Order type. Example: LIMIT.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit:
            milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in
            another.
             Example: 5000.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OrdersResponse]
    """

    kwargs = _get_kwargs(
        symbol=symbol,
        order_id=order_id,
        start_time=start_time,
        end_time=end_time,
        page_index=page_index,
        page_size=page_size,
        status=status,
        type_=type_,
        recv_window=recv_window,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: SupportsRequests,
    symbol: str | Unset = UNSET,
    order_id: int | Unset = UNSET,
    start_time: int | Unset = UNSET,
    end_time: int | Unset = UNSET,
    page_index: int | Unset = UNSET,
    page_size: int | Unset = UNSET,
    status: HistoryOrdersStatus | Unset = UNSET,
    type_: OrderType | Unset = UNSET,
    recv_window: float | Unset = UNSET,
) -> OrdersResponse | None:
    """List past orders

     Returns orders that are filled, cancelled or failed, latest first, in pages. `pageIndex` times
    `pageSize` is
    10000 at most. Orders are selected by pair, state, type, time, or from an order id on.

    Args:
        symbol (str | Unset): Trading pair, base and quote in upper case joined by a hyphen.
            Letters beyond ASCII occur (`MØTH-USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        order_id (int | Unset):
        start_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        end_time (int | Unset): A moment. Unix time, unit milliseconds, an int64. A time in
            seconds, which would select nothing, is below the
            minimum (2001); one in microseconds is above the maximum (2286).
             Example: 1702713000000.
        page_index (int | Unset):
        page_size (int | Unset):
        status (HistoryOrdersStatus | Unset):
        type_ (OrderType | Unset): Order type. Example: LIMIT.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit:
            milliseconds. The default is 5000. Its maximum is 5000 in one official text and 60000 in
            another.
             Example: 5000.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OrdersResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            symbol=symbol,
            order_id=order_id,
            start_time=start_time,
            end_time=end_time,
            page_index=page_index,
            page_size=page_size,
            status=status,
            type_=type_,
            recv_window=recv_window,
        )
    ).parsed
