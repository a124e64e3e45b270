"""The generated enums: what becomes of words that are listed, and of others."""

import pytest

from tests.generator.conftest import Python


def test_an_unknown_word_of_an_open_enum_survives_as_itself(python: Python) -> None:
    said = python("""
import copy, pickle
from bingx_spot_api.models import OrderStatus
word = OrderStatus("EXPIRED")
assert isinstance(word, OrderStatus) and type(word.value) is str
assert word.value == str(word) == f"{word}" == "EXPIRED" and word.name == "EXPIRED"
assert word == OrderStatus("EXPIRED") == "EXPIRED" and word != OrderStatus.NEW
assert hash(word) == hash("EXPIRED") and {word: 1}["EXPIRED"] == 1
assert "EXPIRED" not in OrderStatus.__members__ and word not in list(OrderStatus)
assert OrderStatus("NEW") is OrderStatus.NEW
for twin in (pickle.loads(pickle.dumps(word)), copy.copy(word), copy.deepcopy(word)):
    assert twin == word and type(twin) is OrderStatus
print(repr(word))
""")
    assert said == "<OrderStatus.EXPIRED: 'EXPIRED'>\n"


@pytest.mark.parametrize("word", ["5", "None", "True", "b'NEW'"])
def test_an_open_enum_accepts_only_text(python: Python, word: str) -> None:
    assert "is not a valid OrderStatus" in python(f"""
from bingx_spot_api.models import OrderStatus
try:
    OrderStatus({word})
except ValueError as error:
    print(error)
""")


def test_an_enum_that_is_not_marked_stays_closed(python: Python) -> None:
    assert "'FILLED' is not a valid CancelRestriction" in python("""
from bingx_spot_api.models import CancelRestriction
try:
    CancelRestriction("FILLED")
except ValueError as error:
    print(error)
""")


@pytest.mark.parametrize(("name", "kept"), [("OrderStatus", "EXPIRED"), ("CancelRestriction", "")])
def test_a_word_is_read_fast_as_the_class_reads_it(python: Python, name: str, kept: str) -> None:
    module = "order_status" if name == "OrderStatus" else "cancel_restriction"
    said = python(f"""
from bingx_spot_api.models.{module} import {name}, read_{module}
def result(read, word):
    try:
        return read(word)
    except ValueError as error:
        return str(error)
for word in [*{name}, *map(str, {name}), "EXPIRED", "", None, 5, True, [], {{}}]:
    slow, fast = result({name}, word), result(read_{module}, word)
    assert fast == slow and type(fast) is type(slow), word
    assert fast is slow or word not in list({name})
print(result(read_{module}, "EXPIRED"))
""")
    assert said == (f"{kept}\n" if kept else "'EXPIRED' is not a valid CancelRestriction\n")
