"""The reference page: one HTML file, rendered by Redocly CLI, that needs no network."""

import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from generator.problem import GeneratorError
from generator.redocly import TOOLS, redocly
from generator.reference_view import html_view

TEMPLATE = TOOLS / "reference.hbs"
_EXACT = "/*EXACT*/{}"
# The largest integer that JavaScript holds exactly.
_EXACT_IN_JAVASCRIPT = 2**53
# The renderer's logo would be fetched; its name is drawn instead.
_LOGO = re.compile(r"https://cdn\.redoc\.ly/redoc/logo-mini(?:-full)?\.svg")
_DRAWN = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='40' height='12'%3E%3Ctext y='10' "
    "font-family='sans-serif' font-size='11' font-weight='600' fill='%230044d4'%3ERedoc%3C/text%3E%3C/svg%3E"
)
# Elements that make a browser fetch something when it shows the page.
_FETCHED = re.compile(r"<(?:script|img|iframe)[^>]*\ssrc=[\"']?(?!data:)[^>]*>|<link\b[^>]*>|@import\b")
# The renderer's own scripts are not searched: the page's policy forbids them to fetch anything.
_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)


def reference_page(root: Mapping[str, Any], errors: Mapping[str, Any], signing: str) -> str:
    """Render the reference page.

    Raises:
        NodeMissing: Node.js is not installed.
        GeneratorError: The renderer fails, or the page would fetch something.
    """
    exact = _exact_integers(root)
    with tempfile.TemporaryDirectory() as folder:
        page = _rendered(Path(folder), html_view(root, errors, signing), exact)
    page = _LOGO.sub(_DRAWN, page)
    fetched = _FETCHED.search(_SCRIPT.sub("", page))
    if fetched:
        raise GeneratorError(f"The reference page would fetch something: {fetched[0][:200]}")
    return page


def _rendered(folder: Path, view: Mapping[str, Any], exact: Mapping[str, str]) -> str:
    source, template, page = (folder / name for name in ("openapi.json", "page.hbs", "reference.html"))
    source.write_text(json.dumps(view, ensure_ascii=False), "utf-8")
    text = TEMPLATE.read_text("utf-8")
    if _EXACT not in text:
        raise GeneratorError(f"{TEMPLATE.name} has no place for {_EXACT}.")
    template.write_text(text.replace(_EXACT, json.dumps(exact)), "utf-8")
    ran = redocly(
        *("build-docs", str(source), "--inlineBundle", "--title", view["info"]["title"]),
        *("--template", str(template), "--output", str(page), "--openapi.jsonSamplesExpandLevel=3"),
    )
    if ran.returncode or not page.is_file():
        raise GeneratorError(f"The reference page cannot be rendered:\n{ran.stderr or ran.stdout}")
    return page.read_text("utf-8")


def _exact_integers(root: Mapping[str, Any]) -> dict[str, str]:
    """Return the integers that JavaScript prints wrongly, by the text that it prints.

    Raises:
        GeneratorError: It prints two of them alike.
    """
    exact: dict[str, str] = {}
    for number in sorted({number for number in _integers(root) if abs(number) > _EXACT_IN_JAVASCRIPT}):
        rounded = _in_javascript(number)
        if rounded in exact:
            raise GeneratorError(
                f"JavaScript prints {exact[rounded]} and {number} alike. Use examples that are further apart."
            )
        exact[rounded] = str(number)
    return {rounded: number for rounded, number in exact.items() if rounded != number}


def _integers(node: Any) -> Iterator[int]:
    if isinstance(node, Mapping):
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _integers(item)
    elif isinstance(node, int) and not isinstance(node, bool):
        yield node


def _in_javascript(number: int) -> str:
    """Return an integer as JavaScript prints it: the shortest digits of its double, then zeros."""
    return f"{Decimal(repr(float(number))):f}".removesuffix(".0")
