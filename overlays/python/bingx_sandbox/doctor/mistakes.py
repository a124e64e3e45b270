"""Mistakes: the usual ways to get a signature wrong, in words, each with the rule that it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bingx_sandbox.doctor import rules
from bingx_sandbox.doctor.rules import Rule

_LONGEST = 200


@dataclass(frozen=True)
class Mistake:
    """One mistake that somebody has made.

    Attributes:
        name: What it is called, such as `keys-not-sorted`.
        words: What was done, in a sentence or two.
        rule: The line that settles it.
    """

    name: str
    words: str
    rule: Rule


CATALOGUE: Mapping[str, tuple[str, Rule]] = {
    # In which order.
    "keys-not-sorted": (
        "The keys were signed in the order in which they were sent; those of a JSON body must be sorted.",
        rules.SORTED,
    ),
    "order-sent-otherwise": (
        "The keys were signed sorted and sent in another order; a query string or a form is verified in the "
        "order sent.",
        rules.ORDER_SENT,
    ),
    "keys-sorted-without-case": (
        "The keys were sorted as if capitals were small letters; by their ASCII codes capitals come first.",
        rules.CAPITALS,
    ),
    "pairs-sorted": ("The pairs key=value were sorted, not the keys.", rules.ORDER),
    "keys-in-another-order": ("The keys were signed in the order {order}.", rules.SORTED),
    # How values are written.
    "values-encoded": ("The values were URL-encoded before signing; they are signed raw.", rules.RAW),
    "values-encoded-twice": (
        "The values were URL-encoded twice: once decoded, they are still encoded.",
        rules.ENCODED,
    ),
    "timestamp-in-seconds": (
        "The timestamp was signed in seconds, as {signed}; it must be in milliseconds.",
        rules.MILLISECONDS,
    ),
    "timestamp-taken-twice": (
        "The clock was asked twice: the timestamp {signed} was signed and {sent} was sent.",
        rules.TIMESTAMP,
    ),
    "whole-float": ("{name} is {sent} and was signed as {signed}.", rules.WHOLE_FLOAT),
    "number-in-another-notation": (
        "{name} is {sent} and was signed as {signed}; numbers are signed in plain decimal notation.",
        rules.NUMBER,
    ),
    "digits-lost-in-signing": (
        "{name} lost its last digits before it was signed, as happens in a double: {signed} was signed, "
        "{sent} was sent.",
        rules.DIGITS,
    ),
    "digits-lost-in-sending": (
        "{name} lost its last digits on the way, as happens in a double: {signed} was signed, "
        "{sent} was sent.",
        rules.DIGITS,
    ),
    "boolean-with-capital": ("A boolean was signed with a capital letter.", rules.BOOLEAN),
    "values-in-quotes": ("Values were signed in the quotes that they have in JSON.", rules.TEXT),
    "values-in-another-case": ("Values were signed in {case} letters and sent otherwise.", rules.TEXT),
    # What is signed.
    "signature-signed-along": (
        "`signature` was signed along, as `signature={value}`; it takes no part in what is signed.",
        rules.EACH_ATTEMPT,
    ),
    "timestamp-not-signed": ("The timestamp was added after signing.", rules.TIMESTAMP),
    "parameter-not-signed": ("{name} was sent and not signed; every parameter is signed.", rules.SORTED),
    "parameter-not-sent": ("{name}={value} was signed and not sent.", rules.SENT),
    "api-key-signed": (
        "The API key was signed along, as `{name}`; it travels in a header and takes no part.",
        rules.SORTED,
    ),
    "nothing-signed": ("The empty text was signed, not the parameters.", rules.SORTED),
    # Which text.
    "json-signed": (
        "The JSON text was signed, {how}; what is signed is the canonical string, key=value joined with &.",
        rules.SORTED,
    ),
    "other-place-signed": (
        "What stands in the {other} was signed, not what stands beside the signature in the {place}.",
        rules.ONE_PLACE,
    ),
    "both-places-signed": (
        "Query string and body were signed together; all parameters go in one place.",
        rules.ONE_PLACE,
    ),
    "line-end-signed": (
        "A line end was signed along, as `echo` adds one; sign without it, as with `printf '%s'`.",
        rules.SORTED,
    ),
    "text-with-decoration": ("`{decoration}` was signed along.", rules.SORTED),
    "path-signed": ("The path was signed along.", rules.SORTED),
    "text-of-another-exchange": (
        "The text was put together as another exchange wants it: {how}.",
        rules.SORTED,
    ),
    "not-utf-8": ("The text was signed as {encoding}, not as UTF-8.", rules.DIGEST),
    # With which secret.
    "secret-with-line-end": ("The secret was used with a line end, as it is read from a file.", rules.DIGEST),
    "secret-with-space": ("The secret was used with white space around it.", rules.DIGEST),
    "secret-in-quotes": ("The secret was used in quotes.", rules.DIGEST),
    "secret-decoded": ("The secret was decoded from {how}; its characters are the key.", rules.DIGEST),
    "secret-in-another-case": ("The secret was used in {case} letters.", rules.DIGEST),
    "secret-empty": ("The secret was empty.", rules.DIGEST),
    "api-key-as-secret": ("The API key was used in the place of its secret.", rules.DIGEST),
    "secret-of-another-key": (
        "The secret belongs to another API key, one of the account {uid}.",
        rules.DIGEST,
    ),
    # Which digest.
    "digest-in-capitals": ("The digest was written in capitals.", rules.HEX),
    "digest-in-base64": ("The digest was written in base64.", rules.LOWER_CASE),
    "digest-with-decoration": ("The digest was sent with white space or 0x before it.", rules.HEX),
    "another-hash": ("The hash was {hash}, not SHA-256.", rules.DIGEST),
    "no-hmac": ("A plain {hash} of {what} was sent, no HMAC.", rules.DIGEST),
    "secret-as-signature": ("The secret itself was sent as signature; it never travels.", rules.HEADER),
    "secret-and-text-swapped": (
        "Secret and text changed places: the text was the key of the HMAC.",
        rules.DIGEST,
    ),
    # Before any signature is looked at.
    "timestamp-missing": ("There is no timestamp among the parameters.", rules.TIMESTAMP),
    "timestamp-in-another-unit": (
        "The timestamp {sent} is in {unit}; it must be in milliseconds.",
        rules.TIMESTAMP,
    ),
    "timestamp-no-number": ("The timestamp {sent} is no whole number.", rules.TIMESTAMP),
    "clock-off": ("The clock that made the timestamp is {apart} ms {direction} the server's.", rules.TIME),
    "signature-empty": ("The signature is empty.", rules.SENT),
    "signature-misnamed": ("The signature is called {name}; its name is `signature`.", rules.JSON),
    "signature-in-header": (
        "The signature stands in the header {name}; it is a parameter beside the others.",
        rules.ONE_PLACE,
    ),
    "signature-not-looked-for": (
        "The signature stands in the {place}, where this sandbox was told not to look; it looks in: "
        "{places}.",
        rules.SENT,
    ),
    "content-type-wrong": (
        "The body holds a signature, but its Content-Type is {sent}; it should be {wanted}.",
        rules.SENT,
    ),
    "body-of-get": (
        "The parameters stand in the body of a GET; there they go in the query string.",
        rules.SENT,
    ),
    "signature-missing": ("There is no signature anywhere in the request.", rules.SENT),
    "api-key-missing": ("There is no header X-BX-APIKEY.", rules.HEADER),
    "api-key-elsewhere": ("The API key stands in {place}, not in the header X-BX-APIKEY.", rules.HEADER),
    "api-key-with-decoration": ("The API key was sent with quotes or other marks around it.", rules.HEADER),
    "secret-as-api-key": ("The secret was sent in the place of the API key.", rules.HEADER),
}
"""Every mistake that is known, by its name: its words, in which details are filled in, and its rule."""


def mistake(name: str, /, **details: str) -> Mistake:
    """Make a mistake of the catalogue, its details filled in."""
    words, rule = CATALOGUE[name]
    return Mistake(name, words.format(**{key: shorten(value) for key, value in details.items()}), rule)


def shorten(text: str) -> str:
    """Cut a text that a request made up to what a person reads."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
