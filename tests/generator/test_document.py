import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from generator.caller_view import caller_view
from generator.document import ROOT, Document, _represent_text, short_name, yaml_text
from generator.problem import SpecError
from tests.generator.contracts import CONTRACT
from tests.support.plain_yaml import load_yaml


def read(folder: Path, source: str | bytes) -> Document:
    path = folder / "contract.yaml"
    path.write_bytes(source.encode() if isinstance(source, str) else source)
    return Document.read(path, "spec/openapi.yaml")


def test_a_document_is_plain_data_that_knows_its_lines(tmp_path: Path) -> None:
    document = read(tmp_path, "a: 1\nb:\n  - x\n  - {c: '0.5', d: 1.5, e: null}\n")
    assert document.root == {"a": 1, "b": ["x", {"c": "0.5", "d": 1.5, "e": None}]}
    ways = (("a",), ("b",), ("b", 0), ("b", 1, "d"))
    assert [document.line(way) for way in ways] == [1, 2, 3, 4]
    assert document.line(["b", 1, "not", "there"]) == 4
    assert document.line([]) == 1


def test_a_19_digit_id_is_exact(tmp_path: Path) -> None:
    assert read(tmp_path, "id: 1735964079647111280").root == {"id": 1735964079647111280}


def test_a_reference_that_all_of_describes_is_what_it_names(tmp_path: Path) -> None:
    text = """components:
  schemas:
    Amount: {type: string, format: decimal, description: An amount.}
    Word: {type: string, x-extensible: true, enum: [A]}
    Price: {allOf: [{$ref: '#/components/schemas/Amount'}]}
    Order:
      properties:
        price: {description: The limit., allOf: [{$ref: '#/components/schemas/Amount'}]}
        word: {description: Its state., allOf: [{$ref: '#/components/schemas/Word'}]}
        other: {allOf: [{$ref: '#/components/schemas/Nothing'}]}
        null_too: {nullable: true, allOf: [{$ref: '#/components/schemas/Amount'}]}
    Listed: {description: An order., allOf: [{$ref: '#/components/schemas/Order'}]}
"""
    document = read(tmp_path, text)
    schemas = document.root["components"]["schemas"]
    assert schemas["Price"] == schemas["Amount"]
    limit = {"type": "string", "format": "decimal", "description": "The limit."}
    order = schemas["Order"]["properties"]
    assert (order["price"], order["word"]) == (limit, {"$ref": "#/components/schemas/Word"})
    assert order["other"] == {"$ref": "#/components/schemas/Nothing"}
    assert order["null_too"]["nullable"]
    assert schemas["Listed"]["description"] == "An order."  # a class of its own
    assert document.line(("components", "schemas", "Order", "properties", "price", "type")) == 8


def test_line_ends_of_another_system_change_no_digest(tmp_path: Path) -> None:
    assert read(tmp_path, b"a: 1\r\nb: 2\r\n").sha256 == read(tmp_path, b"a: 1\nb: 2\n").sha256


@pytest.mark.parametrize(
    ("source", "line", "words"),
    [
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "This is not YAML"),
        ("a: 1\n\tb: 2\n", 2, "This is not YAML"),
        ("a: 'open\n", 2, "This is not YAML"),
        ("a: 1\nb: 2\na: 3\n", 3, "The key `a` is already there, at line 1"),
        ("a:\n  200: ok\n", 2, "The key `200` is not text"),
        ("a:\n  ? [x]\n  : 1\n", 2, "is not text"),
        ("a: &name 1\nb: *name\n", 1, "An alias"),
        ("a: 1\n--- \nb: 2\n", 2, "This is not YAML"),
        ("a: 1\nb: yes\n", 2, "disagree about the plain value `yes`"),
        ("a: 2024-01-31\n", 1, "disagree about the plain value `2024-01-31`"),
        ("a: 0x1F\n", 1, "disagree about the plain value `0x1F`"),
        ("a: 0o17\n", 1, "disagree about the plain value `0o17`"),
        ("a: 1_000\n", 1, "disagree about the plain value `1_000`"),
        (f"a: {'9' * 5_000}\n", 1, "The number 9999"),
        ("a: 1\nb: -1e999\n", 2, "The number -1e999 is too great"),
        ("a: 1\nb: 1.0e+3\n", 2, "Some readers take `1.0e+3` for a whole number. Write 1000"),
        ("a: .inf\n", 1, "disagree about the plain value `.inf`"),
        ("a: .nan\n", 1, "disagree about the plain value `.nan`"),
        ("a: 1:30\n", 1, "disagree about the plain value `1:30`"),
        ("a: !!binary aGk=\n", 1, "disagree about"),
        ("- 1\n", 1, "is not a mapping"),
        ("", 1, "is not a mapping"),
        (b"a: 1\nb: \xff\n", 2, "This is not UTF-8"),
        ("a: \x00\n", 1, "This is not YAML"),
        ('a: 1\nb: "\\0"\n', 2, "The text holds the control character '\\x00'"),
        ('a: "\\e[31m"\n', 1, "The text holds the control character '\\x1b'"),
    ],
)
def test_unreadable_yaml_is_refused_with_its_line(
    tmp_path: Path, source: str | bytes, line: int, words: str
) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, source)
    assert str(caught.value).startswith(f"spec/openapi.yaml:{line}: ")
    assert words in str(caught.value)


