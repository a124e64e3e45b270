"""The caller's view in OpenAPI 3.1 is valid, and says the same as in 3.0."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from generator.caller_view import caller_view
from generator.document import Document
from generator.openapi31 import openapi31
from tests.generator.contracts import ROOT


def test_the_whole_view_is_valid() -> None:
    view = caller_view(Document.read(ROOT / "spec" / "openapi.yaml", "spec/openapi.yaml").root)
    document = openapi31(view)
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    assert document["openapi"].startswith("3.1.")
    assert view["openapi"].startswith("3.0."), "the other view is as it was"
    assert document["paths"].keys() == view["paths"].keys()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "string", "nullable": True}, {"type": ["string", "null"]}),
        ({"type": "string", "nullable": False}, {"type": "string"}),
        (
            {"type": "string", "enum": ["A"], "nullable": True},
            {"type": ["string", "null"], "enum": ["A", None]},
        ),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            {"type": "number", "exclusiveMinimum": 0},
        ),
        ({"type": "number", "maximum": 9, "exclusiveMaximum": False}, {"type": "number", "maximum": 9}),
        ({"type": "string", "example": "nullable"}, {"type": "string", "examples": ["nullable"]}),
    ],
)
def test_a_schema_says_the_same(old: dict[str, Any], new: dict[str, Any]) -> None:
    document = openapi31({"openapi": "3.0.3", "components": {"schemas": {"Case": old}}})
    assert document["components"]["schemas"]["Case"] == new
