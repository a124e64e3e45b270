"""The contract as plain data with line numbers, and plain data as YAML or JSON text.

PyYAML's C parser gives the position of every node and reads a contract of 200 endpoints in a fraction of a
second. A round-trip parser takes many times that.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any, Protocol

import yaml

from generator.problem import Problem, SpecError, listed

ROOT = Path(__file__).resolve().parent.parent
"""The project."""

PLAIN = ("string", "integer", "number", "boolean")
"""The types of plain values."""

Location = tuple[str | int, ...]
"""The path from the root of a document to one of its nodes: keys and list indices."""

# The contract has 12 levels.
_DEEPEST = 100
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_NUMBER_ELSEWHERE = re.compile(r"[-+]?(\.?[0-9][0-9_]*)(\.[0-9_]*)?([eE][-+]?[0-9]+)?|0[xob][0-9a-fA-F_]+")
_LONGEST_NUMBER = 40
# Python source cannot hold the first, a terminal obeys others.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_WORDS: Mapping[str, bool | None] = {"true": True, "false": False, "null": None}
_TEXT_TAG = "tag:yaml.org,2002:str"
_BESIDE = {"description"}
_QUOTED = ("'", '"', "|", ">")


class Named(Protocol):
    """Anything with a name."""

    @property
    def name(self) -> str:
        """Its name."""


@dataclass(frozen=True, slots=True)
class Document:
    """A contract and the line numbers of its parts.

    Args:
        name: The name that messages use.
        sha256: Digest of its bytes with LF line ends, in lower-case hex.
        root: The document as plain data.
        lines: The line of each node, from 1.
    """

    name: str
    sha256: str
    root: dict[str, Any]
    lines: Mapping[Location, int]

    @classmethod
    def read(cls, path: Path, name: str) -> "Document":
        """Read a contract.

        Raises:
            SpecError: It cannot be read, is not YAML, or holds a value that YAML readers disagree about.
        """
        source = _bytes(path, name)
        root, lines = _plain_data(source, name)
        if not isinstance(root, dict):
            text = "The document is not a mapping. Begin it with `openapi: 3.0.3`."
            raise SpecError(name, [Problem(1, text)])
        match root:
            case {"components": {"schemas": dict(schemas)}}:
                _unwrap(root, schemas)
        return cls(name, hashlib.sha256(source).hexdigest(), root, lines)

    def line(self, location: Iterable[str | int]) -> int:
        """Return the line of a node, or of its nearest ancestor in the document."""
        path = tuple(location)
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, location: Iterable[str | int], text: str) -> Problem:
        """Return a problem at a node's line."""
        return Problem(self.line(location), text)

    def unknown_names(
        self, location: Iterable[str | int], names: Iterable[str], known: Iterable[Named], kind: str
    ) -> Iterator[Problem]:
        """Yield a problem for each name that is not one of the known ones."""
        there = [member.name for member in known]
        for name in names:
            if name not in there:
                yield self.problem(location, f"`{name}` is no {kind} ({listed(there)}). Correct it.")

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Raise if there are problems.

        Raises:
            SpecError: There is at least one problem.
        """
        found = list(problems)
        if found:
            raise SpecError(self.name, found)


def read_data(path: Path, name: str) -> Any:
    """Return the plain data in a file of YAML or JSON, whatever it is.

    Raises:
        SpecError: As in `Document.read`.
    """
    return _plain_data(_bytes(path, name), name)[0]


def short_name(path: Path) -> str:
    """Return a path relative to the working directory or the project, such as `spec/openapi.yaml`."""
    absolute = Path(os.path.realpath(path))
    for folder in (Path.cwd(), ROOT):
        if absolute.is_relative_to(folder):
            return absolute.relative_to(folder).as_posix()
    return path.as_posix()


def _bytes(path: Path, name: str) -> bytes:
    """Read a file with LF line ends, so that its digest is the same on every system."""
    try:
        if path.exists() and not path.is_file():
            # A FIFO would be waited for, and /dev/zero has no end.
            raise SpecError(name, [Problem(1, "This is not a regular file. Name another with --spec.")])
        return path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        text = f"The file cannot be read ({error.strerror}). Name another with --spec."
        raise SpecError(name, [Problem(1, text)]) from None


def _plain_data(source: bytes, name: str) -> tuple[Any, Mapping[Location, int]]:
    reader = _Reader()
    root = reader.value(_compose(source, name), ())
    if reader.problems:
        raise SpecError(name, reader.problems)
    return root, reader.lines


def _compose(source: bytes, name: str) -> yaml.Node | None:
    try:
        source.decode("utf-8")
        _check_depth(source, name)
        return yaml.compose(source, Loader=_LOADER)
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise SpecError(name, [Problem(line, "This is not UTF-8. Save the file as UTF-8.")]) from None
    except yaml.YAMLError as error:
        raise SpecError(name, [_syntax_problem(error)]) from None


def _check_depth(source: bytes, name: str) -> None:
    """Raise `SpecError` where the nesting is deep: the parser's own recursion would end the process."""
    depth = 0
    for event in yaml.parse(source, Loader=_LOADER):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            text = f"More than {_DEEPEST} mappings and lists are nested here. Take them apart."
            raise SpecError(name, [Problem(_line(event.start_mark), text)])


