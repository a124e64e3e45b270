"""Journals for tests, and the rows that are imported into them."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.journal import Journal

API_KEY = "planted-api-key-7f3a9c"
BASE_URL = "http://127.0.0.1:8642"


def rows(count: int, first: int = 1) -> list[Row]:
    """Return rows of orders with the ids from `first` on."""
    return [Row(line + 1, CancelRequest("BTC-USDT", order_id=line)) for line in range(first, first + count)]


def new_journal(
    path: Path | None, imported: Iterable[Row | BadRow], environment: str = BASE_URL, api_key: str = API_KEY
) -> Journal:
    """Return a journal, at a path or a temporary one, with these rows."""
    journal = Journal.temporary() if path is None else Journal.open(path)
    with journal.create(environment, api_key):
        assert list(journal.import_rows(imported)) == []
    return journal


def flip_order_id(path: Path, order_id: int) -> None:
    """Change the order id of a row, as a damaged disk does: its checksum stays as it was."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE orders SET order_id = order_id + 4096 WHERE order_id = ?", (order_id,))
        database.commit()
