import pytest

from generator.references import objects, resolve

ROOT = {
    "paths": {"/a": {"get": {"responses": {"default": {"$ref": "#/components/responses/x~1y"}}}}},
    "components": {
        "responses": {"x/y": {"$ref": "#/components/responses/end"}, "end": {"description": "d"}},
        "schemas": {"loop": {"$ref": "#/components/schemas/loop"}},
    },
}


def test_a_reference_is_followed_to_its_end() -> None:
    response = ROOT["paths"]["/a"]["get"]["responses"]["default"]  # type: ignore[index]
    assert resolve(ROOT, response) == (("components", "responses", "end"), {"description": "d"})


def test_an_object_without_a_reference_is_returned() -> None:
    assert resolve(ROOT, {"type": "string"}, ("here",)) == (("here",), {"type": "string"})


@pytest.mark.parametrize(
    "reference", ["#/components/schemas/none", "#/openapi/x", "a.yaml", "#/components/schemas/loop"]
)
def test_a_reference_to_nothing_is_a_lookup_error(reference: str) -> None:
    with pytest.raises(LookupError):
        resolve({**ROOT, "openapi": "3.0.3"}, {"$ref": reference})


def test_examples_and_extensions_hold_no_openapi_objects() -> None:
    root = {
        "x-a": {"b": {}},
        "schema": {
            "example": {"c": {}},
            "properties": {"example": {"type": "string"}, "$ref": {"type": "string"}},
        },
    }
    assert [location for location, _ in objects(root)] == [
        (), ("schema",), ("schema", "properties", "example"), ("schema", "properties", "$ref"),
    ]  # fmt: skip
