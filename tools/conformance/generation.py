"""Code generation for languages without a toolchain here, by nine more generators of openapi-generator."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from tools.conformance.language import ROOT

#: By the generator's name, the language.
GENERATORS = {
    "csharp": "C#",
    "dart": "Dart",
    "elixir": "Elixir",
    "kotlin": "Kotlin",
    "php": "PHP",
    "r": "R",
    "ruby": "Ruby",
    "scala-sttp": "Scala",
    "swift6": "Swift",
}
CALLER = ROOT / "generated" / "openapi.caller.yaml"
CONTRACT = json.loads((ROOT / "generated" / "openapi.caller.json").read_text("utf-8"))
REQUEST = "CancelOrderRequest"
ANSWER = "CancelledOrder"
#: Parameters that a generated request must not have.
INJECTED = ("timestamp", "signature")
_JAVA = "java"
# A JVM that runs for a second should not optimise.
_OPTIONS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Dlog.level=warn")
_COMPLAINT = re.compile(r"\b(?:WARN|ERROR|Exception)\b.*")
# The generator found a way round by itself.
_REMEDIED = "Renamed to"
_LOSSY = re.compile(r"\b(?:big)?(?:decimal|double|float)\b", re.IGNORECASE)
_NOT_SOURCE = re.compile(r"(^|/)(docs?|tests?|specs?|\.openapi-generator)(/|$)|test|\.md$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Generated:
    """The output of one generator.

    Args:
        language: The language.
        generator: The generator's name.
        wrongs: Its problems, a sentence each.
    """

    language: str
    generator: str
    wrongs: tuple[str, ...]


def generate_all(folder: Path, source: Path = CALLER) -> list[Generated]:
    """Run every generator, two at a time.

    Args:
        folder: The output folder.
        source: The document to generate from.
    """
    with ThreadPoolExecutor(2) as threads:
        return list(threads.map(lambda name: generate(name, folder / name, source), GENERATORS))


def generate(name: str, folder: Path, source: Path = CALLER) -> Generated:
    """Run one generator into an empty folder and check its output."""
    shutil.rmtree(folder, ignore_errors=True)
    jar = str(files("openapi_generator_cli") / "openapi-generator.jar")
    command = [_JAVA, *_OPTIONS, "-jar", jar, "generate", "-g", name, "-i", str(source), "-o", str(folder)]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    output = f"{ran.stdout}\n{ran.stderr}"
    wrongs = [f"ended with {ran.returncode}"] if ran.returncode else []
    # Some generators repeat a warning for every use of a name.
    wrongs += dict.fromkeys(match[0] for match in _COMPLAINT.finditer(output) if _REMEDIED not in match[0])
    if not wrongs:
        wrongs += [*_model_wrongs(folder), *_answer_wrongs(folder)]
    return Generated(GENERATORS[name], name, tuple(wrongs))


def _model_wrongs(folder: Path) -> Iterator[str]:
    """Yield the fields that the request model lacks, and those that it must not have."""
    models = list(_models(folder, REQUEST))
    if len(models) != 1:
        yield f"{len(models)} files look like the model {REQUEST}"
        return
    request = CONTRACT["components"]["schemas"][REQUEST]
    text = _without_prose(html.unescape(models[0].read_text("utf-8")), request)
    for field in request["properties"]:
        if not re.search(rf"\b{field}\b", text):
            yield f"the model has no {field}"
    for name in INJECTED:
        if re.search(rf"\b{name}\b", text, re.IGNORECASE):
            yield f"the model has {name}, which the signing layer injects"


def _answer_wrongs(folder: Path) -> Iterator[str]:
    """Yield the fields that the model of an answer lacks, and a type that would change an amount."""
    models = list(_models(folder, ANSWER))
    if len(models) != 1:
        yield f"{len(models)} files look like the model {ANSWER}"
        return
    answer = CONTRACT["components"]["schemas"][ANSWER]
    text = _without_prose(html.unescape(models[0].read_text("utf-8")), answer)
    for field in answer["properties"]:
        if not re.search(rf"\b{field}\b", text):
            yield f"the model {ANSWER} has no {field}"
    if found := _LOSSY.search(text):
        yield f"the model {ANSWER} has a {found[0]}, and an amount is text"


def _models(folder: Path, model: str) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        plain = path.stem.replace("_", "").lower()
        within = path.relative_to(folder).as_posix()
        if path.is_file() and plain == model.lower() and not _NOT_SOURCE.search(within):
            yield path


def _without_prose(text: str, request: Mapping[str, Any]) -> str:
    """Remove descriptions, which name fields too, with any line breaks in them."""
    schemas = CONTRACT["components"]["schemas"]
    descriptions = [request["description"]]
    for schema in request["properties"].values():
        referred = schemas[schema["$ref"].split("/")[-1]] if "$ref" in schema else schema
        descriptions.append(referred["description"])
    for description in (*descriptions, CONTRACT["info"]["description"]):
        words = re.findall(r"\w+", description)
        text = re.sub(r"(?:\W|\\n)+".join(words), "", text)
    return text
