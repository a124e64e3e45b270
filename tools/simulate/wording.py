"""What the exchange says: every response of the model, with what its words prove.

Texts and codes are those of the exchange's pages and of public bug reports.
"""

from dataclasses import dataclass, field
from random import Random
from time import gmtime, strftime

from tools.simulate.world import CANCELED, FAILED, FILLED, OPEN, ORIGINAL, Order

SYMBOL = "BTC-USDT"
OK = 200
GONE = (
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify",
    "order not exist",
    "order does not exist",
    "the order is FILLED or CANCELLED already before, or is not a valid order id ,please verify"
    ", NoRetry, RemoteInfo(100404,RetErr), ",
    "order not found",
    "the order has been filled or cancelled, order is closed",
)
GONE_CODES = (100404, 100400, 100421, 80016, 109421)
NOT_FOUND = (
    (100204, "data not found"),
    (100404, "order not exist"),
    (80016, "order does not exist"),
    (100400, "no such order"),
)
BUSY = "The current system is busy, please try again later"
#: Refusals for certain: the request was not executed and will not be. Code 0: the body is a page.
REFUSALS: tuple[tuple[int, int, str], ...] = (
    (200, 100001, "Signature verification failed"),
    (200, 100004, "Permission denied as the API key was created without the permission"),
    (200, 100202, "insufficient balance"),
    (200, 100413, "Incorrect apiKey"),
    (200, 100414, "the account is under risk control"),
    (200, 100419, "your current request IP does not match IP whitelist"),
    (200, 100421, "This pair is currently restricted from API trading"),
    (200, 100440, "price protection"),
    (200, 100441, "the account is abnormal"),
    (200, 100490, "the pair is offline"),
    (200, 109403, "risk control refuses the request"),
    (200, 101402, "the account may not trade this pair"),
    (200, 100400, "this api is not exist"),
    (200, 100400, "invalid parameter"),
    (401, 0, "Unauthorized"),
    (404, 0, "Not Found"),
    (400, 0, "Bad Request"),
    (405, 0, "Method Not Allowed"),
    (200, 401, "Unauthorized"),
    (200, 100421, "Copy trading users are prohibited from using the API"),
)
#: Ambiguous: they do not say whether the request was or will be executed. Code -1: an empty body.
AMBIGUOUS: tuple[tuple[int, int, str], ...] = (
    (504, 0, "Gateway Time-out"),
    (504, -1, ""),
    (520, 0, "Web server is returning an unknown error"),
    (524, 0, "A timeout occurred"),
    (530, 0, "Origin DNS error"),
    (500, 0, "Internal Server Error"),
    (502, 0, "Bad Gateway"),
    (503, 0, "Service Unavailable"),
    (408, 0, "Request Timeout"),
    (202, -1, ""),
    (202, 0, "Accepted"),
    (200, -1, ""),
    (200, 0, "Checking your browser"),
    (200, 100500, BUSY),
    (200, 100503, "unavailable"),
    (500, 100500, "internal error"),
    (200, 100202, BUSY),
    (200, 100421, BUSY),
    (200, 100400, BUSY),
    (
        200,
        100500,
        f"order open error:{BUSY}, and the previous cancel order request result:false, order not exist",
    ),
    (200, 80019, "the order is being processed, please try again later"),
    (200, 109423, "the order is being processed"),
    (200, 109424, "the order is being processed"),
    (200, 109500, "busy"),
    (200, 100202, "System is under maintenance, please wait"),
    (200, 101402, "context deadline exceeded"),
    (200, 109400, "The order is processing, please wait"),
    (200, 123456, "a code that no page lists"),
)
#: Words of a success that are not CANCELED; for some the order is open, for some it will be cancelled soon.
ODD_WORDS = (
    "PENDING_CANCEL",
    "CANCELING",
    "WORKING",
    "OPEN",
    "TRIGGERED",
    "NEW",
    "PENDING",
    "NOT_CANCELED",
    "",
    "N\u0415W",
    "REJECTED",
    "EXPIRED",
    "FAILED",
)
CANCELED_WORDS = ("CANCELED", "CANCELED", "CANCELED", "CANCELLED", "Canceled", "CANCELED ", "cancelled")
#: How an order states its client order id, for a request by that id. The first two name it exactly.
CLIENT_ID_FORMS = ("exact", "exact", "exact", "absent", "empty", "renamed", "upper")


@dataclass(slots=True)
class Reply:
    """A response, and what it says to somebody who knows the three principles.

    Attributes:
        status: The HTTP status.
        body: The body.
        text: The response in a few words, for the timeline.
        code: The error code, or 0.
        certain: Whether it says for certain what became of its own request: done, refused, not open.
        proves: The final state that it proves of the order that it names, or nothing.
        names: The order id in the data of a success, or None.
        names_otherwise: Whether it does not state the client order id as the request did.
        says_open: Whether it is a query's believable response that says open.
        not_open: Whether it says that no open order, or no order at all, is found.
        locks: For how long it forbids further requests, as far as the driver can know, in seconds; or 0.
        locks_all: Whether it forbids requests of every operation.
        allows: How many more requests of this operation it allows in this second, or None.
        headers: Names in lower case.
    """

    status: int
    body: bytes
    text: str
    code: int = 0
    certain: bool = False
    proves: str = ""
    names: int | None = None
    names_otherwise: bool = False
    says_open: bool = False
    not_open: bool = False
    locks: float = 0.0
    locks_all: bool = False
    allows: int | None = None
    headers: dict[str, str] = field(default_factory=dict)


_dates: dict[int, str] = {}


def date_header(clock_ms: int) -> str:
    """Return the header `Date` for a time in Unix milliseconds."""
    second = clock_ms // 1000
    text = _dates.get(second)
    if text is None:
        text = _dates[second] = strftime("%a, %d %b %Y %H:%M:%S GMT", gmtime(second))
    return text