def test_all_problems_of_a_document_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, "a: yes\nb: no\n")
    assert [problem.line for problem in caught.value.problems] == [1, 2]


DEEP = {
    "lists": ("a: " + "[" * 200_000, 1),
    "mappings": ("a:\n  " + "{a: " * 200_000, 2),
    "dashes": ("- " * 200_000 + "1", 1),
    "block": ("".join(" " * level + "a:\n" for level in range(2_000)), 101),
    "JSON": ('{"a":\n' + "[" * 200_000 + "]" * 200_000 + "}", 2),
}
READ_EACH = """
import sys
from pathlib import Path
from generator.document import Document, SpecError
for path in map(Path, sys.argv[1:]):
    try:
        Document.read(path, path.name)
    except SpecError as error:
        print(error)
"""


def test_deep_nesting_is_refused_with_its_line(tmp_path: Path) -> None:
    # In a process of its own: the parser's recursion would end the process that it runs in.
    for name, (source, _) in DEEP.items():
        (tmp_path / name).write_text(source)
    command = [sys.executable, "-c", READ_EACH, *(str(tmp_path / name) for name in DEEP)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"{name}:{line}: More than 100 mappings and lists are nested here. Take them apart."
        for name, (_, line) in DEEP.items()
    ]


def test_a_value_of_any_length_is_cut_in_a_message(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        read(tmp_path, f"a: {':'.join(['59'] * 10_000)}\n".encode())
    assert str(error.value).endswith("…")
    assert len(str(error.value)) < 2_100


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for name, reason in (("fifo", "not a regular file"), ("loop", "cannot be read")):
        with pytest.raises(SpecError, match=reason):
            Document.read(tmp_path / name, short_name(tmp_path / name))


def test_aliases_that_multiply_are_refused_at_once(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x]", *[f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 60)]]
    with pytest.raises(SpecError, match=r"openapi\.yaml:1: An alias"):
        read(tmp_path, "\n".join(lines))


def test_what_a_terminal_would_obey_is_written_out(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, '"\\e[2J\\u202e": 1\n"\\e[2J\\u202e": 2')
    assert r"The key `\x1b[2J\u202e` is already there" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"spec/openapi\.yaml:1: The file cannot be read \(No such file"):
        Document.read(tmp_path / "nothing.yaml", "spec/openapi.yaml")


def test_written_yaml_reads_back_the_same() -> None:
    caller = caller_view(load_yaml(CONTRACT))
    assert load_yaml(yaml_text(caller)) == caller


def test_ambiguous_words_are_quoted() -> None:
    text = yaml_text({"a": ["no", "0.1532", "1e3", "2024-01-31", "null", "MØTH-USDT", "plain"]})
    assert text.splitlines() == [
        "a:", "- 'no'", "- '0.1532'", "- 1e3", "- '2024-01-31'", "- 'null'", "- MØTH-USDT", "- plain",
    ]  # fmt: skip


def test_the_parser_in_c_and_the_one_in_python_write_the_same() -> None:
    class Slow(yaml.SafeDumper):
        def ignore_aliases(self, _: object) -> bool:
            return True

    Slow.add_representer(str, _represent_text)
    caller = caller_view(load_yaml(CONTRACT))
    slow = yaml.dump(caller, Dumper=Slow, sort_keys=False, allow_unicode=True, width=110)
    assert slow == yaml_text(caller)
