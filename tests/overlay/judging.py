"""The way of an answer: gate, generated parser, order."""

import json

import pytest

from bingx_spot import CallError, Order
from bingx_spot.answers import Answer, vet
from bingx_spot.request import Call
from bingx_spot_api.models.cancel_order_response import CancelOrderResponse
from tests.overlay.samples import BY_ORDER_ID


def judged(body: str | bytes, status: int = 200, call: Call = BY_ORDER_ID) -> Order:
    """Take an answer the way it goes: gate, generated parser, order."""
    content = body if isinstance(body, bytes) else body.encode()
    answer = vet(call, Answer(status, {}, content))
    CancelOrderResponse.from_dict(json.loads(answer.body))
    return Order.from_data(answer.data(), answer)


def failure(body: str | bytes, status: int = 200, call: Call = BY_ORDER_ID) -> CallError:
    with pytest.raises(CallError) as failed:
        judged(body, status, call)
    assert failed.value.__context__ is None
    return failed.value
