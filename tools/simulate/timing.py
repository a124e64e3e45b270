"""What the modelled exchange promises about time and rates, in seconds."""

from bingx_spot_api.contract import BY_ID, Operation, Timing

_CANCEL, _QUERY = BY_ID["cancelOrder"], BY_ID["queryOrder"]


def _timing(operation: Operation) -> Timing:
    assert operation.timing is not None
    return operation.timing


def _requests_a_second(operation: Operation) -> int:
    assert operation.uid_limit is not None
    assert operation.uid_limit.seconds == 1
    return operation.uid_limit.requests


#: How old the state that a query states may be.
READS_LAG = _timing(_CANCEL).reads_lag
#: How long after timestamp + recvWindow a request may still take effect.
TAKES_EFFECT_WITHIN = _timing(_CANCEL).takes_effect_within
#: How soon after it was placed an order is found by its id.
VISIBLE_WITHIN = _timing(_CANCEL).visible_within
#: How long after it was placed an order is found by its client order id.
CLIENT_ORDER_ID_FOUND_FOR = _timing(_CANCEL).client_order_id_found_for
#: Requests in one second, by operation: the documented limits of an account.
REQUESTS_A_SECOND = {"cancel": _requests_a_second(_CANCEL), "query": _requests_a_second(_QUERY)}
# The contract has what follows in prose only.
#: How long a request is valid after its timestamp where it does not say.
RECV_WINDOW = 5.0
#: How long a request may be on its way for the driver's limits to hold: it cannot know of later ones.
ARRIVES_WITHIN = 5.0
#: The longest lock that the exchange documents.
LONGEST_LOCK = 300.0
#: So many equal errors within so many seconds lock an endpoint.
EQUAL_ERRORS, EQUAL_ERRORS_WITHIN = 20, 480.0
#: The exchange's clock when a call begins, in Unix milliseconds.
BEGIN_MS = 1_700_000_000_000
