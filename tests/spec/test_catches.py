"""Every case of every file of vectors says what kind of bug it catches."""

import pytest
from jsonschema import Draft202012Validator

from tests.spec.vectors import SPEC, read_json

CATCHES = read_json("vectors/catches.json")
FILES = sorted(path.name for path in (SPEC / "vectors").glob("*.json") if path.name != "catches.json")


@pytest.mark.parametrize("name", FILES)
def test_every_case_has_a_flag_and_every_flag_a_kind_of_bug(name: str) -> None:
    vectors = read_json(f"vectors/{name}")
    tests = [test for group in vectors["groups"] for test in group["tests"]]
    assert [test["id"] for test in tests if not test["flags"]] == []
    assert CATCHES[name].keys() == vectors["notes"].keys()


def test_the_file_obeys_its_schema() -> None:
    validator = Draft202012Validator(read_json("schemas/catches.schema.json"))
    assert list(validator.iter_errors(CATCHES)) == []
