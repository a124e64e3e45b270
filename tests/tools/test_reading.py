"""What counts as kept when a generated model has read an answer."""

import json
from pathlib import Path

import pytest

from tools.conformance.answers import Answer, answers
from tools.conformance.generation import CONTRACT
from tools.conformance.generators import GENERATORS, Generator
from tools.conformance.reading import Reading, count, read

ORDER = Answer(
    "parse/it",
    ("Id",),
    "CancelOrderResponse",
    '{"data":{"orderId":9007199254740993,"price":"0.10","status":"NEW"}}',
    {"data.orderId": "9007199254740993", "data.price": "0.10", "data.status": "NEW"},
)
ERROR = Answer("answers/it", (), "CancelOrderResponse", '{"code":"1"}', {"code": "1"})
BARE = Answer("answers/bare", (), "CancelOrderResponse", '{"code":null}', {})


def test_every_typed_answer_of_the_vectors_is_read_as_the_schema_of_its_response() -> None:
    found = answers(CONTRACT)
    assert len(found) > 200
    assert {answer.model for answer in found} <= set(CONTRACT["components"]["schemas"])
    assert not any("\n" in answer.body for answer in found)
    assert json.loads(next(one for one in found if one.id == "answers/not-open-spacing").body)["msg"]


def test_a_field_counts_by_itself() -> None:
    body = ORDER.body
    assert count([ORDER], {"parse/it": body})["ids"] == (1, 1)
    rounded = count([ORDER], {"parse/it": body.replace("0993", "0992")})
    assert (rounded["ids"], rounded["amounts"], rounded["words"]) == ((0, 1), (1, 1), (1, 1))
    assert count([ORDER], {"parse/it": body.replace('"0.10"', "0.1")})["amounts"] == (0, 1)
    assert count([ORDER], {"parse/it": body.replace("NEW", "unknown")})["words"] == (0, 1)


@pytest.mark.parametrize("said", ["", "TypeError: no", "null", "[1]", '{"data":null}', '{"data":[]}'])
def test_a_refusal_keeps_nothing(said: str) -> None:
    assert count([ORDER], {"parse/it": said})["ids"] == (0, 1)


def test_an_error_is_read_with_code_and_text_together() -> None:
    assert count([ERROR], {"answers/it": '{"code":"1"}'})["errors"] == (1, 1)
    assert count([ERROR], {"answers/it": '{"code":"01"}'})["errors"] == (0, 1)
    assert count([BARE], {"answers/bare": "{}"})["errors"] == (1, 1)
    assert count([BARE], {"answers/bare": "it threw"})["errors"] == (0, 1)


def test_a_reader_gets_the_answers_and_is_named_if_it_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.conformance.generators.READERS", tmp_path)
    script = tmp_path / "fake" / "read.sh"
    script.parent.mkdir()
    script.write_text('#!/bin/sh\nprintf "version\\t1.2\\n"\ncut -f1,3 "$ANSWERS"\n', "utf-8")
    script.chmod(0o755)
    generator = Generator("fake", "Fake")
    good = read(generator, tmp_path, tmp_path / "build", [ORDER])
    assert good == Reading("1.2", count([ORDER], {"parse/it": ORDER.body}))
    script.write_text("#!/bin/sh\necho no such compiler >&2\nexit 4\n", "utf-8")
    bad = read(generator, tmp_path, tmp_path / "build", [ORDER])
    assert bad.wrong == "read.sh ended with 4: no such compiler"


def test_what_is_not_installed_is_named() -> None:
    needs = {"cobol": "no-such-compiler --version", "shell": "sh -c :", "broken": "sh -c 'exit 1'"}
    assert Generator("fake", "Fake", needs=needs).missing() == ["cobol", "broken"]


def test_only_languages_without_a_toolchain_have_no_reader() -> None:
    assert {generator.name for generator in GENERATORS if generator.reader is None} == {"dart", "swift6"}