def _syntax_problem(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "cannot be parsed"
    return Problem(_line(mark), f"This is not YAML: {what}. Correct the syntax at or just above this line.")


def _line(mark: Any) -> int:
    return 1 if mark is None else int(mark.line) + 1


class _Reader:
    """Converts YAML nodes to plain data. Collects lines, and values that YAML readers disagree about."""

    def __init__(self) -> None:
        self.lines: dict[Location, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node | None, location: Location) -> Any:
        if node is None:
            return None
        self.lines.setdefault(location, node.start_mark.line + 1)
        if id(node) in self._seen:
            return self._refuse(node, "An alias (`*name`) is used. Use `$ref` to a component instead.")
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, location)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*location, index)) for index, item in enumerate(node.value)]
        return self._scalar(node)

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            key, line = self._key(key_node), key_node.start_mark.line + 1
            if key in result:
                text = f"The key `{key}` is already there, at line {first[key]}. Keep one of the two."
                self._refuse(key_node, text)
            self.lines[(*location, key)] = line
            first[key] = line
            result[key] = self.value(value_node, (*location, key))
        return result

    def _key(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.ScalarNode) and node.tag == _TEXT_TAG:
            return str(node.value)
        text = node.value if isinstance(node, yaml.ScalarNode) else "…"
        self._refuse(node, f"The key `{text}` is not text. Put it in quotes.")
        return str(text)

    def _scalar(self, node: yaml.Node) -> Any:
        text = str(node.value)
        if control := _CONTROL.search(text):
            self._refuse(node, f"The text holds the control character {control[0]!a}. Leave it out.")
        if isinstance(node, yaml.ScalarNode) and node.style in _QUOTED:
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _NUMBER.fullmatch(text):
            # Python reads no more than 4,300 digits, and greater floats as infinite.
            number: float = inf
            if len(text) <= _LONGEST_NUMBER:
                number = float(text) if set(text) & set(".eE") else int(text)
            if isinstance(number, float) and number.is_integer():
                words = f"Some readers take `{text}` for a whole number. Write {int(number)}, or use quotes."
                self._refuse(node, words)
            if isfinite(number):
                return number
            self._refuse(node, f"The number {text[:_LONGEST_NUMBER]} is too great. Put it in quotes.")
            return 0
        if node.tag != _TEXT_TAG or _NUMBER_ELSEWHERE.fullmatch(text):
            advice = "Put it in quotes, or write it as JSON does."
            self._refuse(node, f"Readers of YAML disagree about the plain value `{text}`. {advice}")
        return text

    def _refuse(self, node: yaml.Node, text: str) -> None:
        self.problems.append(Problem(node.start_mark.line + 1, text))


def _unwrap(node: Any, schemas: Mapping[str, Any]) -> None:
    """Replace each `allOf` of one reference, with or without a description, by what it means."""
    for key, child in node.items() if isinstance(node, dict) else enumerate(node):
        match child:
            case {"allOf": [{"$ref": str(name)} as bare], **own} if len(bare) == 1 and own.keys() <= _BESIDE:
                meant = schemas.get(name.removeprefix("#/components/schemas/"))
                if isinstance(meant, dict) and meant.get("type") in PLAIN and "x-extensible" not in meant:
                    node[key] = {**meant, **own}
                elif node is not schemas:  # objects and open enums stay one class for all
                    node[key] = bare
            case dict() | list():
                _unwrap(child, schemas)


_BASE: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_BASE):  # type: ignore[misc, valid-type]
    """A dumper that writes multi-line text as a block and never uses aliases."""

    def ignore_aliases(self, _: Any) -> bool:
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(_TEXT_TAG, text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent_text)


def yaml_text(data: Mapping[str, Any]) -> str:
    """Return data as YAML, keys in the given order.

    Text that some version of YAML reads as another type (`'NO'`, `'0.1532'`) is quoted.
    """
    return str(yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110))


def json_text(data: Mapping[str, Any]) -> str:
    """Return data as JSON, keys in the given order."""
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
