"""What the modelled exchange promises about time, in seconds: the numbers of `x-bingx-outcome`'s `timing`."""

#: How old the state that a query states may be.
READS_LAG = 20.0
#: How long after timestamp + recvWindow a request may still take effect.
TAKES_EFFECT_WITHIN = 5.0
#: How soon after it was placed an order is found by its id.
VISIBLE_WITHIN = 2.0
#: How long after it was placed an order is found by its client order id.
CLIENT_ORDER_ID_FOUND_FOR = 7200.0
#: How long a request is valid after its timestamp where it does not say.
RECV_WINDOW = 5.0
#: The longest lock that the exchange documents.
LONGEST_LOCK = 300.0
#: Requests in one second, by operation: the documented limits of a UID.
REQUESTS_A_SECOND = {"cancel": 5, "query": 10}
#: So many equal errors within so many seconds lock an endpoint.
EQUAL_ERRORS, EQUAL_ERRORS_WITHIN = 20, 480.0
#: The exchange's clock when a call begins, in Unix milliseconds.
BEGIN_MS = 1_700_000_000_000
