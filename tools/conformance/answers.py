"""The answers of the vectors, as the answer model of a generated client has to read them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.conformance.language import ROOT

#: The flag of an answer that the response schema must refuse.
NOT_TYPED = "NotTyped"
#: The path of the answer itself: that it is read at all.
ROOT_PATH = ""
_SUCCESSES, _ERRORS = "parse", "answers"
_CANCEL = "cancelOrder"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of parse.json or answers.json.

    Args:
        id: The test's id, after the name of its file.
        flags: The test's flags, none for an answer of answers.json.
        model: The schema of the response.
        body: The body, on one line.
        fields: By path, the text that the model must keep.
    """

    id: str
    flags: tuple[str, ...]
    model: str
    body: str
    fields: Mapping[str, str]

    def line(self) -> str:
        """Return the answer as a reader gets it."""
        return f"{self.id}\t{self.model}\t{self.body}\n"

    @property
    def is_error(self) -> bool:
        """Whether it is an answer of answers.json."""
        return self.id.startswith(_ERRORS)

    def kept(self, said: str) -> set[str]:
        """Return the paths of what the model still has, as its reader has written it.

        Args:
            said: The model as JSON. A text that is none is the reader's error.
        """
        try:
            model = json.loads(said)
        except ValueError:
            return set()
        fields = {path for path, text in self.fields.items() if _at(model, path) == text}
        return fields | {ROOT_PATH} if isinstance(model, dict) else set()


def answers(contract: Mapping[str, Any]) -> list[Answer]:
    """Return the answers of the vectors that a response schema accepts.

    Args:
        contract: The caller's view, which says which schema an answer has.
    """
    return [*_successes(contract), *_errors(contract)]


def _successes(contract: Mapping[str, Any]) -> Iterator[Answer]:
    for test in _typed(f"{_SUCCESSES}.json"):
        fields = {f"data.{path}": text for path, text in test["fields"].items()}
        yield _answer(contract, _SUCCESSES, test, tuple(test["flags"]), fields)


def _errors(contract: Mapping[str, Any]) -> Iterator[Answer]:
    for test in _typed(f"{_ERRORS}.json"):
        try:
            body = json.loads(test["answer"]["body"], parse_constant=_refuse, object_pairs_hook=_unique)
        except ValueError:
            continue
        kept = {name: str(body[name]) for name in ("code", "msg") if body.get(name)}
        yield _answer(contract, _ERRORS, test, (), kept)


def _answer(
    contract: Mapping[str, Any],
    file: str,
    test: Mapping[str, Any],
    flags: tuple[str, ...],
    fields: Mapping[str, str],
) -> Answer:
    model = _model(contract, test.get("operation", _CANCEL), str(test["answer"]["status"]))
    # Outside texts JSON takes a space for a line break or a tab, and in texts it has neither.
    body = " ".join(test["answer"]["body"].split("\n")).replace("\r", " ").replace("\t", " ")
    return Answer(f"{file}/{test['id']}", flags, model, body, fields)


def _model(contract: Mapping[str, Any], operation: str, status: str) -> str:
    """Return the name of the schema of a response."""
    responses = next(
        node["responses"]
        for item in contract["paths"].values()
        for node in item.values()
        if isinstance(node, Mapping) and node.get("operationId") == operation
    )
    response = responses.get(status) or responses["default"]
    if "$ref" in response:
        response = contract["components"]["responses"][response["$ref"].split("/")[-1]]
    return str(response["content"]["application/json"]["schema"]["$ref"].split("/")[-1])


def _typed(name: str) -> Iterator[Mapping[str, Any]]:
    vectors = json.loads((ROOT / "spec" / "vectors" / name).read_text("utf-8"))
    for group in vectors["groups"]:
        yield from (test for test in group["tests"] if NOT_TYPED not in test["flags"])


def _at(value: Any, path: str) -> str | None:
    try:
        for step in path.split("."):
            value = value[int(step)] if isinstance(value, list) else value[step]
    except (LookupError, TypeError, ValueError):
        return None
    return str(value)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that is there twice: readers differ in which of the two they keep."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(pairs)
    return members
