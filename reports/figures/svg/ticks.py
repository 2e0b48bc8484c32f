"""The ticks of an axis: where they stand, what they say, and how their text looks."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from reports.figures.style import INK
from reports.figures.svg import text_size
from reports.text import exact

GAP = 5.0  # between two labels beside each other
TURN = 32.0  # degrees by which names are turned that have no room beside each other


@dataclass(frozen=True)
class Label:
    """A tick: its place along the axis in the figure's units, its words and their look."""

    at: float
    value: float
    words: str
    size: float
    colour: Any
    is_bold: bool
    turned: float

    @property
    def wide(self) -> float:
        """Width of the words, not turned."""
        return text_size.width(self.words, self.size, self.is_bold)


@dataclass(frozen=True)
class Ticks:
    """Of one axis. length: of the strokes; pad: from these to the words."""

    labels: tuple[Label, ...]
    length: float
    pad: float
    width: float
    colour: Any
    grid: tuple[Any, float] | None
    is_shown: bool  # its words


def ticks(axis: Any, room: float) -> Ticks:
    """room: most that a name on the upright axis may take. None of axes without a frame."""
    if not axis.axes.axison:
        return Ticks((), 0.0, 0.0, 0.0, INK, None, is_shown=False)
    which = axis.axis_name
    kind, settings = f"{which}tick", _settings()
    look = axis.get_tick_params()
    places = _places(axis)
    side = "bottom" if which == "x" else "left"
    grid = None
    if look.get("gridOn"):
        grid = (look.get("grid_color", INK), float(look.get("grid_linewidth", 0.8)))
    found = _labels(axis, places, room, look)
    return Ticks(
        tuple(_without_collisions(axis, found) if which == "x" else found),
        float(look.get("length", settings[f"{kind}.major.size"])) * bool(look.get(side, True)),
        float(look.get("pad", settings[f"{kind}.major.pad"])),
        float(look.get("width", settings[f"{kind}.major.width"])),
        look.get("color", settings[f"{kind}.color"]),
        grid,
        bool(look.get(f"label{side}", True)),
    )


def _places(axis: Any) -> np.ndarray:
    low, high = sorted(axis.get_view_interval())
    places = np.asarray(axis.get_majorticklocs(), dtype=float)
    if axis.get_scale() == "log":  # where small numbers are no nearer to each other
        low, high, at = math.log(low), math.log(high), np.log(places)
    else:
        at = places
    slack = 1e-9 * (high - low)
    found: np.ndarray = places[(at >= low - slack) & (at <= high + slack)]
    return found


def _labels(axis: Any, places: np.ndarray, room: float, look: dict[str, Any]) -> list[Label]:
    is_x, drawn = axis.axis_name == "x", vars(axis).get("majorTicks") or []
    plain = Label(
        at=0.0,
        value=0.0,
        words="",
        size=float(look.get("labelsize", _settings()[f"{axis.axis_name}tick.labelsize"])),
        colour=look.get("labelcolor", INK),
        is_bold=False,
        turned=float(look.get("labelrotation", 0) or 0),
    )
    found = []
    each = zip(_along(axis, places), places, _words(axis, places), strict=True)
    for number, (at, value, words) in enumerate(each):
        one = _as_drawn(plain, drawn[number].label1) if number < len(drawn) else plain
        said = words if is_x else text_size.fitted(words, one.size, room, 2, one.is_bold)
        found.append(replace(one, at=float(at), value=float(value), words=said))
    return found


def _along(axis: Any, places: np.ndarray) -> np.ndarray:
    """Where they stand on the axis, in the figure's units."""
    axes, number = axis.axes, 0 if axis.axis_name == "x" else 1
    points = np.column_stack([np.full(len(places), side[0]) for side in _limits(axes)])
    points[:, number] = places
    return np.asarray(axes.transData.transform(points)[:, number])


def _limits(axes: Any) -> tuple[Any, Any]:
    return axes.get_xlim(), axes.get_ylim()


def _words(axis: Any, places: np.ndarray) -> list[str]:
    from matplotlib.ticker import ScalarFormatter

    formatter = axis.get_major_formatter()
    if isinstance(formatter, ScalarFormatter):
        return [exact(float(f"{one:.8g}")) for one in places]
    return list(formatter.format_ticks(list(places)))


def _as_drawn(plain: Label, text: Any) -> Label:
    """The look of a tick that was given one of its own."""
    return replace(
        plain,
        size=float(text.get_fontsize()),
        colour=text.get_color(),
        is_bold=text.get_fontweight() == "bold",
        turned=float(text.get_rotation()),
    )


def _settings() -> Any:
    import matplotlib as mpl

    return mpl.rcParams


def _without_collisions(axis: Any, labels: list[Label]) -> list[Label]:
    """Numbers: every so many; names: turned."""
    from matplotlib.ticker import FixedLocator

    if any(one.turned for one in labels) or not _collide(labels):
        return labels
    if isinstance(axis.get_major_locator(), FixedLocator) and len(labels) <= 12:
        return [replace(one, turned=TURN) for one in labels]
    for step in range(2, len(labels)):
        if not _collide(labels[::step]):
            return labels[::step]
    return labels[:1]


def _collide(labels: Sequence[Label]) -> bool:
    order = sorted(labels, key=lambda one: one.at)
    return any(
        two.at - two.wide / 2 - one.at - one.wide / 2 < GAP
        for one, two in itertools.pairwise(order)
    )
