"""The way of an answer: gate, generated parser, order."""

import json

import pytest

from bingx_spot import CallError, Order
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import validate_response
from bingx_spot.models import Response
from bingx_spot_api.models.cancel_order_response import CancelOrderResponse
from tests.support.samples import BY_ORDER_ID


def judged(body: str | bytes, status: int = 200, call: ApiCall = BY_ORDER_ID) -> Order:
    """Take an answer the way it goes: gate, generated parser, order."""
    content = body if isinstance(body, bytes) else body.encode()
    answer = validate_response(call, Response(status, {}, content))
    CancelOrderResponse.from_dict(json.loads(answer.body))
    return Order.from_data(answer.data(), answer)


def failure(body: str | bytes, status: int = 200, call: ApiCall = BY_ORDER_ID) -> CallError:
    with pytest.raises(CallError) as failed:
        judged(body, status, call)
    assert failed.value.__context__ is None
    return failed.value
