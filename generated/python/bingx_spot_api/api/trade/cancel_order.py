# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...models.cancel_order_request import CancelOrderRequest
from ...models.cancel_order_response import CancelOrderResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import ReceivedResponse, SupportsRequests

_OK = HTTPStatus.OK


def _get_kwargs(
    *,
    body: CancelOrderRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/openApi/spot/v1/trade/cancel",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: SupportsRequests, response: ReceivedResponse) -> CancelOrderResponse | None:
    if response.status_code == 200:
        response_200 = CancelOrderResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: SupportsRequests, response: ReceivedResponse) -> Response[CancelOrderResponse]:
    return Response(
        status_code=_OK if response.status_code == 200 else HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: SupportsRequests,
    body: CancelOrderRequest,
) -> Response[CancelOrderResponse]:
    """Cancel an order

     Cancels one open order, named by `orderId` or by `clientOrderID`: exactly one of the two must
    be given. Sending the same cancel twice cannot cancel anything else.

    The exchange refuses a cancel of an order that is filled, was cancelled earlier or never existed
    with one and the same text. Only a query shows which it is.

    Args:
        body (CancelOrderRequest): Names the order to cancel. Exactly one of `orderId` and
            `clientOrderID` must be given
            (`x-bingx-order-reference` on the operation says so as data).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelOrderResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: SupportsRequests,
    body: CancelOrderRequest,
) -> CancelOrderResponse | None:
    """Cancel an order

     Cancels one open order, named by `orderId` or by `clientOrderID`: exactly one of the two must
    be given. Sending the same cancel twice cannot cancel anything else.

    The exchange refuses a cancel of an order that is filled, was cancelled earlier or never existed
    with one and the same text. Only a query shows which it is.

    Args:
        body (CancelOrderRequest): Names the order to cancel. Exactly one of `orderId` and
            `clientOrderID` must be given
            (`x-bingx-order-reference` on the operation says so as data).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelOrderResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: SupportsRequests,
    body: CancelOrderRequest,
) -> Response[CancelOrderResponse]:
    """Cancel an order

     Cancels one open order, named by `orderId` or by `clientOrderID`: exactly one of the two must
    be given. Sending the same cancel twice cannot cancel anything else.

    The exchange refuses a cancel of an order that is filled, was cancelled earlier or never existed
    with one and the same text. Only a query shows which it is.

    Args:
        body (CancelOrderRequest): Names the order to cancel. Exactly one of `orderId` and
            `clientOrderID` must be given
            (`x-bingx-order-reference` on the operation says so as data).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelOrderResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: SupportsRequests,
    body: CancelOrderRequest,
) -> CancelOrderResponse | None:
    """Cancel an order

     Cancels one open order, named by `orderId` or by `clientOrderID`: exactly one of the two must
    be given. Sending the same cancel twice cannot cancel anything else.

    The exchange refuses a cancel of an order that is filled, was cancelled earlier or never existed
    with one and the same text. Only a query shows which it is.

    Args:
        body (CancelOrderRequest): Names the order to cancel. Exactly one of `orderId` and
            `clientOrderID` must be given
            (`x-bingx-order-reference` on the operation says so as data).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelOrderResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
