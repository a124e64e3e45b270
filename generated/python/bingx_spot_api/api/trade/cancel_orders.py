# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...models.cancel_orders_request import CancelOrdersRequest
from ...models.cancel_orders_response import CancelOrdersResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import ReceivedResponse, SupportsRequests

_OK = HTTPStatus.OK


def _get_kwargs(
    *,
    body: CancelOrdersRequest,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/openApi/spot/v1/trade/cancelOrders",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: SupportsRequests, response: ReceivedResponse) -> CancelOrdersResponse | None:
    if response.status_code == 200:
        response_200 = CancelOrdersResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: SupportsRequests, response: ReceivedResponse
) -> Response[CancelOrdersResponse]:
    return Response(
        status_code=_OK if response.status_code == 200 else HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: SupportsRequests,
    body: CancelOrdersRequest,
) -> Response[CancelOrdersResponse]:
    """Cancel several orders of one pair

     Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses
    the whole
    request; with 1 the others are cancelled, and `fails` says which were not.

    Args:
        body (CancelOrdersRequest): The orders to cancel, all of one pair. Exactly one of
            `orderIds` and `clientOrderIDs` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelOrdersResponse]
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
    body: CancelOrdersRequest,
) -> CancelOrdersResponse | None:
    """Cancel several orders of one pair

     Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses
    the whole
    request; with 1 the others are cancelled, and `fails` says which were not.

    Args:
        body (CancelOrdersRequest): The orders to cancel, all of one pair. Exactly one of
            `orderIds` and `clientOrderIDs` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelOrdersResponse
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: SupportsRequests,
    body: CancelOrdersRequest,
) -> Response[CancelOrdersResponse]:
    """Cancel several orders of one pair

     Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses
    the whole
    request; with 1 the others are cancelled, and `fails` says which were not.

    Args:
        body (CancelOrdersRequest): The orders to cancel, all of one pair. Exactly one of
            `orderIds` and `clientOrderIDs` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[CancelOrdersResponse]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: SupportsRequests,
    body: CancelOrdersRequest,
) -> CancelOrdersResponse | None:
    """Cancel several orders of one pair

     Cancels the orders with these ids. With `process` 0, the default, one id that is not open refuses
    the whole
    request; with 1 the others are cancelled, and `fails` says which were not.

    Args:
        body (CancelOrdersRequest): The orders to cancel, all of one pair. Exactly one of
            `orderIds` and `clientOrderIDs` is given.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        CancelOrdersResponse
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
