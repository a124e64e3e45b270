"""The schemas beside the contract, and the page about its extensions."""

import re

from tests.spec.vectors import SPEC, read_json


def test_every_schema_has_an_id_of_its_own_with_a_version() -> None:
    ids = [read_json(f"schemas/{path.name}")["$id"] for path in (SPEC / "schemas").iterdir()]
    assert all(re.fullmatch(r"urn:bingx-spot:schema:[a-z-]+:\d+\.\d+\.\d+", name) for name in ids)
    assert len(set(ids)) == len(ids)


def test_the_page_has_every_extension_and_the_version_of_the_vocabulary() -> None:
    page, schema = (SPEC / "extensions.md").read_text("utf-8"), read_json("schemas/extensions.schema.json")
    assert set(re.findall(r"^\| `(x-[a-z-]+)`", page, re.MULTILINE)) == set(schema["properties"])
    assert f"**{schema['$id'].rsplit(':', 1)[1]}**" in page
