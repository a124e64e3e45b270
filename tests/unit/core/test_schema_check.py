"""How the members of an object differ from the fields of the contract."""

from typing import Any

import pytest

from bingx_spot.core.schema_check import is_integer, schema_mismatch
from bingx_spot_api.contract import Field
from tests.support.plain_ids import plain

NAME = Field("name", "string", required=True, nullable=False, enum=False, open_enum=False)


def field(kind: str, **changes: Any) -> Field:
    return NAME._replace(name="value", type=kind, **changes)


def mismatch(kind: str, value: object, **changes: Any) -> str:
    return schema_mismatch((field(kind, **changes),), {"value": value})


FITTING: dict[str, list[object]] = {
    "string": ["", "text"],
    "decimal": ["", "0.1532", "-5", "+1.5e-3", 5, 0.5, "1" * 64],
    "int64": [5, 2**63 - 1, "5", "9" * 19],
    "int32": [5, "5"],
    "double": [5, 0.5],
    "boolean": [True, False],
    "object": [{}, {"a": 1}],
    "array": [[], [{}]],
}
OTHER: dict[str, list[object]] = {
    "string": [5, True, [], {}],
    "decimal": ["0,15", "NaN", "Infinity", " 5", "5 ", "0x5", "1" * 65, ".5", "5.", "\u0665", True, [], {}],
    "int64": ["", "-5", " 5", "5.0", "9" * 20, "\u0665", 5.0, True, []],
    "int32": ["x", 0.5, False],
    "double": ["0.5", True],
    "boolean": [0, 1, "true"],
    "object": [[], "{}", 5],
    "array": [{}, "[]", 5],
}


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in FITTING.items() for value in values], ids=plain
)
def test_a_value_of_the_type_fits(kind: str, value: object) -> None:
    assert mismatch(kind, value) == ""


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in OTHER.items() for value in values], ids=plain
)
def test_any_other_value_does_not(kind: str, value: object) -> None:
    assert mismatch(kind, value) == f"value in the response is not of type {kind}"


def test_a_required_field_must_be_there() -> None:
    assert schema_mismatch((NAME,), {}) == "the response lacks name"
    assert schema_mismatch((NAME._replace(required=False),), {}) == ""


def test_more_members_may_be_there() -> None:
    assert schema_mismatch((NAME,), {"name": "x", "more": object()}) == ""


def test_the_first_mismatch_counts() -> None:
    assert schema_mismatch((NAME, field("int64")), {"name": 5}) == (
        "name in the response is not of type string"
    )


class TestNull:
    def test_is_no_value_of_a_required_field(self) -> None:
        assert mismatch("string", None) == "value in the response is not of type string"

    @pytest.mark.parametrize("kind", ["string", "decimal", "int64", "boolean"])
    def test_is_as_good_as_no_member_for_an_optional_field(self, kind: str) -> None:
        assert mismatch(kind, None, required=False) == ""

    def test_is_no_word_of_an_enum(self) -> None:
        assert mismatch("string", None, required=False, enum=True) != ""

    def test_is_an_object_only_where_the_contract_says_so(self) -> None:
        inner = {"required": False, "fields": (NAME,)}
        assert mismatch("object", None, **inner) == "value in the response is not of type object"
        assert mismatch("object", None, nullable=True, **inner) == ""
        assert mismatch("array", None, nullable=True, **inner) == ""


class TestWithin:
    """`orders` is an array of objects, each with a `name` and an optional `fee` that has an `asset`."""

    FEE = field("object", required=False, fields=(NAME._replace(name="asset"),))._replace(name="fee")
    ORDERS = field("array", fields=(NAME, FEE))._replace(name="orders")

    @pytest.mark.parametrize(
        ("orders", "problem"),
        [
            ([{"name": "A"}, {}], "the response lacks name, in orders"),
            ([{"name": 5}], "name in the response is not of type string, in orders"),
            ([{"name": "A"}, None], "the response holds a value that is no object, in orders"),
            ([{"name": "A", "fee": {}}], "the response lacks asset, in fee, in orders"),
            ([{"name": "A", "fee": []}], "fee in the response is not of type object, in orders"),
        ],
        ids=range(5),
    )
    def test_a_mismatch_says_where_it_is(self, orders: object, problem: str) -> None:
        assert schema_mismatch((self.ORDERS,), {"orders": orders}) == problem

    @pytest.mark.parametrize(
        "orders", [[], [{"name": "A"}, {"name": "B", "fee": {"asset": "C"}}]], ids=range(2)
    )
    def test_what_fits_is_no_mismatch(self, orders: object) -> None:
        assert schema_mismatch((self.ORDERS,), {"orders": orders}) == ""


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, True), (-5, True), ("0", True), ("9" * 19, True), ("007", True)]
    + [(value, False) for value in (True, 0.0, None, "", "-5", "9" * 20, " 5", "5\n", "\u0665", [], {})],
    ids=plain,
)
def test_an_integer_is_a_number_or_its_digits(value: object, expected: bool) -> None:
    assert is_integer(value) == expected
