"""The view: what the page shows of an exchange, small enough to be sent again with every change."""

from __future__ import annotations

import json

from bingx_sandbox.accounts import mask
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.journal import RequestRecord
from bingx_sandbox.order import Order

SHOWN_ORDERS = 60
"""How many orders are shown: those that were changed last, in the order in which they were placed."""

SHOWN_REQUESTS = 60
"""How many requests are shown: the last ones."""

_SHORT = ("number", "receivedAt", "method", "path", "placement", "code", "msg", "fault", "limit", "executed")


class View:
    """Looks at an exchange.

    Args:
        exchange: The exchange.
    """

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._seen = -1
        self._shown: dict[str, object] = {}

    def written(self) -> dict[str, object]:
        """Write what there is to be seen. Order ids are texts: the page's numbers are doubles."""
        exchange = self._exchange
        limits = exchange.limits
        now = exchange.clock()
        return {
            "now": now,
            "accounts": [
                {"uid": account.uid, "keys": [mask(key.api_key) for key in account.keys]}
                for account in exchange.accounts
            ],
            **self._book(),
            "requests": [_short(record) for record in exchange.journal.latest(SHOWN_REQUESTS)],
            "faults": [_rule(rule) for rule in exchange.faults.written()],
            "limits": {
                **limits.scale.written(),
                "refused": exchange.refused(),
                "counted": limits.counted(),
                "lockedOut": limits.lock_outs(now),
            },
        }

    def _book(self) -> dict[str, object]:
        book = self._exchange.book
        revision = book.revision
        if revision != self._seen:
            latest = reversed(book.last_changed(SHOWN_ORDERS))
            self._shown = {"orders": [_order(order) for order in latest], "counts": book.counts()}
            self._seen = revision
        return self._shown


def fingerprint(written: dict[str, object]) -> str:
    """Tell two views apart that show something different; that time goes by is nothing to be shown."""
    limits = dict(written["limits"])  # type: ignore[call-overload]  # an object of the view's own
    limits["lockedOut"] = [{**lock, "until": None} for lock in limits["lockedOut"]]
    return json.dumps({**written, "limits": limits, "now": None})


def _order(order: Order) -> dict[str, object]:
    return {**order.written(), "orderId": str(order.order_id), "open": order.is_open}


def _short(record: RequestRecord) -> dict[str, object]:
    short = {name: record.get(name) for name in _SHORT}
    if "diagnosis" not in record:
        return {**short, "mistakes": [], "words": ""}
    diagnosis = record["diagnosis"]
    words = " ".join(mistake["words"] for mistake in diagnosis["mistakes"])
    # Without a mistake that explains it the doctor says that, and what is left to look at.
    return {
        **short,
        "mistakes": [mistake["mistake"] for mistake in diagnosis["mistakes"]],
        "words": words or diagnosis["words"],
    }


def _rule(rule: dict[str, object]) -> dict[str, object]:
    """Write a rule as text, but for what the page itself reads."""
    given = {name: value for name, value in rule.items() if name != "acted"}
    return {"fault": rule["fault"], "acted": rule["acted"], "text": json.dumps(given, ensure_ascii=False)}
