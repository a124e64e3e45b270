"""The schemas beside the contract, and the page about its extensions."""

import re
from typing import Any

from tests.spec.vectors import SPEC, read_json


def test_every_schema_has_an_id_of_its_own_with_a_version() -> None:
    ids = [read_json(f"schemas/{path.name}")["$id"] for path in (SPEC / "schemas").iterdir()]
    assert all(re.fullmatch(r"urn:bingx-spot:schema:[a-z-]+:\d+\.\d+\.\d+", name) for name in ids)
    assert len(set(ids)) == len(ids)


def test_the_page_has_every_extension_and_the_version_of_the_vocabulary() -> None:
    page, schema = (SPEC / "extensions.md").read_text("utf-8"), read_json("schemas/extensions.schema.json")
    assert set(re.findall(r"^\| `(x-[a-z-]+)`", page, re.MULTILINE)) == set(schema["properties"])
    assert f"**{schema['$id'].rsplit(':', 1)[1]}**" in page


def test_the_page_explains_each_extension_and_each_of_its_members() -> None:
    page, schema = (SPEC / "extensions.md").read_text("utf-8"), read_json("schemas/extensions.schema.json")
    sections = dict(re.findall(r"^## `(x-[a-z-]+)`\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE))
    assert sections.keys() == schema["properties"].keys()
    # signing.md explains the inside of its members.
    signing = {name: {} for name in read_json("schemas/signing.schema.json")["properties"]}
    for name, section in sections.items():
        members = signing if name == "x-bingx-signing" else schema["properties"][name].get("properties", {})
        missing = [member for member in set(members) | _nested(members) if f"`{member}`" not in section]
        assert missing == [], name


def _nested(members: dict[str, Any]) -> set[str]:
    """Return the names of the members of members that the schema states in place."""
    return {
        inner
        for member in members.values()
        if member.get("properties") and not member.get("$ref")
        for inner in member["properties"]
    }
