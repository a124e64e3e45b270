"""Rules: the lines of `spec/signing.md` that settle what a signature is.

The sandbox reads no contract, so the lines stand here once more; a test finds each of them on that page.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One line of the page.

    Attributes:
        place: Where it stands: the number of the rule, or the name of the trap.
        line: What it says.
    """

    place: str
    line: str

    def __str__(self) -> str:
        """Write it as a reference."""
        return f"spec/signing.md, {self.place}: “{self.line}”"


HEADER = Rule("introduction", "the API key travels in the header `X-BX-APIKEY`; the secret never travels")
TIMESTAMP = Rule("rule 1", "Add `timestamp`, the current Unix time in milliseconds.")
EACH_ATTEMPT = Rule("rule 1", "a signature that is left from an earlier attempt takes no part")
TEXT = Rule("rule 3", "Write each value as text. Text stays as it is.")
NUMBER = Rule("rule 3", "A number is written in plain decimal notation, never with an exponent")
BOOLEAN = Rule("rule 3", "A boolean is `true` or `false`.")
SORTED = Rule("rule 4", "Sort the keys by their ASCII codes and join `key=value` with `&`.")
RAW = Rule("rule 4", "Nothing is URL-encoded. This is the canonical string.")
DIGEST = Rule("rule 5", "Compute HMAC-SHA256 of its UTF-8 bytes; the key is the secret's UTF-8 bytes.")
TIME = Rule("section “Time”", "A `timestamp` that is too far from the exchange's own time is refused")
HEX = Rule("rule 5", "Write the digest in lower-case hex.")
SENT = Rule("rule 6", "Send, in one of three places")
JSON = Rule("rule 6", "one object with the keys sorted and `signature` as its last member")
ENCODED = Rule("rule 6", "the same pairs, now with each value percent-encoded as UTF-8")
ORDER = Rule("trap “Sorted keys”", "Sort keys, not pairs")
CAPITALS = Rule("trap “Sorted keys”", "By ASCII, so capitals come first")
MILLISECONDS = Rule("trap “Milliseconds”", "A timestamp in seconds is a moment of January 1970")
WHOLE_FLOAT = Rule("trap “Whole floats”", "`5000.0` is signed and sent as `5000`")
LOWER_CASE = Rule("trap “Lower-case hex”", "64 characters; neither base64 nor capitals.")
DIGITS = Rule("trap “19-digit ids”", "A JSON reader or writer that uses doubles changes the last digits")
ORDER_SENT = Rule("trap “JSON against query”", "a query string is verified in the order in which it was sent")
ONE_PLACE = Rule(
    "trap “JSON against query”", "All parameters, `timestamp` and `signature` included, go in the same place."
)

RULES: tuple[Rule, ...] = tuple(value for value in vars().copy().values() if isinstance(value, Rule))
"""Every one of them."""
