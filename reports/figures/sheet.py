"""A drawing of lines and letters that is written as SVG directly: light where there are many.

For a paper (`saved_to`) the same shapes are drawn by matplotlib.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from reports.figures import sheets, svg
from reports.figures.as_svg import ink
from reports.figures.style import INK, Panel, canvas

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Canvas

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]
LETTERS = 11.8  # of 11 px on a phone 375 px wide, of a sheet 360 wide
ALIGNED: Mapping[Anchor, str] = {"start": "left", "middle": "center", "end": "right"}


@dataclass(frozen=True)
class Line:
    """A line through points, with attributes of its element besides, such as data-trial."""

    points: Sequence[Point]
    data: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Lines:
    """Lines of one look."""

    lines: Sequence[Line]
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    name: str = ""  # class of the group


@dataclass(frozen=True)
class Letters:
    """A line of text at a point."""

    at: Point
    words: str
    anchor: Anchor = "start"
    colour: str = INK
    bold: bool = False


@dataclass(frozen=True)
class Group:
    """What belongs together, with attributes of its element."""

    shapes: Sequence[Lines | Letters]
    data: Mapping[str, str] = field(default_factory=dict)


Shape = Lines | Letters | Group


def panel(shapes: Sequence[Shape], size: Point, prefix: str, title: str, description: str) -> Panel:
    """The shapes in their order on a sheet of (width, height), named by title and description."""
    if sheets.current() is not None:
        with _drawn(shapes, size) as figure:
            return svg.panel(figure, prefix, title, description)
    if svg.is_saving():
        _save(shapes, size, prefix)
    names = f"{prefix}-title {prefix}-desc"
    body = "".join(map(_written, shapes))
    text = (
        f'<svg viewBox="0 0 {ink.number(size[0])} {ink.number(size[1])}" role="img" '
        f'aria-labelledby="{names}">'
        f'<title id="{prefix}-title">{escape(title)}</title>'
        f'<desc id="{prefix}-desc">{escape(description)}</desc>{body}</svg>'
    )
    return Panel(text, title, description)


def _written(shape: Shape) -> str:
    if isinstance(shape, Group):
        return f"<g{_attributes(shape.data)}>{''.join(map(_written, shape.shapes))}</g>"
    colour = ink.COLOURS.get(shape.colour, shape.colour)
    if isinstance(shape, Lines):
        name = f' class="{shape.name}"' if shape.name else ""
        look = f'stroke="{colour}" stroke-width="{shape.width}" stroke-opacity="{shape.opacity}"'
        return f'<g{name} fill="none" {look}>{"".join(map(_path, shape.lines))}</g>\n'
    bold = ' font-weight="600"' if shape.bold else ""
    x, y = map(ink.number, shape.at)
    return (
        f'<text x="{x}" y="{y}" text-anchor="{shape.anchor}" font-size="{LETTERS}" fill="{colour}"'
        f"{bold}>{escape(shape.words)}</text>\n"
    )


def _path(line: Line) -> str:
    points = " ".join(f"{ink.number(x)} {ink.number(y)}" for x, y in line.points)
    return f'<path{_attributes(line.data)} d="M{points}"/>'


def _attributes(data: Mapping[str, str]) -> str:
    return "".join(f' {name}="{escape(value)}"' for name, value in data.items())


def save_to(shapes: Sequence[Shape], size: Point, path: Path) -> None:
    """The shapes as a file of their own, in the format of its suffix. Errors: OSError."""
    with _drawn(shapes, size) as figure:
        svg.write(figure, path)


def _save(shapes: Sequence[Shape], size: Point, name: str) -> None:
    with _drawn(shapes, size) as figure:
        svg.save(figure, name)


@contextmanager
def _drawn(shapes: Sequence[Shape], size: Point) -> "Iterator[Canvas]":
    with canvas(*size) as figure:
        if sheets.current() is None:
            figure.set_layout_engine("none")
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0, size[0])
        axes.set_ylim(size[1], 0)
        flat = [one for shape in shapes for one in getattr(shape, "shapes", [shape])]
        for order, shape in enumerate(flat):
            if isinstance(shape, Letters):
                axes.text(
                    *shape.at,
                    shape.words,
                    ha=ALIGNED[shape.anchor],
                    va="baseline",
                    fontsize=LETTERS,
                    color=shape.colour,
                    fontweight="bold" if shape.bold else "normal",
                    zorder=order,
                )
                continue
            for line in shape.lines:
                x, y = zip(*line.points, strict=True)
                look = {"linewidth": shape.width, "alpha": shape.opacity, "zorder": order}
                axes.plot(x, y, color=shape.colour, **look)
        yield figure
