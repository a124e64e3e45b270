"""One operation of the contract: its parameters, its body, its response."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from generator.document import Location
from generator.references import resolve

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
JSON = "application/json"
SHARED = ("states", "timing")
"""Members of `x-bingx-outcome` in whose place the name of an operation with the same may stand."""


@dataclass(frozen=True, slots=True)
class Member:
    """One parameter of a request, or one field of an object.

    Args:
        name: Its name on the wire.
        location: Its location.
        schema: Its schema, with references resolved.
        required: Whether it is required.
        injected: Whether the signing layer supplies it (`x-injected`).
        place: Where a parameter goes: `body`, `query`, `path`, `header` or `cookie`; a field's is `body`.
        description: Its description, on one line for each paragraph.
        example: Its example, or None.
    """

    name: str
    location: Location
    schema: Mapping[str, Any]
    required: bool
    injected: bool
    place: str = "body"
    description: str = ""
    example: Any = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, with references resolved.

    Args:
        root: Its document.
        location: Its location.
        path: Its path.
        method: Its method, in lower case.
        node: The OpenAPI operation object.
    """

    root: Mapping[str, Any]
    location: Location
    path: str
    method: str
    node: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The operation as `POST /path`."""
        return f"{self.method.upper()} {self.path}"

    @property
    def signed(self) -> bool:
        """Whether the operation has a security scheme."""
        return bool(self.node.get("security"))

    def outcome(self) -> Mapping[str, Any]:
        """Return `x-bingx-outcome`, with the parts that it shares with another operation."""
        return outcome_of(self.root, self.node)

    def body(self) -> tuple[Location, Mapping[str, Any]] | None:
        """Return the request body object."""
        if "requestBody" not in self.node:
            return None
        return resolve(self.root, self.node["requestBody"], (*self.location, "requestBody"))

    def content_types(self) -> list[str]:
        """Return the content types of the request body."""
        body = self.body()
        return list(body[1].get("content", {})) if body else []

    def body_schema(self) -> tuple[Location, Mapping[str, Any]] | None:
        """Return the schema of the request body, in its first content type."""
        body, types = self.body(), self.content_types()
        if body is None or not types:
            return None
        location = (*body[0], "content", types[0], "schema")
        return resolve(self.root, body[1]["content"][types[0]].get("schema", {}), location)

    def parameters(self) -> Iterator[Member]:
        """Yield the parameters (those of the path item first), then the members of the body."""
        item_location = self.location[:-1]
        item = self.root["paths"][self.path]
        for location, nodes in ((item_location, item), (self.location, self.node)):
            for index, node in enumerate(nodes.get("parameters", [])):
                yield _parameter(self.root, node, (*location, "parameters", index))
        body = self.body_schema()
        if body is not None:
            yield from members(self.root, body[1], body[0])

    def answer(self) -> list[Member]:
        """Return the fields of the envelope, the JSON object with HTTP 200."""
        location: Location = (*self.location, "responses", "200")
        location, response = resolve(self.root, self.node.get("responses", {}).get("200", {}), location)
        media = response.get("content", {}).get(JSON, {})
        location, schema = resolve(self.root, media.get("schema", {}), (*location, "content", JSON, "schema"))
        return list(members(self.root, schema, location))

    def data(self) -> Member | None:
        """Return `data` of the response, or None if the contract does not have it."""
        return next((field for field in self.answer() if field.name == "data"), None)

    def data_fields(self) -> list[Member]:
        """Return the fields of `data`; there are none if it is a list."""
        data = self.data()
        return [] if data is None else list(members(self.root, data.schema, data.location))

    def items(self, name: str | None) -> list[Member] | None:
        """Return the fields of each item of a list in `data`, or None if there is no such list of objects.

        Args:
            name: The list's name in `data`; None if `data` itself is the list.
        """
        held = {field.name: field for field in self.data_fields()}
        field = self.data() if name is None else held.get(name)
        items = None if field is None else items_of(self.root, field)
        fields = [] if items is None else list(members(self.root, items.schema, items.location))
        return fields or None


def operations(root: Mapping[str, Any]) -> Iterator[Operation]:
    """Yield every operation of a document, in document order."""
    for path, item in root.get("paths", {}).items():
        for method, node in item.items():
            if method in METHODS:
                yield Operation(root, ("paths", path, method), path, method, node)


def outcome_of(root: Mapping[str, Any], node: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return `x-bingx-outcome` of an operation object, with what it shares with another one."""
    outcome = dict(node.get("x-bingx-outcome", {}))
    for key in SHARED:
        if isinstance(outcome.get(key), str):
            other = operation_named(root, outcome[key])
            outcome[key] = other.node.get("x-bingx-outcome", {}).get(key) if other else None
    return {key: value for key, value in outcome.items() if value is not None}


def operation_named(root: Mapping[str, Any], name: str) -> Operation | None:
    """Return the operation with an `operationId`, or None."""
    named = (operation for operation in operations(root) if operation.node.get("operationId") == name)
    return next(named, None)


def members(root: Mapping[str, Any], schema: Mapping[str, Any], location: Location) -> Iterator[Member]:
    """Yield the fields of an object schema, those of its `allOf` parts first, references followed.

    A field of the schema itself replaces one of the same name in a part. What one part requires, all do.
    """
    found: dict[str, Member] = {}
    required = list(schema.get("required", []))
    for index, part in enumerate(schema.get("allOf", [])):
        part_location, part_schema = resolve(root, part, (*location, "allOf", index))
        found.update((member.name, member) for member in members(root, part_schema, part_location))
        required += part_schema.get("required", [])
    for name, node in schema.get("properties", {}).items():
        target, target_schema = resolve(root, node, (*location, "properties", name))
        injected = bool(target_schema.get("x-injected"))
        text = _paragraphs(target_schema)
        example = target_schema.get("example")
        found[name] = Member(
            name, target, target_schema, name in required, injected, description=text, example=example
        )
    for name in required:
        if name in found and not found[name].required:
            found[name] = replace(found[name], required=True)
    yield from found.values()


def described_by(root: Mapping[str, Any], member: Member) -> Mapping[str, Any]:
    """Return the schema of a member, with its reference resolved."""
    _, schema = resolve(root, member.schema)
    return schema if isinstance(schema, Mapping) else {}


def items_of(root: Mapping[str, Any], member: Member) -> Member | None:
    """Return what each item of a member is, as a member of the same name, or None if it is no array."""
    schema = described_by(root, member)
    if schema.get("type") != "array":
        return None
    location, items = resolve(root, schema.get("items", {}), (*member.location, "items"))
    return Member(member.name, location, items, required=True, injected=False)


def _parameter(root: Mapping[str, Any], node: Mapping[str, Any], location: Location) -> Member:
    location, found = resolve(root, node, location)
    _, schema = resolve(root, found.get("schema", {}))
    injected = bool(found.get("x-injected"))
    return Member(
        *(found["name"], location, schema, bool(found.get("required")), injected, found["in"]),
        _paragraphs(found),
        found.get("example", schema.get("example")),
    )


def _paragraphs(node: Mapping[str, Any]) -> str:
    """Return a description with each paragraph on one line."""
    paragraphs = str(node.get("description", "")).split("\n\n")
    return "\n\n".join(" ".join(text.split()) for text in paragraphs if text.strip())
