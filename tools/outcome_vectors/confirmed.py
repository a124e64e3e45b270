"""Successes that are believed at once."""

from tools.outcome_vectors.behaviours import (
    CANCELED,
    CLIENT_ID,
    ORDER_ID,
    order,
)
from tools.outcome_vectors.scenario import (
    BY_CLIENT_ID,
    THE_CANCELED,
    Scenario,
)

CONFIRMED = (
    Scenario(
        "canceled-and-almost-executed",
        "What is left is less than a double can tell.",
        "Belief",
        (order("CANCELED", origQty="1", executedQty="0.999999999999999999"),),
        "c",
        "canceled",
    ),
    Scenario(
        "canceled",
        "The answer names the order and says CANCELED.",
        "Belief",
        (CANCELED,),
        "c",
        "canceled",
        expected={"order": THE_CANCELED},
    ),
    Scenario("canceled-two-l", "The other spelling.", "Belief", (order("CANCELLED"),), "c", "canceled"),
    Scenario(
        "canceled-in-other-case",
        "White space and case do not count.",
        "Belief",
        (order(" Canceled "),),
        "c",
        "canceled",
    ),
    Scenario(
        "code-as-text",
        "The code is a text, and the order in `data` is the proof.",
        "Belief",
        (order("CANCELED", code="0"),),
        "c",
        "canceled",
    ),
    Scenario(
        "id-as-text",
        "The id is a text, its digits exact.",
        "Belief IdAsText",
        (order("CANCELED", orderId=str(ORDER_ID)),),
        "c",
        "canceled",
        expected={"order": THE_CANCELED},
    ),
    Scenario(
        "canceled-by-client-id",
        "The answer repeats the client order id.",
        "Belief ClientOrderId",
        (order("CANCELED", clientOrderID=CLIENT_ID),),
        "c",
        "canceled",
        parameters=BY_CLIENT_ID,
    ),
)
