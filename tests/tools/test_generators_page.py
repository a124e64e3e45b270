"""The table of spec/generators.md is what `make generators` made, of the pinned versions."""

import json
import re
from importlib.metadata import version

from tools.conformance.generators import GENERATORS, READERS, Generator
from tools.conformance.generators_page import PAGE, differences, rows, stored_rows, with_rows
from tools.conformance.language import TOOLS
from tools.conformance.reading import KINDS, Reading
from tools.conformance.run import Verdict
from tools.conformance.trial import Trial

TEXT = PAGE.read_text("utf-8")
STORED = {name: [cell.strip() for cell in row.split("|")[1:-1]] for name, row in stored_rows(TEXT).items()}
RUBY = Generator("ruby", "Ruby")


def read(right: int) -> Trial:
    return Trial(RUBY, reading=Reading("", dict.fromkeys(KINDS, (right, 19))))


def pinned(generator: Generator) -> str:
    folder = READERS / generator.name
    if generator.options is not None:
        return version("openapi-generator-cli")
    if generator.name == "ogen":
        return re.findall(r"ogen-go/ogen v(\S+)", (folder / "go.mod").read_text("utf-8"))[0]
    if generator.name == "datamodel-code-generator":
        return re.findall(r"==(\S+)", (folder / "requirements.in").read_text("utf-8"))[0]
    wanted = json.loads((folder / "package.json").read_text("utf-8"))["devDependencies"]
    return str({**wanted, "hey-api": wanted.get("@hey-api/openapi-ts")}[generator.name])


def test_it_has_every_generator_and_every_overlay() -> None:
    assert set(STORED) - {generator.name for generator in GENERATORS} == {
        "oapi-codegen of Go",
        "openapi-generator of Java",
        "openapi-python-client of Python",
        "progenitor of Rust",
        "openapi-typescript of TypeScript",
    }
    assert len(STORED) == len(GENERATORS) + len(TOOLS) > 16


def test_it_is_of_the_pinned_versions_and_options() -> None:
    for generator in GENERATORS:
        row = STORED[generator.name]
        assert row[1:3] == [pinned(generator), generator.language]
        assert row[3] == " ".join(f"`{option}`" for option in generator.options or ()) or generator.hint


def test_it_says_of_each_whether_its_models_were_read() -> None:
    for generator in GENERATORS:
        counts = STORED[generator.name][4:]
        if generator.reader:
            assert all(re.fullmatch(r"\d+ of \d+", count) for count in counts)
        else:
            assert counts[0] == "generated, not parsed: no toolchain"


def test_amounts_and_words_are_kept_everywhere_and_ids_wherever_there_are_integers() -> None:
    for name, row in STORED.items():
        for kind, cell in zip(KINDS[:3], row[4:], strict=False):
            counts = re.findall(r"\d+", cell)
            assert len(set(counts)) < 2 or (name, kind) == ("r", "ids")


def test_a_row_that_is_read_otherwise_is_named_and_can_be_written() -> None:
    made = rows([read(19)], [])
    page = with_rows(TEXT, made)
    assert differences(made, page) == []
    assert differences(rows([read(18)], []), page) == [
        "spec/generators.md has another row for ruby: run `make generators`"
    ]
    assert stored_rows(page).keys() == STORED.keys()


def test_what_was_not_read_says_nothing() -> None:
    unread = Trial(RUBY, why_not="not installed: ruby")
    broken = Verdict("Go", "oapi-codegen 1", wrongs=("no",))
    assert rows([unread], [broken, Verdict("Rust", missing=("cargo",))]) == {}
