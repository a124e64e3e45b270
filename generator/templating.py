"""Our own templates: those that override nothing of openapi-python-client's."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.client import TEMPLATES


def render(name: str, data: Mapping[str, Any], head: str) -> str:
    """Fills in a template.

    Args:
        name: Its file's name.
        data: What it speaks of; a name that is missing is an error.
        head: What the module begins with.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it writes Python, not HTML
    )
    environment.filters |= {"literal": repr, "tuple": tuple}
    return f"{head}\n{environment.get_template(name).render(data)}"
