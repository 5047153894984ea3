"""Line charts as SVG, readable on light and dark pages, without a library."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 800, 400
LEFT, RIGHT, TOP, BOTTOM = 76, 226, 52, 56  # margins; the legend is in the right one
COLOURS = ("#2f81f7", "#d9730d", "#2da44e", "#a371f7", "#b8860b", "#e5484d", "#768390")
TICKS_AT_MOST = 6
STYLE = """
    text { font: 13px system-ui, sans-serif; fill: #1f2328 }
    .title { font-size: 16px; font-weight: 600 }
    .ground { fill: #ffffff }
    .grid { stroke: #d1d9e0; stroke-width: 1 }
    .line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
    .dashed { stroke-dasharray: 6 5 }
    @media (prefers-color-scheme: dark) {
        text { fill: #f0f6fc }
        .ground { fill: #0d1117 }
        .grid { stroke: #3d444d }
    }
"""
Point = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """Lines of one `colour`, a place among the colours, belong together."""

    name: str
    points: list[Point]
    colour: int
    dashed: bool = False


@dataclass(frozen=True)
class Chart:
    """x is logarithmic, with a tick at each value; y begins at 0."""

    title: str
    x_title: str
    y_title: str
    lines: list[Line]

    def svg(self) -> str:
        parts = [self._frame(), *self._grid(), *self._x_ticks()]
        for place, line in enumerate(self.lines):
            parts += [*self._line(line), *_legend(line, place)]
        return "\n".join([*parts, "</svg>\n"])

    def _frame(self) -> str:
        middle, foot = (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">\n'
            f"<title>{escape(self.title)}</title>\n<style>{STYLE}</style>\n"
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="6"/>\n'
            f"{_text(LEFT, 30, self.title, kind='title')}\n"
            f"{_text(middle, foot, self.x_title, anchor='middle')}\n"
            f"{_text(18, HEIGHT / 2, self.y_title, anchor='middle', turned=True)}"
        )

    def _grid(self) -> Iterator[str]:
        for value in ticks(self._highest):
            y = self._y(value)
            yield f'<line class="grid" x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}"/>'
            yield _text(LEFT - 8, y + 4, f"{value:,g}", anchor="end")

    def _x_ticks(self) -> Iterator[str]:
        for value in sorted(set(self._xs)):
            yield _text(self._x(value), HEIGHT - BOTTOM + 20, f"{value:,g}", anchor="middle")

    def _line(self, line: Line) -> Iterator[str]:
        colour = COLOURS[line.colour % len(COLOURS)]
        places = [(self._x(x), self._y(y), y) for x, y in sorted(line.points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in places)
        yield f'<polyline class="line{_dashed(line)}" stroke="{colour}" points="{path}"/>'
        for x, y, value in places:
            label = escape(f"{line.name}: {value:,.4g}")
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"><title>{label}</title></circle>'

    def _x(self, value: float) -> float:
        least, most = math.log(min(self._xs)), math.log(max(self._xs))
        share = (math.log(value) - least) / (most - least) if most > least else 0.5
        return LEFT + 16 + share * (WIDTH - LEFT - RIGHT - 32)

    def _y(self, value: float) -> float:
        return HEIGHT - BOTTOM - value / ticks(self._highest)[-1] * (HEIGHT - TOP - BOTTOM)

    @property
    def _xs(self) -> list[float]:
        return [x for line in self.lines for x, _ in line.points]

    @property
    def _highest(self) -> float:
        return max(y for line in self.lines for _, y in line.points)


def ticks(highest: float) -> list[float]:
    """Round numbers from 0 to the first that nothing exceeds."""
    if highest <= 0:
        return [0.0, 1.0]
    step = next(step for step in _round_steps(highest) if math.ceil(highest / step) < TICKS_AT_MOST)
    return [step * number for number in range(math.ceil(highest / step) + 1)]


def _round_steps(highest: float) -> Iterable[float]:
    power = 10.0 ** math.floor(math.log10(highest))
    return (power * factor for factor in (0.1, 0.2, 0.5, 1, 2, 5))


def _legend(line: Line, place: int) -> Iterator[str]:
    x, y = WIDTH - RIGHT + 18, TOP + 8 + 22 * place
    colour = COLOURS[line.colour % len(COLOURS)]
    yield f'<line class="line{_dashed(line)}" stroke="{colour}" x1="{x}" y1="{y}" x2="{x + 26}" y2="{y}"/>'
    yield _text(x + 34, y + 4, line.name)


def _dashed(line: Line) -> str:
    return " dashed" if line.dashed else ""


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start", turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{turn}>{escape(text)}</text>'
