"""The endpoints of one sandbox: those with real behaviour, and stubs that always return the same data."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import bingx_sandbox.many_orders  # noqa: F401 - registers its endpoints
from bingx_sandbox.endpoints import ENDPOINTS, Endpoint
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import boolean, choice, load_object

_METHODS = ("GET", "POST", "PUT", "DELETE")
_PATH = re.compile(r"/openApi/[A-Za-z0-9_./-]{1,200}")
_FIELDS = ("method", "path", "data", "signed")


@dataclass(frozen=True)
class StubEndpoint:
    """An endpoint that answers every accepted request with the same data.

    Attributes:
        method: Its HTTP method.
        path: Its path, below `/openApi/`.
        data: What goes into `data`; any JSON value.
        signed: Whether key, timestamp and signature of its requests are verified.
    """

    method: str
    path: str
    data: object = None
    signed: bool = True

    def __post_init__(self) -> None:
        choice(*_METHODS).check("method", self.method)
        boolean(True).check("signed", self.signed)
        if not isinstance(self.path, str) or not _PATH.fullmatch(self.path):
            raise SandboxError("must be a path below /openApi/", field="path")
        try:
            json.dumps(self.data, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError):
            raise SandboxError("must be a JSON value", field="data") from None
        if f"{self.method} {self.path}" in ENDPOINTS:
            rule = "has real behaviour in the sandbox; use a fault to change its responses"
            raise SandboxError(rule, field="path")


class EndpointRegistry:
    """The endpoints that one sandbox serves.

    The stubs at the start are as `StubEndpoint` takes them. Those of endpoints with real behaviour are left
    out: a file of examples has them all.
    """

    def __init__(self, stubs: Iterable[Mapping[str, Any]] = ()) -> None:
        self._first = [
            StubEndpoint(**stub)
            for stub in stubs
            if f"{stub.get('method')} {stub.get('path')}" not in ENDPOINTS
        ]
        self._stubs: dict[str, Endpoint] = {}
        self.reset()

    def find(self, method: str, path: str) -> Endpoint | None:
        """Return the endpoint of a method and path; None if there is none."""
        name = f"{method} {path}"
        return ENDPOINTS.get(name) or self._stubs.get(name)

    def add(self, stub: StubEndpoint) -> None:
        """Serve a stub; it replaces an earlier one of the same method and path."""
        name = f"{stub.method} {stub.path}"
        self._stubs[name] = Endpoint(name, lambda _state, _parameters: stub.data, signed=stub.signed)

    def reset(self) -> None:
        """Return to the stubs of the start."""
        self._stubs.clear()
        for stub in self._first:
            self.add(stub)

    def to_dict(self) -> dict[str, Mapping[str, object]]:
        """Return the endpoints by method and path, with whether each is signed and a stub."""
        endpoints = {**self._stubs, **ENDPOINTS}
        return {
            name: {"signed": endpoints[name].signed, "stub": name not in ENDPOINTS}
            for name in sorted(endpoints)
        }


def load_stub(text: bytes) -> StubEndpoint:
    """Load a stub from JSON: an object of `method`, `path`, and optionally `data` and `signed`.

    Raises:
        SandboxError: The text is not such an object, or one of its members is wrong; the error names it.
    """
    given = load_object(text, _FIELDS, '{"method": "GET", "path": ..., "data": ...}')
    for field in ("method", "path"):
        if field not in given:
            raise SandboxError("is missing", field=field)
    return StubEndpoint(**given)
