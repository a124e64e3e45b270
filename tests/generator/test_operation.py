"""The fields of an object, whatever its schema is made of."""

import pytest

from generator.operation import members

ROOT = {"components": {"schemas": {"Base": {"type": "object", "properties": {"x": {"type": "string"}}}}}}
BASE = {"$ref": "#/components/schemas/Base"}


@pytest.mark.parametrize(
    "schema",
    [
        {"allOf": [BASE], "required": ["x"]},
        {"allOf": [BASE, {"required": ["x"]}]},
        {"allOf": [{"required": ["x"]}, BASE]},
        {"allOf": [{"required": ["x"]}], "properties": {"x": {"type": "string"}}},
    ],
)
def test_what_one_part_requires_is_required(schema: dict[str, object]) -> None:
    assert [(field.name, field.required) for field in members(ROOT, schema, ())] == [("x", True)]
