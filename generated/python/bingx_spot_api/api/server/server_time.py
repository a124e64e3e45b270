# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ... import errors
from ...models.server_time_response import ServerTimeResponse
from ...types import Response

if TYPE_CHECKING:
    from ...client import ReceivedResponse, SupportsRequests

_OK = HTTPStatus.OK


def _get_kwargs() -> dict[str, Any]:

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/openApi/swap/v2/server/time",
    }

    return _kwargs


def _parse_response(*, client: SupportsRequests, response: ReceivedResponse) -> ServerTimeResponse | None:
    if response.status_code == 200:
        response_200 = ServerTimeResponse.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: SupportsRequests, response: ReceivedResponse) -> Response[ServerTimeResponse]:
    return Response(
        status_code=_OK if response.status_code == 200 else HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: SupportsRequests,
) -> Response[ServerTimeResponse]:
    """Get the exchange's time

     Returns the exchange's time. Public, and the same for spot and futures.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ServerTimeResponse]
    """

    kwargs = _get_kwargs()

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: SupportsRequests,
) -> ServerTimeResponse | None:
    """Get the exchange's time

     Returns the exchange's time. Public, and the same for spot and futures.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ServerTimeResponse
    """

    return sync_detailed(
        client=client,
    ).parsed


async def asyncio_detailed(
    *,
    client: SupportsRequests,
) -> Response[ServerTimeResponse]:
    """Get the exchange's time

     Returns the exchange's time. Public, and the same for spot and futures.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[ServerTimeResponse]
    """

    kwargs = _get_kwargs()

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: SupportsRequests,
) -> ServerTimeResponse | None:
    """Get the exchange's time

     Returns the exchange's time. Public, and the same for spot and futures.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        ServerTimeResponse
    """

    return (
        await asyncio_detailed(
            client=client,
        )
    ).parsed
