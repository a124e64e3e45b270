"""Print what was measured, and write the table and the plot that the documentation shows."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.certainty.rows import Row
from benchmarks.speed.plot import FONT, SCHEMES, Scheme, text
from benchmarks.speed.rounds import ROOT

PAGE = ROOT / "docs" / "concepts" / "certainty.md"
PICTURES = ROOT / "docs" / "_static"
BEGIN = "<!-- Made by `make bench-certainty`. -->"
END = "<!-- The end of what `make bench-certainty` makes. -->"
_OURS, _CCXT = ("spot", "spot-async"), ("ccxt", "ccxt-async")
# Of two measurements that are equal but for noise, neither is slower.
_EQUAL = 1.1

_WIDTH, _LABELS, _BAR, _GAP, _FIGURES, _TOP = 860, 400, 9, 10, 60, 54
_LONGEST = 10.0


@dataclass(frozen=True)
class Measured:
    """Hold what one row has given.

    Attributes:
        row: The row.
        results: By contender, how long each cancel took, in seconds, and its result in a word.
    """

    row: Row
    results: Mapping[str, list[tuple[float, str]]]

    def seconds(self, contender: str) -> float:
        """Return after how many seconds the outcome was known, or infinity."""
        known = sorted(took if said == "known" else math.inf for took, said in self.results[contender])
        return known[math.ceil(len(known) * self.row.percentile / 100) - 1]

    @property
    def goal(self) -> float | None:
        """Return in how many seconds it is to be known."""
        if self.row.relative:
            return _EQUAL * min(map(self.seconds, _CCXT))
        return self.row.goal

    @property
    def met(self) -> bool:
        """Tell whether the goal was reached."""
        return all(self.seconds(name) <= (math.inf if self.goal is None else self.goal) for name in _OURS)

    def cell(self, contender: str) -> str:
        """Return what a table says of a contender."""
        seconds = self.seconds(contender)
        if seconds < math.inf:
            return f"{seconds:.3f}" if self.row.relative else f"{seconds:.2f}"
        took, said = max(each for each in self.results[contender] if each[1] != "known")
        return f"never: `{said}` after {took:.1f}"


def show(measured: Measured) -> None:
    """Print a row."""
    cells = "  ".join(f"{name} {measured.cell(name)}" for name in measured.results)
    print(f"{'met   ' if measured.met else 'missed'}  {measured.row.title}\n        {cells}", flush=True)


def write(measured: list[Measured]) -> None:
    """Write the plot, and the table of docs/concepts/certainty.md."""
    for name, scheme in SCHEMES.items():
        (PICTURES / f"certainty-{name}.svg").write_text(drawn(measured, scheme), "utf-8")
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{_markdown(measured)}\n{END}{after}", "utf-8")


def drawn(measured: list[Measured], colors: Scheme) -> str:
    """Return the plot as SVG: of the two of each package, the slower one of ours and the faster one of ccxt.

    Args:
        measured: The rows.
        colors: Those of the page.
    """
    scale = (_WIDTH - _LABELS - _FIGURES) / _LONGEST
    parts = [
        text("Seconds until a cancel is known to be cancelled", 0, 18, colors.text, size=16, bold=True),
        text("blue: this package; grey: ccxt; less is better", 0, 38, colors.quiet),
    ]
    y = _TOP
    for each in measured:
        parts.append(text(each.row.title, _LABELS - 12, y + _BAR + 4, colors.quiet, size=12, anchor="end"))
        ours, ccxt = max(map(each.seconds, _OURS)), min(map(each.seconds, _CCXT))
        for seconds, fill, color in ((ours, colors.ours, colors.text), (ccxt, colors.others, colors.quiet)):
            length = max(min(seconds, _LONGEST) * scale, 2)
            parts.append(
                f'<rect x="{_LABELS}" y="{y}" width="{length:.1f}" height="{_BAR}" rx="2" fill="{fill}"/>'
            )
            figure = "never" if seconds == math.inf else f"{seconds:.2f}"
            parts.append(text(figure, _LABELS + length + 6, y + _BAR, color, size=11))
            y += _BAR + 2
        y += _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" role="img" '
        f'font-family="{FONT}"><title>Time until a cancel is certain</title>{"".join(parts)}</svg>\n'
    )


def _markdown(measured: list[Measured]) -> str:
    lines = [
        "| what happens | `BingxSpot` | `AsyncBingxSpot` | ccxt | ccxt async | goal |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for each in measured:
        cells = [each.cell(name) for name in (*_OURS, *_CCXT)]
        goal = "as ccxt" if each.row.relative else "" if each.goal is None else f"≤ {each.goal:g}"
        lines.append(f"| {' | '.join([each.row.title, *cells, goal])} |")
    met = sum(each.met for each in measured)
    return "\n".join([*lines, "", f"Goals met: {met} of {len(measured)}."])
