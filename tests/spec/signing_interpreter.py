"""Sign by `x-bingx-signing` alone: every rule is looked up in the extension, none is assumed.

Each table below holds the word that the contract uses and at least one other. So a changed word gives
a changed result, which shows that the word is read, and a word that means nothing is a `KeyError`.
"""

import base64
import hmac
import json
import math
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

ORDERS: Mapping[str, Callable[[Iterable[str]], list[str]]] = {
    "ascending-ascii": sorted,
    "descending-ascii": lambda names: sorted(names, reverse=True),
    "as-given": list,
}
OUTPUTS: Mapping[str, Callable[[bytes], str]] = {
    "hex-lower": bytes.hex,
    "hex-upper": lambda digest: digest.hex().upper(),
    "base64": lambda digest: base64.b64encode(digest).decode(),
}
DIGESTS = {"HMAC-SHA256": "sha256", "HMAC-SHA512": "sha512"}
FRACTIONS: Mapping[str, Callable[[float], Decimal]] = {
    "shortest-round-trip": lambda number: Decimal(repr(number)),
    "exact": Decimal,
}
WHOLE_FLOATS: Mapping[str, Callable[[float], str]] = {
    "integer": lambda number: str(int(number)),
    "decimal": lambda number: f"{number:.1f}",
}
EXPONENTS: Mapping[str, Callable[[Decimal], str]] = {
    "never": lambda number: f"{number:f}",
    "always": lambda number: f"{number:e}",
}
BYTES: Mapping[str, str] = {"percent-upper-hex": "%{:02X}", "percent-lower-hex": "%{:02x}"}
SEPARATORS = {"none": (",", ":"), "after-separators": (", ", ": ")}
ESCAPES_NON_ASCII = {"literal": False, "escaped": True}
MEMBER_FORMS = {"member": True, "appended": False}
RAW_VALUES = {"all": True, "none": False}
URL_ENCODES = {"values-after-signing": True, "nothing": False}


class RefusalError(Exception):
    """Parameters that the extension forbids to sign."""

    def __init__(self, parameter: str) -> None:
        super().__init__(parameter)
        self.parameter = parameter


class SigningInterpreter:
    """A signer that knows what the extension says, and nothing else."""

    def __init__(self, extension: Mapping[str, Any]) -> None:
        self.extension = extension
        self.rule = extension["canonicalString"]
        self.encoding = extension["encoding"]
        self.signature_name = next(
            name for name, injected in extension["inject"].items() if injected["value"] == "digest"
        )

    def canonical_string(self, parameters: Mapping[str, object]) -> str:
        texts = {name: self.value_text(name, value) for name, value in parameters.items()}
        names = ORDERS[self.rule["order"]](name for name in texts if name not in self.rule["exclude"])
        if not RAW_VALUES[self.rule["rawValues"]]:
            texts = {name: self.url_encoded(text) for name, text in texts.items()}
        pairs = (self.rule["pair"].format(key=name, value=texts[name]) for name in names)
        return str(self.rule["join"].join(pairs))

    def signature(self, canonical: str, secret: str) -> str:
        digest = DIGESTS[self.extension["algorithm"]]
        key = secret.encode(self.encoding)
        return OUTPUTS[self.extension["output"]](hmac.digest(key, canonical.encode(self.encoding), digest))

    def sent(self, placement: str, parameters: Mapping[str, object], signature: str) -> str:
        """Return the text as sent in `placement`: json, query or form."""
        rule = self.extension["placements"][placement]
        everything = {**parameters, self.signature_name: signature}
        names = ORDERS[rule["order"]](everything)
        if rule["signaturePosition"] == "last":
            names.remove(self.signature_name)
            names.append(self.signature_name)
        form = self.json_object if MEMBER_FORMS[rule["signature"]] else self.url_form
        return form(rule, {name: everything[name] for name in names})

    def json_object(self, rule: Mapping[str, Any], members: Mapping[str, object]) -> str:
        escapes = ESCAPES_NON_ASCII[rule["nonAscii"]]
        comma, colon = SEPARATORS[rule["whitespace"]]
        tokens = (
            json.dumps(name) + colon + self.json_token(name, value, escapes)
            for name, value in members.items()
        )
        return "{" + comma.join(tokens) + "}"

    def json_token(self, name: str, value: object, escapes: bool) -> str:
        text = self.value_text(name, value)
        return json.dumps(text, ensure_ascii=escapes) if isinstance(value, str) else text

    def url_form(self, rule: Mapping[str, Any], values: Mapping[str, object]) -> str:
        encode = self.url_encoded if URL_ENCODES[rule["urlEncode"]] else str
        return "&".join(f"{name}={encode(self.value_text(name, value))}" for name, value in values.items())

    def url_encoded(self, text: str) -> str:
        unreserved = self.extension["urlEncoding"]["unreserved"].encode()
        other = BYTES[self.extension["urlEncoding"]["otherBytes"]]
        encoded = text.encode(self.encoding)
        return "".join(chr(byte) if byte in unreserved else other.format(byte) for byte in encoded)

    def value_text(self, name: str, value: object) -> str:
        if kind(value) in self.rule["refusedValues"]:
            raise RefusalError(name)
        text = self.text(value)
        forbidden = self.rule["forbiddenCharacters"]
        if set(forbidden["keys"]) & set(name) or set(forbidden["values"]) & set(text):
            raise RefusalError(name)
        return text

    def text(self, value: object) -> str:
        if isinstance(value, bool):
            return str(self.rule["booleanText"][value])
        if isinstance(value, float) and math.isfinite(value):
            return self.number_text(value)
        return value if isinstance(value, str) else json.dumps(value)

    def number_text(self, number: float) -> str:
        rule = self.rule["numberText"]
        if number == 0 and math.copysign(1, number) < 0:
            return str(rule["negativeZero"])
        if number.is_integer():
            return WHOLE_FLOATS[rule["wholeFloat"]](number)
        return EXPONENTS[rule["exponent"]](FRACTIONS[rule["fraction"]](number))


def kind(value: object) -> str:
    """Return the word that `refusedValues` would have for `value`, or `text` or `number`."""
    if isinstance(value, str):
        return "lone-surrogate" if any("\ud800" <= letter <= "\udfff" for letter in value) else "text"
    if isinstance(value, float) and not math.isfinite(value):
        return "not-a-number" if math.isnan(value) else "infinity"
    return {type(None): "null", dict: "object", list: "array"}.get(type(value), "number")
