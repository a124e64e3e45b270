"""A client that returns or raises what a test says, in place of the one that a command uses."""

from types import ModuleType
from typing import Any, Self

import pytest


class StubClient:
    """Stands in for `BingxSpot`, its constructor included."""

    def __init__(self, result: Any) -> None:
        self.result = result
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, *_: Any, **__: Any) -> Self:
        return self

    def from_env(self, **_: Any) -> Self:
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close nothing."""

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **parameters: Any) -> Any:
            self.calls.append((name, {"arguments": arguments, **parameters}))
            if isinstance(self.result, BaseException):
                raise self.result
            return self.result

        return call


def install(monkeypatch: pytest.MonkeyPatch, module: ModuleType, result: Any) -> StubClient:
    """Let a command's module use a stub client."""
    stub = StubClient(result)
    monkeypatch.setattr(module, "BingxSpot", stub)
    return stub
