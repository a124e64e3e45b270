"""A response on its path: response validation, generated parser, order."""

import json

import pytest

from bingx_spot import CallError, Order
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import validate_response
from bingx_spot.models import Response
from bingx_spot_api.models.cancel_order_response import CancelOrderResponse
from tests.support.samples import BY_ORDER_ID


def judged(body: str | bytes, status: int = 200, call: ApiCall = BY_ORDER_ID) -> Order:
    """Validate a response, parse it, and return the order."""
    content = body if isinstance(body, bytes) else body.encode()
    response = validate_response(call, Response(status, {}, content))
    CancelOrderResponse.from_dict(json.loads(response.body))
    return Order.from_data(response.data(), response)


def failure(body: str | bytes, status: int = 200, call: ApiCall = BY_ORDER_ID) -> CallError:
    with pytest.raises(CallError) as failed:
        judged(body, status, call)
    assert failed.value.__context__ is None
    return failed.value