def error(status: int, code: int, message: str, *, timestamp: int | None = None) -> Reply:
    """Return an error; a code of 0 makes a page of HTML, of -1 an empty body."""
    if code == 0:
        return Reply(status, f"<html><title>{message}</title></html>".encode(), f"HTTP {status} page")
    if code < 0:
        return Reply(status, b"", f"HTTP {status}, empty")
    more = "" if timestamp is None else f',"timestamp":{timestamp}'
    body = f'{{"code":{code},"msg":"{message}"{more}}}'.encode()
    return Reply(
        status,
        body,
        f"{code} {message[:46]!r}" if status == OK else f"HTTP {status}, {code} {message[:30]!r}",
        code,
    )


def refusal(dice: Random) -> Reply:
    """Return a refusal after which the request is not executed for certain."""
    status, code, message = dice.choice(REFUSALS)
    reply = error(status, code, message)
    reply.certain = True
    return reply


def ambiguous(dice: Random) -> Reply:
    """Return what tells nothing about the request."""
    return error(*dice.choice(AMBIGUOUS))


def gone(dice: Random, order: Order | None) -> Reply:
    """Return the write path's word for an order that is closed, or for None, which it does not find."""
    if order is not None and dice.random() < 0.1:
        text = f"the orderId:{order.order_id} order status :{order.status},can not delete, please verify"
        reply = error(200, 100400, text)
    else:
        reply = error(200, dice.choice(GONE_CODES), dice.choice(GONE))
    reply.certain = reply.not_open = True
    return reply


def not_found(dice: Random) -> Reply:
    """Return a query's word for an order that it does not find."""
    reply = error(200, *dice.choice(NOT_FOUND))
    reply.not_open = True
    return reply


def order_body(order: Order, status: str, executed: str, form: str, *, code: str = "0") -> bytes:
    """Return a success with the order in its data.

    Args:
        order: The order.
        status: The word for its status.
        executed: The executed quantity.
        form: How the client order id is stated, a word of `CLIENT_ID_FORMS`; nothing to leave it out.
        code: The code, a number or a text of JSON.
    """
    data = (
        f'"symbol":"{SYMBOL}","orderId":{order.order_id},"price":"0.1532","stopPrice":"0.1532",'
        f'"origQty":"{ORIGINAL}","executedQty":"{executed}","cummulativeQuoteQty":"0","status":"{status}",'
        f'"type":"LIMIT","side":"SELL"{_client_id(order, form)}'
    )
    return f'{{"code":{code},"msg":"","debugMsg":"","data":{{{data}}}}}'.encode()


def _client_id(order: Order, form: str) -> str:
    if not order.client_id or form in ("absent", ""):
        return ""
    if form == "renamed":
        return f',"origClientOrderId":"{order.client_id}"'
    named = {"empty": "", "upper": order.client_id.upper()}.get(form, order.client_id)
    return f',"clientOrderID":"{named}"'


def stated(
    order: Order, status: str, executed: str, dice: Random, *, by_client_id: bool, query: bool
) -> Reply:
    """Return a success that states the order, and what it proves.

    Args:
        order: The order.
        status: The truth, or a word that stands for something else.
        executed: The executed quantity.
        dice: What decides between spellings.
        by_client_id: Whether the request named the order by its client order id.
        query: Whether a query is answered.
    """
    word = dice.choice(CANCELED_WORDS) if status == CANCELED else status
    # A query is where every client looks; odd forms of ids and codes were met in answers to cancels.
    plain = query or dice.random() < 0.6
    form = "exact" if plain else dice.choice(CLIENT_ID_FORMS)
    if query and by_client_id and dice.random() < 0.1:
        form = "absent"
    code = "0" if plain or dice.random() < 0.9 else '"0"'
    reply = Reply(200, order_body(order, word, executed, form, code=code), f"{order.order_id} {word!r}")
    reply.names = order.order_id
    if by_client_id and form != "exact":
        reply.text += f" with the client id {form}"
        # A query has looked the order up by that id, so it need not repeat it.
        reply.names_otherwise = not (query and form == "absent")
        if reply.names_otherwise:
            return reply
    if status in OPEN and query:
        reply.says_open = True
    elif status == CANCELED and executed == ORIGINAL:
        reply.text += " all executed"
    elif status in (CANCELED, FILLED) or status in FAILED:
        reply.proves = status
    if not query:
        reply.certain = reply.proves == CANCELED
    return reply


def odd(order: Order, word: str, dice: Random, *, by_client_id: bool) -> Reply:
    """Return the success of a cancel with a word that proves nothing, or that something contradicts."""
    reply = stated(order, word, order.executed, dice, by_client_id=by_client_id, query=False)
    reply.proves, reply.certain = "", False
    return reply


def another_order(order: Order) -> Reply:
    """Return a success that speaks of another order: the response to somebody else's request."""
    other = Order(order.order_id + 77, "somebody_else", order.placed, order.found)
    body = order_body(other, CANCELED, "0", "exact")
    return Reply(200, body, "CANCELED for another order")


def nothing_done() -> Reply:
    """Return a code of 0 without an order."""
    return Reply(200, b'{"code":0,"msg":"lock fail, try again later","data":{}}', "code 0 without an order")


def cut(reply: Reply) -> Reply:
    """Return a response of which the end is missing."""
    short = Reply(
        reply.status, reply.body[: len(reply.body) // 2], f"cut: {reply.text}", headers=reply.headers
    )
    # Of a page only the status counts.
    short.certain = reply.certain and reply.body[:1] != b"{"
    short.locks, short.locks_all = reply.locks if short.certain else 0.0, reply.locks_all
    short.allows = reply.allows
    return short
