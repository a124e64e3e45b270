"""The usual mistakes in signing, each with the rule of `spec/signing.md` that it violates; and a diagnosis.

The sandbox does not read the specification, so its lines are repeated here; a test finds each of them on
that page.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypedDict

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


MISTAKES: Mapping[Rule, Mapping[str, str]] = {
    Rule("introduction", "the API key in the header `X-BX-APIKEY`. It never sends the secret."): {
        "secret-as-signature": "The secret itself was sent as signature; it never travels.",
        "api-key-missing": "The header X-BX-APIKEY is missing.",
        "api-key-elsewhere": "The API key is in {place}, not in the header X-BX-APIKEY.",
        "api-key-with-decoration": "The API key was sent with quotes or other marks around it.",
        "secret-as-api-key": "The secret was sent instead of the API key.",
    },
    Rule("rule 1", "Add `timestamp`, the current Unix time in milliseconds."): {
        "timestamp-taken-twice": (
            "The clock was read twice: the timestamp {signed} was signed and {sent} was sent."
        ),
        "timestamp-not-signed": "The timestamp was added after signing.",
        "timestamp-missing": "There is no timestamp among the parameters.",
        "timestamp-in-another-unit": "The timestamp {sent} is in {unit}; it must be in milliseconds.",
        "timestamp-no-number": "The timestamp {sent} is not a whole number.",
    },
    Rule("rule 1", "the signature of an earlier attempt is left out"): {
        "signature-signed-along": (
            "`signature` was part of the signed text, as `signature={value}`; it must not be."
        ),
    },
    Rule("rule 3", "Write each value as text. Text stays as it is."): {
        "values-in-quotes": "Values were signed with their JSON quotes.",
        "values-in-another-case": "Values were signed in {case} letters and sent in others.",
    },
    Rule("rule 3", "A number is written in plain decimal notation, never with an exponent"): {
        "number-in-another-notation": (
            "{name} is {sent} and was signed as {signed}; numbers are signed in plain decimal notation."
        ),
    },
    Rule("rule 3", "A boolean is `true` or `false`."): {
        "boolean-with-capital": "A boolean was signed with a capital letter.",
    },
    Rule("rule 4", "Sort the keys by their ASCII codes and join `key=value` with `&`."): {
        "keys-not-sorted": (
            "The keys were signed in the order in which they were sent; those of a JSON body must be sorted."
        ),
        "keys-in-another-order": "The keys were signed in the order {order}.",
        "parameter-not-signed": "{name} was sent and not signed; every parameter is signed.",
        "api-key-signed": (
            "The API key was part of the signed text, as `{name}`; it belongs in a header only."
        ),
        "nothing-signed": "The empty text was signed, not the parameters.",
        "json-signed": "The JSON text was signed, {how}; sign the canonical string, key=value joined with &.",
        "line-end-signed": (
            "The signed text had a line end, as `echo` adds one; sign without it, as with `printf '%s'`."
        ),
        "text-with-decoration": "`{decoration}` was part of the signed text.",
        "path-signed": "The path was part of the signed text.",
        "text-of-another-exchange": "The text was built as another exchange requires it: {how}.",
    },
    Rule("rule 4", "Nothing is URL-encoded. This is the canonical string."): {
        "values-encoded": "The values were URL-encoded before signing; they are signed raw.",
    },
    Rule("rule 5", "Compute HMAC-SHA256 of its UTF-8 bytes; the key is the secret's UTF-8 bytes."): {
        "not-utf-8": "The text was signed as {encoding}, not as UTF-8.",
        "secret-with-line-end": "The secret was used with a line end, as if read from a file.",
        "secret-with-space": "The secret was used with white space around it.",
        "secret-in-quotes": "The secret was used in quotes.",
        "secret-decoded": "The secret was decoded from {how}; its characters are the key.",
        "secret-in-another-case": "The secret was used in {case} letters.",
        "secret-empty": "The secret was empty.",
        "api-key-as-secret": "The API key was used instead of its secret.",
        "secret-of-another-key": "The secret belongs to another API key, one of the account {uid}.",
        "another-hash": "The hash was {hash}, not SHA-256.",
        "no-hmac": "A plain {hash} of {what} was sent, not an HMAC.",
        "secret-and-text-swapped": "Secret and text were swapped: the text was the key of the HMAC.",
    },
    Rule("section “Time”", "The exchange refuses a `timestamp` that is too far from its own time"): {
        "clock-off": "The clock of the client is {apart} ms {direction} the server's.",
    },
    Rule("rule 5", "Write the digest in lower-case hex."): {
        "digest-in-capitals": "The digest was written in capitals.",
        "digest-with-decoration": "The digest was sent with white space or 0x before it.",
    },
    Rule("rule 6", "Send the parameters in one of three places"): {
        "parameter-not-sent": "{name}={value} was signed and not sent.",
        "signature-empty": "The signature is empty.",
        "signature-not-looked-for": (
            "The signature is in the {place}, which this sandbox is set not to accept; it accepts: {places}."
        ),
        "content-type-wrong": (
            "The body holds a signature, but its Content-Type is {sent}; it should be {wanted}."
        ),
        "body-of-get": "The parameters are in the body of a GET; send them in the query string.",
        "signature-missing": "The request has no signature.",
    },
    Rule("rule 6", "one object with the keys sorted and `signature` as its last member"): {
        "signature-misnamed": "The signature is called {name}; its name is `signature`.",
    },
    Rule("rule 6", "the same pairs with each value percent-encoded as UTF-8"): {
        "values-encoded-twice": "The values were URL-encoded twice: once decoded, they are still encoded.",
    },
    Rule("mistake “Sorted keys”", "Sort keys, not pairs"): {
        "pairs-sorted": "The pairs key=value were sorted, not the keys.",
    },
    Rule("mistake “Sorted keys”", "By ASCII codes, so capitals are first"): {
        "keys-sorted-without-case": (
            "The keys were sorted as if capitals were small letters; by their ASCII codes capitals come "
            "first."
        ),
    },
    Rule("mistake “Milliseconds”", "A timestamp in seconds is a time in January 1970"): {
        "timestamp-in-seconds": (
            "The timestamp was signed in seconds, as {signed}; it must be in milliseconds."
        ),
    },
    Rule("mistake “Whole floats”", "`5000.0` is signed and sent as `5000`"): {
        "whole-float": "{name} is {sent} and was signed as {signed}.",
    },
    Rule("mistake “Lower-case hex”", "64 characters; neither base64 nor capitals."): {
        "digest-in-base64": "The digest was written in base64.",
    },
    Rule("mistake “19-digit ids”", "A JSON reader or writer that uses doubles changes the last digits"): {
        "digits-lost-in-signing": (
            "{name} lost its last digits in a double before it was signed: {signed} was signed, {sent} was "
            "sent."
        ),
        "digits-lost-in-sending": (
            "{name} lost its last digits in a double after it was signed: {signed} was signed, {sent} was "
            "sent."
        ),
    },
    Rule("mistake “JSON against query”", "a query string is verified in the order in which it was sent"): {
        "order-sent-otherwise": (
            "The keys were signed sorted and sent in another order; a query string or a form is verified in "
            "the order sent."
        ),
    },
    Rule(
        "mistake “JSON against query”",
        "All parameters, `timestamp` and `signature` included, go in the same place.",
    ): {
        "other-place-signed": "The {other} was signed, but the signature is in the {place}.",
        "both-places-signed": "Query string and body were signed together; all parameters go in one place.",
        "signature-in-header": (
            "The signature is in the header {name}; it must be a parameter like the others."
        ),
    },
}
"""The rules, each with the mistakes that violate it: names, and words with placeholders for details."""

CATALOG: Mapping[str, tuple[str, Rule]] = {
    name: (words, rule) for rule, mistakes in MISTAKES.items() for name, words in mistakes.items()
}
"""Every known mistake by its name: its words, and its rule."""


class DiagnosisDict(TypedDict):
    """A diagnosis as JSON.

    `words` is the complete text; `mistakes` are its parts, each with its name as `mistake`, its `words` and
    the `rule` that it violates; none if no usual mistake explains the request.
    `signedText` is the text that was signed instead of the canonical string; None if that is unknown, or if
    the text was correct.
    """

    words: str
    mistakes: list[dict[str, str]]
    signedText: str | None


@dataclass(frozen=True)
class Diagnosis:
    """The result of a check.

    Attributes:
        mistakes: The mistakes that together explain the request; none if no usual ones do.
        signed_text: The text that was signed; None if it is unknown, or is the canonical string.
        digest: The digest that the mistakes lead to, which is the one that was sent.
        otherwise: The text if there are no mistakes.
    """

    mistakes: tuple[Mistake, ...] = ()
    signed_text: str | None = None
    digest: bytes | None = field(default=None, repr=False)
    otherwise: str = ""

    @property
    def words(self) -> str:
        """Return what was done, and which lines of `spec/signing.md` that violates."""
        if not self.mistakes:
            return self.otherwise
        rules = dict.fromkeys(str(each.rule) for each in self.mistakes)
        return " ".join([*(each.words for each in self.mistakes), "See", " and ".join(rules)])

    def to_dict(self) -> DiagnosisDict:
        """Return it as JSON."""
        return DiagnosisDict(
            words=self.words,
            mistakes=[
                {"mistake": each.name, "words": each.words, "rule": str(each.rule)} for each in self.mistakes
            ],
            signedText=self.signed_text,
        )


def mistake(name: str, /, **details: str) -> Mistake:
    """Return a mistake of the catalog with its details filled in."""
    words, rule = CATALOG[name]
    return Mistake(name, words.format(**{key: shorten(value) for key, value in details.items()}), rule)


def shorten(text: str) -> str:
    """Cut a text from a request to a length that a person reads."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
