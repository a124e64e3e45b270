"""Read the answers of the vectors with the models of a generator: the scripts in readers/."""

import os
import re
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.conformance.answers import ROOT_PATH, Answer
from tools.conformance.generation import CALLER
from tools.conformance.generators import Generator
from tools.conformance.run import communicate

#: What is counted, in the order of the table's columns.
KINDS = ("ids", "amounts", "words", "ids as text", "errors")
_IDS = re.compile(r"(?:orderId|time|updateTime)$")
_WORDS = re.compile(r"(?:symbol|status|type|side|clientOrderID|feeAsset)$")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the models of one generator make of the answers.

    Args:
        version: The version that the reader names, empty for openapi-generator.
        counts: By kind, how many fields or answers are kept, and how many there are.
        wrong: What went wrong with the reader itself, or nothing.
    """

    version: str
    counts: Mapping[str, tuple[int, int]]
    wrong: str = ""


def read(generator: Generator, generated: Path, build: Path, answers: list[Answer]) -> Reading:
    """Run a generator's reader.

    Args:
        generator: The generator, which has a reader.
        generated: What openapi-generator has written.
        build: The folder for what the reader makes.
        answers: The answers.
    """
    assert generator.reader is not None
    build.mkdir(parents=True, exist_ok=True)
    given = build / "answers.tsv"
    given.write_text("".join(answer.line() for answer in answers), "utf-8")
    paths = {"READER": generator.reader.parent, "GENERATED": generated, "ANSWERS": given}
    environment = {name: str(path) for name, path in paths.items()}
    own = {"BINGX_CALLER": str(CALLER), "BINGX_PYTHON": sys.executable}
    code, output, errors = communicate(generator.reader, {**os.environ, **environment, **own}, build)
    said = dict(line.split("\t", 1) for line in output.split("\n") if "\t" in line)
    last = "".join(errors.strip().splitlines()[-1:])
    wrong = f"read.sh ended with {code}: {last}" if code else ""
    return Reading(said.get("version", ""), count(answers, said), wrong)


def count(answers: Iterable[Answer], said: Mapping[str, str]) -> dict[str, tuple[int, int]]:
    """Count what is kept.

    Args:
        answers: The answers.
        said: By the answer's id, what its model holds.
    """
    counts = dict.fromkeys(KINDS, (0, 0))
    for answer in answers:
        kept = answer.kept(said.get(answer.id, ""))
        for kind, fields in _by_kind(answer).items():
            right, all_of_them = counts[kind]
            counts[kind] = (right + sum(fields <= kept for fields in fields), all_of_them + len(fields))
    return counts


def _by_kind(answer: Answer) -> dict[str, list[set[str]]]:
    """Return what must be kept, by kind: each field by itself, or all of an answer together."""
    every = {ROOT_PATH, *answer.fields}
    if answer.is_error:
        return {"errors": [every]}
    if "IdAsText" in answer.flags:
        return {"ids as text": [every]}
    kinds: dict[str, list[set[str]]] = {}
    for path in answer.fields:
        kind = "ids" if _IDS.search(path) else "words" if _WORDS.search(path) else "amounts"
        kinds.setdefault(kind, []).append({path})
    return kinds
