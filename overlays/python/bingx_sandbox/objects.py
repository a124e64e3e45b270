"""Load what the control interface is told as a JSON object."""

import json
from collections.abc import Sequence
from typing import Any

from bingx_sandbox.errors import SandboxError


def load_object(text: bytes, fields: Sequence[str], example: str) -> dict[str, Any]:
    """Load a JSON object that has no other fields than these.

    Args:
        text: The body.
        fields: The names that may be in it.
        example: One such object, for whoever sends something else.

    Raises:
        SandboxError: The text is no such object; the error names a field that is not known.
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        raise SandboxError("the body must be JSON") from None
    if not isinstance(given, dict):
        raise SandboxError(f"the body must be an object such as {example}")
    for field in given.keys() - set(fields):
        raise SandboxError(f"is not known here; the fields are {', '.join(fields)}", field=field)
    return given
