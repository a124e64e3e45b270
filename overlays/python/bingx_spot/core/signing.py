"""Sign a request's parameters: canonical string, then HMAC-SHA256.

The rule is `x-bingx-signing` in spec/openapi.yaml; spec/signing.md explains it, and
spec/vectors/signing.json has every case. An example with the exchange's published sample secret:

>>> canonical = canonical_string({"timestamp": 1696751141337, "symbol": "BTC-USDT", "recvWindow": 0})
>>> canonical
'recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337'
>>> secret = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"
>>> sign(canonical, secret)
'f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2'

This module knows nothing of HTTP.
"""

import hmac
import re
from collections.abc import Mapping
from decimal import Decimal

from bingx_spot.exceptions import InvalidInput
from bingx_spot.redaction import leaving_no_frame
from bingx_spot_api.contract import SIGNING

# Each could forge a second parameter in the canonical string. Names are not URL-encoded, so `#` in one would
# cut off a query string.
_FORBIDDEN = re.compile(f"[{re.escape(SIGNING.forbidden_in_values)}]")
_FORBIDDEN_IN_NAMES = re.compile(f"[{re.escape(SIGNING.forbidden_in_keys)}]")
_FORBIDDEN_ANYWHERE = re.compile(f"[{re.escape(SIGNING.forbidden_in_values + SIGNING.forbidden_in_keys)}]")
_NUMBER_ALLOWED = "a finite number that a double can hold, or a whole one of at most 4300 digits"
_LARGEST_EXPONENT = 324  # of the smallest double; the largest has 308
_ENCODABLE_TEXT = "text in characters that UTF-8 can carry; the secret not empty"
_ALLOWED_TEXT = "text without & = ? or line breaks, in characters that UTF-8 can carry"


def canonical_string(parameters: Mapping[str, object]) -> str:
    """Return the text that is signed.

    Every parameter but `signature`, keys in ascending ASCII order, `key=value` joined by `&`,
    values raw: never URL-encoded.

    Args:
        parameters: Wire names and values; str, int, float, Decimal or bool.

    Raises:
        InvalidInput: A name or a value cannot be signed; it names the parameter.
    """
    return canonical_of(signed_texts(parameters))


def signed_texts(parameters: Mapping[str, object]) -> dict[str, str]:
    """Return every parameter but `signature` as text, names in ascending ASCII order.

    The request is built from the same texts, so that what is sent is what was signed: a server rebuilds the
    signed text from the JSON token. So a whole-number float is `5000`, never `5000.0`, and no number is in
    exponent form. Errors are those of `canonical_string`.
    """
    texts = {name: _text(parameters[name], name) for name in sorted(parameters) if name != "signature"}
    # Checked all at once; only if that fails is each one checked, to name it in the error.
    whole = "".join([*texts, *texts.values()])
    if not whole.isascii() or _FORBIDDEN_ANYWHERE.search(whole):
        for name, text in texts.items():
            _check_text(name, name, _FORBIDDEN_IN_NAMES)
            _check_text(text, name)
    return texts


def canonical_of(texts: Mapping[str, str]) -> str:
    """Return the canonical string of the result of `signed_texts`."""
    return "&".join([f"{name}={text}" for name, text in texts.items()])


@leaving_no_frame
def sign(canonical: str, secret: str) -> str:
    """Return the signature: lower-case hex HMAC-SHA256 of the canonical string under the secret.

    Args:
        canonical: The canonical string; signed as UTF-8.
        secret: The API secret; used as UTF-8.

    Raises:
        InvalidInput: The canonical string or the secret cannot be encoded as UTF-8, or the secret is
            empty.
    """
    if _is_encodable(canonical) and _is_encodable(secret) and secret:
        return Signer(secret).sign(canonical)
    field = "secret" if _is_encodable(canonical) else "canonical"
    raise InvalidInput(field, "cannot be encoded or is empty", _ENCODABLE_TEXT)


class Signer:
    """Sign with one API secret, which can be encoded as UTF-8.

    The key schedule of the HMAC is computed once. Its `repr` has no secret, and it cannot be pickled.
    """

    __slots__ = ("_keyed",)

    @leaving_no_frame
    def __init__(self, secret: str) -> None:
        self._keyed = hmac.new(secret.encode(), digestmod="sha256")

    def sign(self, canonical: str) -> str:
        """Return the signature of a canonical string, in lower-case hex."""
        keyed = self._keyed.copy()
        keyed.update(canonical.encode())
        return keyed.hexdigest()


def _text(value: object, name: str) -> str:
    if isinstance(value, str):
        # The words of an enum are str too; this gives their plain text.
        return str.__str__(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return _number_text(value, name)
    if not isinstance(value, int):
        raise InvalidInput(name, f"is of type {type(value).__name__}", "text, a number, or true or false")
    try:
        return str(int(value))
    except ValueError:
        # Python writes no int of more than 4300 digits, and no server reads one.
        problem = "has too many digits"
    raise InvalidInput(name, problem, _NUMBER_ALLOWED)


def _number_text(number: float | Decimal, name: str) -> str:
    # math.isfinite does not recognise a signalling NaN.
    exact = Decimal(number)
    if not exact.is_finite():
        raise InvalidInput(name, f"is {number}", _NUMBER_ALLOWED)
    if abs(exact.adjusted()) > _LARGEST_EXPONENT:
        raise InvalidInput(name, "is beyond what a double can hold", _NUMBER_ALLOWED)
    if number == int(number):
        return str(int(number))
    # repr is the shortest text that reads back as the same float; "f" avoids exponent form.
    shortest = Decimal(repr(number)) if isinstance(number, float) else number
    return f"{shortest:f}".rstrip("0")


def _check_text(text: str, name: str, characters: re.Pattern[str] = _FORBIDDEN) -> None:
    if not _is_encodable(text):
        raise InvalidInput(name, "holds half of a surrogate pair", _ALLOWED_TEXT)
    forbidden = characters.search(text)
    if forbidden is not None:
        raise InvalidInput(name, f"holds {forbidden[0]!r}", _ALLOWED_TEXT)


def _is_encodable(text: object) -> bool:
    if not isinstance(text, str):
        return False
    # Nearly all text is ASCII, which is quick to check.
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
