"""Draw the plot of the README and docs/concepts/speed.md: time of a call, calls a second with 50 in flight.

SVG, by hand: a few bars need no library. Once for light pages and once for dark ones, between which a page
chooses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.results import Results

_WIDTH, _LABELS, _ROW, _BAR = 860, 250, 27, 16
_FIGURES = 64
FONT = "ui-sans-serif, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif"


@dataclass(frozen=True)
class Scheme:
    """The colors for one kind of page.

    Attributes:
        text: Of titles.
        quiet: Of labels and notes.
        ours: Of this package's bars.
        others: Of all other bars.
        line: Of the line that all are compared with.
    """

    text: str
    quiet: str
    ours: str
    others: str
    line: str


SCHEMES = {
    "light": Scheme("#1f2328", "#59636e", "#0969da", "#c8d1da", "#818b98"),
    "dark": Scheme("#f0f6fc", "#9198a1", "#4493f8", "#3d444d", "#656c76"),
}


def drawn(results: Results, scheme: str) -> str:
    """Return the plot as SVG.

    Args:
        results: What was measured.
        scheme: `light` or `dark`.
    """
    colors = SCHEMES[scheme]
    blocking = {name: ratio.middle for name, ratio in results.p50.items() if not CONTENDERS[name].awaits}
    first, height = _panel(
        "One cancel after another: time of a call",
        "as a ratio to a plain, unsigned httpx post; less is better",
        blocking,
        {name: f"{value:.2f}" for name, value in blocking.items()},
        colors,
        top=0,
        line=1.0,
    )
    second, height = _panel(
        "Fifty in flight: calls a second",
        "on one core; more is better",
        results.per_second,
        {name: f"{value:,.0f}" for name, value in results.per_second.items()},
        colors,
        top=height + 22,
        descending=True,
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'font-family="{FONT}"><title>How fast a cancel is</title>{first}{second}</svg>\n'
    )


def _panel(
    title: str,
    note: str,
    values: Mapping[str, float],
    figures: Mapping[str, str],
    colors: Scheme,
    *,
    top: int,
    line: float | None = None,
    descending: bool = False,
) -> tuple[str, int]:
    """Return one panel, and where it ends."""
    scale = (_WIDTH - _LABELS - _FIGURES) / max(values.values())
    parts = [
        text(title, 0, top + 18, colors.text, size=16, bold=True),
        text(note, 0, top + 38, colors.quiet),
    ]
    y = top + 54
    names = sorted(values, key=values.__getitem__, reverse=descending)
    if line is not None:
        x, end = _LABELS + line * scale, y + len(names) * _ROW - (_ROW - _BAR)
        parts.append(f'<path d="M{x:.1f} {y - 4}V{end + 4}" stroke="{colors.line}" stroke-dasharray="3 3"/>')
    for name in names:
        parts.append(_bar(name, values[name] * scale, figures[name], colors, y))
        y += _ROW
    return "".join(parts), y


def _bar(name: str, length: float, figure: str, colors: Scheme, y: int) -> str:
    contender = CONTENDERS[name]
    fill, color = (colors.ours, colors.text) if contender.ours else (colors.others, colors.quiet)
    middle = y + _BAR - 3
    bar = f'<rect x="{_LABELS}" y="{y}" width="{max(length, 2):.1f}" height="{_BAR}" rx="3" fill="{fill}"/>'
    label = text(contender.title, _LABELS - 12, middle, color, bold=contender.ours, anchor="end")
    return label + bar + text(figure, _LABELS + length + 8, middle, color, bold=contender.ours)


def text(
    content: str, x: float, y: float, color: str, *, size: int = 13, bold: bool = False, anchor: str = "start"
) -> str:
    """Return a text at a place."""
    weight = ' font-weight="600"' if bold else ""
    place = f'x="{x:.1f}" y="{y}" text-anchor="{anchor}"'
    return f'<text {place} font-size="{size}" fill="{color}"{weight}>{escape(content)}</text>'
