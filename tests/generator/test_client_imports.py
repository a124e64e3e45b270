"""Models import each other at the top of their modules, except where that would be circular."""

from pathlib import Path

import pytest

from generator.run import generate
from tests.generator.conftest import run_python
from tests.generator.contracts import edited

# Left and Right hold each other, Node itself, Holder and Outer those of the ring; Leaf is held alone.
SCHEMAS = """
    Outer:
      type: object
      required: [holder]
      properties:
        holder: {$ref: '#/components/schemas/Holder'}
        leaf: {$ref: '#/components/schemas/Leaf'}
    Holder:
      type: object
      required: [left]
      properties:
        left: {$ref: '#/components/schemas/Left'}
        nodes: {type: array, items: {$ref: '#/components/schemas/Node'}}
    Left:
      type: object
      properties:
        rights: {type: array, items: {$ref: '#/components/schemas/Right'}}
        leaf: {$ref: '#/components/schemas/Leaf'}
    Right:
      type: object
      additionalProperties: {$ref: '#/components/schemas/Left'}
    Node:
      type: object
      required: [name]
      properties:
        name: {type: string}
        next: {$ref: '#/components/schemas/Node'}
        rest: {type: array, items: {$ref: '#/components/schemas/Node'}}
    Leaf:
      type: object
      properties: {word: {type: string}}
"""
DATA = {
    "outer": {
        "holder": {
            "left": {"rights": [{"a": {"leaf": {"word": "deep"}}}]},
            "nodes": [{"name": "first", "next": {"name": "second"}, "rest": [{"name": "third"}]}],
        },
        "leaf": {"word": "near"},
    },
    "left": {"rights": [{"a": {"rights": []}}]},
    "right": {"a": {"rights": [{"b": {}}]}},
    "node": {"name": "first", "rest": [{"name": "second", "next": {"name": "third"}}]},
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ring")
    (folder / "openapi.yaml").write_text(edited(("\n  schemas:\n", f"\n  schemas:{SCHEMAS}")), "utf-8")
    generate(folder / "openapi.yaml", "spec/openapi.yaml", folder / "generated")
    return folder / "generated"


@pytest.mark.parametrize("name", DATA)
def test_a_model_is_read_and_written_whichever_is_imported_first(tree: Path, name: str) -> None:
    said = run_python(
        tree,
        f"""
from importlib import import_module
module = import_module("bingx_spot_api.models.{name}")
model = module.{name.title()}.from_dict({DATA[name]!r})
assert model.to_dict() == {DATA[name]!r}, model
assert type(model).from_dict(model.to_dict()) == model
print(repr(model).count("third"), repr(model).count("deep"))
""",
    )
    assert said == f"{repr(DATA[name]).count('third')} {repr(DATA[name]).count('deep')}\n"


@pytest.mark.parametrize(
    ("name", "at_the_head", "in_functions"),
    [
        ("outer", {"holder", "leaf"}, set()),
        ("holder", {"left", "node"}, set()),
        ("left", {"leaf"}, {"right"}),
        ("right", set(), {"left"}),
        ("node", set(), set()),
        ("cancel_order_response", {"cancelled_order"}, set()),
    ],
)
def test_only_circular_imports_are_in_functions(
    tree: Path, name: str, at_the_head: set[str], in_functions: set[str]
) -> None:
    text = (tree / f"python/bingx_spot_api/models/{name}.py").read_text("utf-8")
    lines = [line for line in text.splitlines() if "from ..models." in line]
    imported = {
        depth: {line.split(".")[3].split()[0] for line in lines if line.startswith(depth + "from")}
        for depth in ("", " " * 4, " " * 8)
    }
    assert imported == {"": at_the_head, " " * 4: in_functions, " " * 8: in_functions}
    assert ("TYPE_CHECKING" in text) is bool(in_functions)
