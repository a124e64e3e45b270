"""The usual mistakes in signing, in words, each with the rule of `spec/signing.md` that it violates.

The sandbox does not read the specification, so its lines are repeated here; a test finds each of them on
that page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 200


@dataclass(frozen=True)
class Rule:
    """One line of `spec/signing.md`.

    Attributes:
        place: Where it is on the page: the number of the rule, or the name of the trap.
        line: Its text.
    """

    place: str
    line: str

    def __str__(self) -> str:
        """Return it as a reference."""
        return f"spec/signing.md, {self.place}: “{self.line}”"


HEADER = Rule("introduction", "the API key in the header `X-BX-APIKEY`. It never sends the secret.")
TIMESTAMP = Rule("rule 1", "Add `timestamp`, the current Unix time in milliseconds.")
EACH_ATTEMPT = Rule("rule 1", "the signature of an earlier attempt is left out")
TEXT = Rule("rule 3", "Write each value as text. Text stays as it is.")
NUMBER = Rule("rule 3", "A number is written in plain decimal notation, never with an exponent")
BOOLEAN = Rule("rule 3", "A boolean is `true` or `false`.")
SORTED = Rule("rule 4", "Sort the keys by their ASCII codes and join `key=value` with `&`.")
RAW = Rule("rule 4", "Nothing is URL-encoded. This is the canonical string.")
DIGEST = Rule("rule 5", "Compute HMAC-SHA256 of its UTF-8 bytes; the key is the secret's UTF-8 bytes.")
TIME = Rule("section “Time”", "The exchange refuses a `timestamp` that is too far from its own time")
HEX = Rule("rule 5", "Write the digest in lower-case hex.")
SENT = Rule("rule 6", "Send the parameters in one of three places")
JSON = Rule("rule 6", "one object with the keys sorted and `signature` as its last member")
ENCODED = Rule("rule 6", "the same pairs with each value percent-encoded as UTF-8")
ORDER = Rule("mistake “Sorted keys”", "Sort keys, not pairs")
CAPITALS = Rule("mistake “Sorted keys”", "By ASCII codes, so capitals are first")
MILLISECONDS = Rule("mistake “Milliseconds”", "A timestamp in seconds is a time in January 1970")
WHOLE_FLOAT = Rule("mistake “Whole floats”", "`5000.0` is signed and sent as `5000`")
LOWER_CASE = Rule("mistake “Lower-case hex”", "64 characters; neither base64 nor capitals.")
DIGITS = Rule("mistake “19-digit ids”", "A JSON reader or writer that uses doubles changes the last digits")
ORDER_SENT = Rule(
    "mistake “JSON against query”", "a query string is verified in the order in which it was sent"
)
ONE_PLACE = Rule(
    "mistake “JSON against query”",
    "All parameters, `timestamp` and `signature` included, go in the same place.",
)

RULES: tuple[Rule, ...] = tuple(value for value in vars().copy().values() if isinstance(value, Rule))
"""Every rule."""


@dataclass(frozen=True)
class Mistake:
    """One mistake in a request.

    Attributes:
        name: Its name, such as `keys-not-sorted`.
        words: What was done, in a sentence or two.
        rule: The line of the specification that it violates.
    """

    name: str
    words: str
    rule: Rule


CATALOG: Mapping[str, tuple[str, Rule]] = {
    # The order of the parameters.
    "keys-not-sorted": (
        "The keys were signed in the order in which they were sent; those of a JSON body must be sorted.",
        SORTED,
    ),
    "order-sent-otherwise": (
        "The keys were signed sorted and sent in another order; a query string or a form is verified in the "
        "order sent.",
        ORDER_SENT,
    ),
    "keys-sorted-without-case": (
        "The keys were sorted as if capitals were small letters; by their ASCII codes capitals come first.",
        CAPITALS,
    ),
    "pairs-sorted": ("The pairs key=value were sorted, not the keys.", ORDER),
    "keys-in-another-order": ("The keys were signed in the order {order}.", SORTED),
    # The values.
    "values-encoded": ("The values were URL-encoded before signing; they are signed raw.", RAW),
    "values-encoded-twice": (
        "The values were URL-encoded twice: once decoded, they are still encoded.",
        ENCODED,
    ),
    "timestamp-in-seconds": (
        "The timestamp was signed in seconds, as {signed}; it must be in milliseconds.",
        MILLISECONDS,
    ),
    "timestamp-taken-twice": (
        "The clock was read twice: the timestamp {signed} was signed and {sent} was sent.",
        TIMESTAMP,
    ),
    "whole-float": ("{name} is {sent} and was signed as {signed}.", WHOLE_FLOAT),
    "number-in-another-notation": (
        "{name} is {sent} and was signed as {signed}; numbers are signed in plain decimal notation.",
        NUMBER,
    ),
    "digits-lost-in-signing": (
        "{name} lost its last digits in a double before it was signed: {signed} was signed, {sent} was sent.",
        DIGITS,
    ),
    "digits-lost-in-sending": (
        "{name} lost its last digits in a double after it was signed: {signed} was signed, {sent} was sent.",
        DIGITS,
    ),
    "boolean-with-capital": ("A boolean was signed with a capital letter.", BOOLEAN),
    "values-in-quotes": ("Values were signed with their JSON quotes.", TEXT),
    "values-in-another-case": ("Values were signed in {case} letters and sent in others.", TEXT),
    # The parameters that are signed.
    "signature-signed-along": (
        "`signature` was part of the signed text, as `signature={value}`; it must not be.",
        EACH_ATTEMPT,
    ),
    "timestamp-not-signed": ("The timestamp was added after signing.", TIMESTAMP),
    "parameter-not-signed": ("{name} was sent and not signed; every parameter is signed.", SORTED),
    "parameter-not-sent": ("{name}={value} was signed and not sent.", SENT),
    "api-key-signed": (
        "The API key was part of the signed text, as `{name}`; it belongs in a header only.",
        SORTED,
    ),
    "nothing-signed": ("The empty text was signed, not the parameters.", SORTED),
    # The text that is signed.
    "json-signed": (
        "The JSON text was signed, {how}; sign the canonical string, key=value joined with &.",
        SORTED,
    ),
    "other-place-signed": (
        "The {other} was signed, but the signature is in the {place}.",
        ONE_PLACE,
    ),
    "both-places-signed": (
        "Query string and body were signed together; all parameters go in one place.",
        ONE_PLACE,
    ),
    "line-end-signed": (
        "The signed text had a line end, as `echo` adds one; sign without it, as with `printf '%s'`.",
        SORTED,
    ),
    "text-with-decoration": ("`{decoration}` was part of the signed text.", SORTED),
    "path-signed": ("The path was part of the signed text.", SORTED),
    "text-of-another-exchange": (
        "The text was built as another exchange requires it: {how}.",
        SORTED,
    ),
    "not-utf-8": ("The text was signed as {encoding}, not as UTF-8.", DIGEST),
    # The secret.
    "secret-with-line-end": ("The secret was used with a line end, as if read from a file.", DIGEST),
    "secret-with-space": ("The secret was used with white space around it.", DIGEST),
    "secret-in-quotes": ("The secret was used in quotes.", DIGEST),
    "secret-decoded": ("The secret was decoded from {how}; its characters are the key.", DIGEST),
    "secret-in-another-case": ("The secret was used in {case} letters.", DIGEST),
    "secret-empty": ("The secret was empty.", DIGEST),
    "api-key-as-secret": ("The API key was used instead of its secret.", DIGEST),
    "secret-of-another-key": (
        "The secret belongs to another API key, one of the account {uid}.",
        DIGEST,
    ),
    # The digest.
    "digest-in-capitals": ("The digest was written in capitals.", HEX),
    "digest-in-base64": ("The digest was written in base64.", LOWER_CASE),
    "digest-with-decoration": ("The digest was sent with white space or 0x before it.", HEX),
    "another-hash": ("The hash was {hash}, not SHA-256.", DIGEST),
    "no-hmac": ("A plain {hash} of {what} was sent, not an HMAC.", DIGEST),
    "secret-as-signature": ("The secret itself was sent as signature; it never travels.", HEADER),
    "secret-and-text-swapped": (
        "Secret and text were swapped: the text was the key of the HMAC.",
        DIGEST,
    ),
    # Mistakes before the signature is verified.
    "timestamp-missing": ("There is no timestamp among the parameters.", TIMESTAMP),
    "timestamp-in-another-unit": (
        "The timestamp {sent} is in {unit}; it must be in milliseconds.",
        TIMESTAMP,
    ),
    "timestamp-no-number": ("The timestamp {sent} is not a whole number.", TIMESTAMP),
    "clock-off": ("The clock of the client is {apart} ms {direction} the server's.", TIME),
    "signature-empty": ("The signature is empty.", SENT),
    "signature-misnamed": ("The signature is called {name}; its name is `signature`.", JSON),
    "signature-in-header": (
        "The signature is in the header {name}; it must be a parameter like the others.",
        ONE_PLACE,
    ),
    "signature-not-looked-for": (
        "The signature is in the {place}, which this sandbox is set not to accept; it accepts: {places}.",
        SENT,
    ),
    "content-type-wrong": (
        "The body holds a signature, but its Content-Type is {sent}; it should be {wanted}.",
        SENT,
    ),
    "body-of-get": (
        "The parameters are in the body of a GET; send them in the query string.",
        SENT,
    ),
    "signature-missing": ("The request has no signature.", SENT),
    "api-key-missing": ("The header X-BX-APIKEY is missing.", HEADER),
    "api-key-elsewhere": ("The API key is in {place}, not in the header X-BX-APIKEY.", HEADER),
    "api-key-with-decoration": ("The API key was sent with quotes or other marks around it.", HEADER),
    "secret-as-api-key": ("The secret was sent instead of the API key.", HEADER),
}
"""Every known mistake by its name: its words, with placeholders for details, and its rule."""


def mistake(name: str, /, **details: str) -> Mistake:
    """Return a mistake of the catalog with its details filled in."""
    words, rule = CATALOG[name]
    return Mistake(name, words.format(**{key: shorten(value) for key, value in details.items()}), rule)


def shorten(text: str) -> str:
    """Cut a text from a request to a length that a person reads."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
