"""Code generation by openapi-generator, and what its models must have and must not have."""

import html
import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from tools.conformance.generators import Generator
from tools.conformance.language import ROOT

CALLER = ROOT / "generated" / "openapi.caller.yaml"
CONTRACT = json.loads((ROOT / "generated" / "openapi.caller.json").read_text("utf-8"))
REQUEST = "CancelOrderRequest"
ANSWER = "CancelledOrder"
_AMOUNT = "price"
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


def generate(generator: Generator, folder: Path, source: Path = CALLER) -> list[str]:
    """Run a generator into an empty folder, and return what is wrong with its output, a sentence each.

    The first run stores the loaded classes beside the folder, which halves the time of the others.

    Args:
        generator: One of openapi-generator.
        folder: The output folder.
        source: The document to generate from.
    """
    classes = folder.parent / "openapi-generator.jsa"
    sharing = f"-XX:{'SharedArchiveFile' if classes.exists() else 'ArchiveClassesAtExit'}={classes}"
    shutil.rmtree(folder, ignore_errors=True)
    jar = str(files("openapi_generator_cli") / "openapi-generator.jar")
    given = ["-g", generator.name, "-i", str(source), "-o", str(folder), *(generator.options or ())]
    command = [_JAVA, *_OPTIONS, sharing, "-jar", jar, "generate", *given]
    ran = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    output = f"{ran.stdout}\n{ran.stderr}"
    wrongs = [f"ended with {ran.returncode}"] if ran.returncode else []
    # Some generators repeat a warning for every use of a name.
    wrongs += dict.fromkeys(match[0] for match in _COMPLAINT.finditer(output) if _REMEDIED not in match[0])
    return wrongs or [*_model_wrongs(folder), *_answer_wrongs(folder)]


def _model_wrongs(folder: Path) -> Iterator[str]:
    """Yield the fields that the request model lacks, and those that it must not have."""
    request = CONTRACT["components"]["schemas"][REQUEST]
    text = _text(folder, REQUEST)
    for field in request["properties"]:
        if not re.search(rf"\b{field}\b", text):
            yield f"the model has no {field}"
    for name in INJECTED:
        if re.search(rf"\b{name}\b", text, re.IGNORECASE):
            yield f"the model has {name}, which the signing layer injects"


def _answer_wrongs(folder: Path) -> Iterator[str]:
    """Yield the fields that the model of an answer lacks, and a type that would change an amount."""
    answer = CONTRACT["components"]["schemas"][ANSWER]
    text = _text(folder, ANSWER)
    for field in answer["properties"]:
        if not re.search(rf"\b{field}\b", text):
            yield f"the model {ANSWER} has no {field}"
    lines = [line for line in text.splitlines() if re.search(_AMOUNT, line, re.IGNORECASE)]
    if found := _LOSSY.search("\n".join(lines)):
        yield f"the model {ANSWER} has a {found[0]}, and an amount is text"


def _text(folder: Path, model: str) -> str:
    """Return the source of a model, in one file or in two, without its descriptions."""
    text = "\n".join(path.read_text("utf-8") for path in _models(folder, model))
    return _without_prose(html.unescape(text), CONTRACT["components"]["schemas"][model])


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
