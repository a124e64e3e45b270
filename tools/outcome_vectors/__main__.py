"""Write spec/vectors/outcome.json: `python -m tools.outcome_vectors`, or with `--check` compare it.

The endings are written by hand, from what the exchange is known to do; the SDK's decision core is played
against them, and nothing is written that it does not pass. It adds which rows of its table decided.
"""

import json
import logging
import sys
from pathlib import Path
from typing import Any

from bingx_spot.core.decisions import RULES
from bingx_spot.core.endings import ENDINGS
from tools.outcome_vectors.acts import LISTS, OTHER_ACTS
from tools.outcome_vectors.behaviours import BEGIN, TIMING
from tools.outcome_vectors.belief import UNBELIEVED
from tools.outcome_vectors.confirmed import CONFIRMED
from tools.outcome_vectors.doubts import AMBIGUOUS
from tools.outcome_vectors.lag import LATE
from tools.outcome_vectors.play import play
from tools.outcome_vectors.refusals import REFUSED
from tools.outcome_vectors.scenario import NOTES, Scenario, expanded
from tools.outcome_vectors.unlearnt import UNLEARNT
from tools.outcome_vectors.untouched import NOT_EXECUTED

TARGET = Path(__file__).resolve().parents[2] / "spec" / "vectors" / "outcome.json"
#: By group, what it is about.
GROUPS: dict[str, tuple[str, tuple[Scenario, ...]]] = {
    "confirmed": ("A success that is believed at once.", CONFIRMED),
    "unbelieved": ("A success that proves nothing: the order is asked about.", UNBELIEVED),
    "not-open": ("The cancel is refused, and a query tells what the order is.", REFUSED),
    "not-learnt": ("The cancel is refused, and no query tells what the order is.", UNLEARNT),
    "ambiguous": ("A request whose effect nobody knows.", AMBIGUOUS),
    "lag": ("The same with reads that are stale, and requests that are executed late.", LATE),
    "not-executed": ("A request that had no effect.", NOT_EXECUTED),
    "lists": ("One request about several orders.", LISTS),
    "other-acts": ("Operations that no query settles, and reads.", OTHER_ACTS),
}
#: Rows that no operation of the contract can meet.
UNMET = {"answer-in-doubt", "placed"}


class VectorsError(Exception):
    """Say why no vectors can be made."""


def main(arguments: list[str]) -> int:
    """Write outcome.json, or with `--check` compare it; the exit code is 0, 1 (failed) or 2 (usage)."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m tools.outcome_vectors [--check]", file=sys.stderr)
        return 2
    # What the core logs of each call is not about the vectors.
    logging.disable()
    try:
        text = vectors_text()
    except VectorsError as error:
        print(f"spec/vectors/outcome.json: {error}", file=sys.stderr)
        return 1
    if arguments != ["--check"]:
        TARGET.write_text(text, "utf-8")
    elif not TARGET.is_file() or TARGET.read_text("utf-8") != text:
        print("spec/vectors/outcome.json is out of date. Run `make vectors`.", file=sys.stderr)
        return 1
    return 0


def vectors_text() -> str:
    """Return the text of outcome.json; raise `VectorsError` if the SDK does not pass, or a row is missing."""
    groups: list[dict[str, Any]] = [
        {"id": name, "comment": comment, "tests": [_with_rows(expanded(one)) for one in scenarios]}
        for name, (comment, scenarios) in GROUPS.items()
    ]
    met = {row for group in groups for test in group["tests"] for row in test["rows"]}
    if missing := {rule.name for rule in (*RULES, *ENDINGS)} - met - UNMET:
        raise VectorsError(f"no scenario meets the rows {', '.join(sorted(missing))}")
    vectors = {
        "version": "1.0.0",
        "schema": "../schemas/outcome.schema.json",
        "numberOfTests": sum(len(group["tests"]) for group in groups),
        "notes": NOTES,
        "begin": BEGIN,
        "assumptions": {
            "readsLag": TIMING.reads_lag,
            "takesEffectWithin": TIMING.takes_effect_within,
            "visibleWithin": TIMING.visible_within,
            "clientOrderIdFoundFor": TIMING.client_order_id_found_for,
        },
        "rows": {rule.name: _row(rule) for rule in (*RULES, *ENDINGS) if rule.name in met},
        "groups": groups,
    }
    return json.dumps(vectors, ensure_ascii=False, indent=2) + "\n"


def _row(rule: Any) -> dict[str, str]:
    return {"known": rule.known, "does": rule.does, "reason": rule.reason}


def _with_rows(test: dict[str, Any]) -> dict[str, Any]:
    """Return a vector with the rows that decide; raise `VectorsError` if the SDK does not pass it."""
    wrongs, rows = play(test)
    if wrongs:
        raise VectorsError(f"{test['id']}: {'; '.join(wrongs)}")
    expected = test.pop("expected")
    return {**test, "rows": rows, "expected": expected}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
