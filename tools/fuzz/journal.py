"""Journals whose bytes are flipped, cut or overwritten: no wrong cancel, and no order lost without a word.

`python -m tools.fuzz.journal 60` damages journals for a minute. A failure names its seed, which repeats it.
"""

import json
import random
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bingx_spot import CancelOutcome, CancelRequest, CancelResult, ErrorDetails, Order, Response
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import JournalRow
from bingx_spot.exceptions import OrderNotFound, OutcomeUnknown, StillOpen

ORDERS = 40
_USUAL_CASES = 8_000
_WAL = "-wal"
_ORDER = {
    "symbol": "BTC-USDT",
    "orderId": 1735964079647111281,
    "clientOrderID": "",
    "side": "BUY",
    "type": "LIMIT",
    "status": "CANCELED",
    "price": "1",
    "origQty": "1",
    "executedQty": "0",
    "cummulativeQuoteQty": "0",
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A journal as a run has left it.

    Args:
        files: The content of its files, by what follows its name.
        rows: Its rows, by line.
        last: The row of the last two transactions, before and between them; the write-ahead log may be all
            that has these.
    """

    files: dict[str, bytes]
    rows: dict[int, JournalRow]
    last: tuple[JournalRow, JournalRow]


def _requests() -> list[Row]:
    named = [CancelRequest("BTC-USDT", client_order_id=f"bot_{number:04}") for number in range(ORDERS // 2)]
    first = 1735964079647111281
    numbered = [
        CancelRequest("MØTH-USDT", order_id=first + 7 * number, recv_window=[None, 5000, 50.5][number % 3])
        for number in range(ORDERS // 2)
    ]
    pairs = zip(named, numbered, strict=True)
    return [Row(line, request) for line, request in enumerate((each for pair in pairs for each in pair), 2)]


def _result(number: int) -> CancelResult:
    order = Order.from_data({**_ORDER, "orderId": 42 + number}, Response(200, {}, b""))
    details = ErrorDetails("no response in time", code=100400, hint="Query it." * 9, order_id=77 + number)
    error = [StillOpen(details, order), OutcomeUnknown(details), OrderNotFound(details)][number % 3]
    if number % 2:
        return CancelResult(position=0, item=None, outcome=CancelOutcome.CANCELLED, order=order)
    return CancelResult.from_error(0, None, None, error)


def samples(folder: Path) -> list[Sample]:
    """Return journals of three runs: ended, killed, and killed before the last transaction was merged."""
    return [_sample(folder / how, how) for how in ("closed", "killed", "killed-unmerged")]


def _sample(path: Path, how: str) -> Sample:
    with closing(Journal.open(path)) as journal:
        with journal.create("http://127.0.0.1:8642", "key"):
            assert list(journal.import_rows(_requests())) == []
        pending = journal.pending()
        for number in range(ORDERS // 2):
            journal.record(next(pending).line, _result(number))
        if how == "killed-unmerged":
            journal.run("PRAGMA wal_autocheckpoint=0")
        before = next(journal.rows(["waiting"]))
        item = next(pending)
        last = (before, before.begun(next(journal.rows(["in_flight"])).started_at or 0))
        journal.record(item.line, _result(1))
        rows = {row.line: row for row in journal.rows()}
        if how != "closed":
            return Sample(
                {"": path.read_bytes(), _WAL: path.with_name(path.name + _WAL).read_bytes()}, rows, last
            )
    return Sample({"": path.read_bytes()}, rows, last)


def _flip(content: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 1, 1, 2, 8))):
        content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)


def _overwrite(content: bytearray, dice: random.Random) -> None:
    place, length = dice.randrange(len(content)), dice.choice((1, 2, 8, 64, 512, 4096))
    length = min(length, len(content) - place)
    content[place : place + length] = dice.choice((bytes(length), dice.randbytes(length)))


def _cut_end(content: bytearray, dice: random.Random) -> None:
    del content[dice.choice((dice.randrange(len(content)), dice.randrange(len(content) // 512) * 512)) :]


def _cut_out(content: bytearray, dice: random.Random) -> None:
    place = dice.randrange(len(content))
    del content[place : place + dice.choice((1, 2, 24, 512, 4096))]


_DAMAGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _flip,
    _overwrite,
    _cut_end,
    _cut_out,
)


def try_damage(sample: Sample, seed: int, path: Path) -> str:
    """Damage a journal, let a run go on with it, and return what was said of the damage.

    Raises:
        AssertionError: The run sent what was not asked for, or lost an order without a word.
    """
    dice = random.Random(seed)
    for suffix in ("", _WAL, "-shm", "-journal", "-lock"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    hit = dice.choice(list(sample.files))
    for suffix, whole in sample.files.items():
        content = bytearray(whole)
        if suffix == hit:
            dice.choice(_DAMAGES)(content, dice)
        path.with_name(path.name + suffix).write_bytes(content)
        path.with_name(path.name + suffix).chmod(0o600)
    _read(path)
    sent: list[tuple[int, dict[str, object]]] = []
    said = ""
    rows: dict[int, JournalRow] = {}
    try:
        with closing(Journal.open(path)) as journal:
            if journal.is_new:
                assert not path.stat().st_size
                return "empty"
            journal.check()
            rows = {row.line: row for row in journal.rows()}
            journal.recover()
            sent += [(item.line, item.parameters()) for item in journal.pending()]
            if damaged := journal.damaged_lines():
                said = f"{len(damaged)} rows"
    except JournalError as error:
        said = str(error)
    _check(sample, rows, sent, said)
    return said


def _check(
    sample: Sample, rows: dict[int, JournalRow], sent: list[tuple[int, dict[str, object]]], said: str
) -> None:
    allowed = {line: [row] for line, row in sample.rows.items()}
    # What only the log has is lost with the log: as if the run had been killed a moment before.
    allowed[sample.last[0].line] += sample.last
    for line, parameters in sent:
        befores = allowed.get(line, [])
        assert any(
            parameters == row.pending().parameters() and row.state != "cancelled" for row in befores
        ), f"line {line} was sent as {parameters}"
    assert len(set(map(str, sent))) == len(sent), "an order was sent twice"
    if not said:
        assert rows.keys() == sample.rows.keys(), "orders were lost without a word"
        for line, row in rows.items():
            assert row in allowed[line], f"line {line} changed without a word"


def _read(path: Path) -> None:
    try:
        with closing(Journal.open_readonly(path)) as journal:
            journal.inspect()
            for row in journal.rows():
                json.dumps(row.to_dict())
            journal.counts()
    except JournalError:
        pass


def run(seeds: range, *, until: float = float("inf")) -> int:
    """Try each seed until a time of the monotonic clock, and return how many were tried."""
    # In memory, where there is such a folder: most of the time would go into waiting for the disk.
    memory = Path("/dev/shm")  # noqa: S108 - only to look whether it exists
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        found = samples(Path(name))
        for tried, seed in enumerate(seeds):
            if time.monotonic() > until:
                return tried
            try:
                try_damage(found[seed % len(found)], seed, Path(name) / "orders.journal")
            except Exception as error:
                error.add_note(f"seed {seed}")
                raise
    return len(seeds)


def main(seconds: float | None, seed: int | None = None) -> int:
    """Damage journals for so many seconds, print how many, and return 1 where one was not noticed.

    Args:
        seconds: How long to go on; `None` for a number of journals that is the same on every machine.
        seed: The first seed; random if not given.
    """
    first = random.SystemRandom().randrange(2**40) if seed is None else seed
    try:
        if seconds is None:
            tried = run(range(first, first + _USUAL_CASES))
        else:
            tried = run(range(first, sys.maxsize), until=time.monotonic() + seconds)
    except Exception:  # noqa: BLE001 - whatever it is, it is what was looked for
        traceback.print_exc()
        return 1
    print(f"journal: {tried:,} damaged journals, no wrong cancel, no order lost without a word")
    return 0


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 60))
