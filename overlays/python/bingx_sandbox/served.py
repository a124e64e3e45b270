"""What one sandbox serves: the endpoints that it knows, and others that it was told what to answer to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from bingx_sandbox.answers import no_such_path
from bingx_sandbox.endpoints import ENDPOINTS, Endpoint
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.objects import load_object

_METHODS = ("GET", "POST", "PUT", "DELETE")
_PATH = re.compile(r"/openApi/[A-Za-z0-9_./-]{1,200}")
_FIELDS = ("method", "path", "data", "signed")


@dataclass(frozen=True)
class Told:
    """An endpoint that answers every accepted request alike.

    Attributes:
        method: Its HTTP method.
        path: Its path, below `/openApi/`.
        data: What goes into `data`; anything that JSON can hold.
        signed: Whether its requests are held against key, time and signature.
    """

    method: str
    path: str
    data: object = None
    signed: bool = True

    def __post_init__(self) -> None:
        if self.method not in _METHODS:
            raise SandboxError(f"must be one of {', '.join(_METHODS)}", field="method")
        if not isinstance(self.path, str) or not _PATH.fullmatch(self.path):
            raise SandboxError("must be a path below /openApi/", field="path")
        if not isinstance(self.signed, bool):
            raise SandboxError("must be true or false", field="signed")
        try:
            json.dumps(self.data, allow_nan=False, ensure_ascii=False).encode()
        except (TypeError, ValueError, RecursionError):
            raise SandboxError("must be what JSON can hold", field="data") from None
        if f"{self.method} {self.path}" in ENDPOINTS:
            raise SandboxError("is served already, and truly; a fault changes what it answers", field="path")


class Served:
    """Knows the endpoints of one sandbox."""

    def __init__(self) -> None:
        self._told: dict[str, Endpoint] = {}

    def find(self, method: str, path: str) -> Endpoint | None:
        """Find the endpoint of a method and path; None if there is none."""
        name = f"{method} {path}"
        return ENDPOINTS.get(name) or self._told.get(name)

    def demand(self, method: str, path: str) -> Endpoint:
        """Find the endpoint of a method and path.

        Raises:
            Refusal: There is none (100404).
        """
        found = self.find(method, path)
        if found is None:
            raise no_such_path()
        return found

    def tell(self, told: Told) -> None:
        """Serve one more endpoint, in the place of what was told of it before."""
        name = f"{told.method} {told.path}"
        self._told[name] = Endpoint(name, lambda _state, _parameters: told.data, signed=told.signed)

    def forget(self) -> None:
        """Serve no more than is known without being told."""
        self._told.clear()

    def written(self) -> dict[str, Mapping[str, object]]:
        """List them by method and path, each with whether it is signed and whether it was told."""
        whole = {**self._told, **ENDPOINTS}
        return {name: {"signed": whole[name].signed, "told": name not in ENDPOINTS} for name in sorted(whole)}


def load_told(text: bytes) -> Told:
    """Load an endpoint from JSON: an object of `method`, `path`, `data` and, if wanted, `signed`.

    Raises:
        SandboxError: The text is no such object, or one of its members is wrong; the error names it.
    """
    given = load_object(text, _FIELDS, '{"method": "GET", "path": ..., "data": ...}')
    for field in ("method", "path"):
        if field not in given:
            raise SandboxError("is missing", field=field)
    return Told(**given)
