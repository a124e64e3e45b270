"""Say what a run would do, and how long that would take."""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from math import ceil
from pathlib import Path

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.rows import Rows
from bingx_spot.bulk.store import NoOrders
from bingx_spot.cli.output import duration, print_json, print_table
from bingx_spot.cli.run_intake import Intake, take_in
from bingx_spot.credentials import Credentials
from bingx_spot.errors import CredentialsError
from bingx_spot_api.contract import BY_ID


def show_plan(
    path: Path | None, rows: Rows | None, environment: str, *, skip_bad: bool, as_json: bool
) -> None:
    """Print what a run would do; nothing is sent, and no journal is made or changed.

    Args:
        path: Where the journal would be, or None.
        rows: The input, or None to look at what the journal has.
        environment: The origin that requests would go to.
        skip_bad: Whether rows that cannot be sent are left out.
        as_json: Whether it is for a program.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or is another run's.
    """
    journal, api_key = _journal(path), _api_key()
    intake = Intake()
    if not journal.is_new and api_key:
        journal.check(environment, api_key)
    with journal.filling(environment, api_key) if journal.is_new else nullcontext():
        if rows is not None:
            intake = take_in(journal, rows, skip_bad=skip_bad)
    plan = _plan(journal, environment, intake)
    journal.close()
    if as_json:
        print_json(plan)
    else:
        print_table("Dry run: nothing was sent", "cyan", _in_words(plan))


def _journal(path: Path | None) -> Journal:
    """Return the journal to look at, or an empty one where there is none to go on with."""
    if path is not None and path.exists():
        with suppress(NoOrders):
            return Journal.reading(path)
    return Journal.temporary()


def _api_key() -> str:
    # A dry run needs no keys; where there are some, they must be those of the journal.
    try:
        return Credentials.from_env().api_key
    except CredentialsError:
        return ""


def _plan(journal: Journal, environment: str, intake: Intake) -> dict[str, object]:
    counts = journal.counts()
    due = counts.left + counts.unknown
    rate = BY_ID["cancelOrder"].uid_limit
    return {
        "orders": due,
        "inDoubt": counts.unknown,
        "done": counts.total - due,
        "duplicates": intake.duplicates,
        "badRows": intake.bad,
        # The first ones go at once.
        "seconds": max(ceil(due / rate.requests) - 1, 0) * rate.seconds if rate else None,
        "requestsPerSecond": rate.requests / rate.seconds if rate else None,
        "url": environment + BY_ID["cancelOrder"].path,
    }


def _in_words(plan: Mapping[str, object]) -> dict[str, object]:
    seconds, rate = plan["seconds"], plan["requestsPerSecond"]
    doubt = f"{plan['inDoubt']:,}: perhaps cancelled already, and asked for first"
    return {
        "orders to cancel": f"{plan['orders']:,}",
        "of these in doubt": doubt if plan["inDoubt"] else None,
        "done already": f"{plan['done']:,}" if plan["done"] else None,
        "named again": f"{plan['duplicates']:,}" if plan["duplicates"] else None,
        "bad rows left out": f"{plan['badRows']:,}" if plan["badRows"] else None,
        "time it takes": f"{duration(float(str(seconds)))}, at {rate:g} a second",
        "each one": f"POST {plan['url']}",
    }
