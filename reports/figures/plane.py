"""Two columns of numbers: the rows, what the networks say around them, and where they disagree."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import CLASSES, INK, MARKERS, MUTED, SMALL, short, tidy
from reports.predictions import Plane

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SETTINGS = 6  # drawn
MARKS = 400  # rows drawn
APART = (0.1, 0.3)  # shares of networks that disagree, from which on it is shaded
LEVELS = 7  # of a surface of numbers
HEIGHT, BESIDE = 240.0, 3  # of a panel; classes in a row of the legend


@dataclass(frozen=True)
class Rows:
    """Rows to be drawn: place (n, 2), and their class's number, or their number."""

    place: NDArray[np.float64]
    target: NDArray[np.float64]


@dataclass(frozen=True)
class Drawn:
    """What every panel shares. classes: names, none of numbers; unit, shift: to the target's."""

    columns: tuple[str, str]
    classes: tuple[str, ...]
    rows: Rows
    unit: float = 1.0
    shift: float = 0.0


def plane(
    found: Sequence[tuple[str, Plane]], what: Drawn, named: Callable[[str], str], caption: str
) -> Figure:
    """The winner with the rows, then each other setting without them. named: a panel's title."""
    shown = found[:SETTINGS]
    panels = tuple(
        _panel(number, named(config), one, what) for number, (config, one) in enumerate(shown)
    )
    title = "The boundary it drew" if what.classes else "The surface it drew"
    return Figure("plane", title, caption, panels, _frame(shown, what))


def thinned(rows: Rows) -> Rows:
    """At most MARKS rows, every so many."""
    step = -(-len(rows.place) // MARKS)
    return Rows(rows.place[::step], rows.target[::step])


def _frame(found: Sequence[tuple[str, Plane]], what: Drawn) -> pd.DataFrame:
    """Every tenth point of each side."""
    parts = []
    for config, one in found:
        y, x = (grid.ravel() for grid in np.meshgrid(one.y[::10], one.x[::10], indexing="ij"))
        mean, apart = one.mean[::10, ::10], one.apart[::10, ::10]
        said = _said(mean, what).ravel()
        rows = {"setting": config, what.columns[0]: x, f"{what.columns[1]} ": y, "said": said}
        parts.append(pd.DataFrame(rows | {"disagree": apart.ravel()}))
    return pd.concat(parts, ignore_index=True)


def _said(mean: NDArray[np.float64], what: Drawn) -> NDArray[np.object_]:
    if what.classes:
        names: NDArray[np.object_] = np.array(what.classes, dtype=object)
        said: NDArray[np.object_] = names[mean.argmax(axis=-1)]
        return said
    numbers = mean[..., 0].astype(float) * what.unit + what.shift
    found: NDArray[np.object_] = numbers.astype(object)
    return found


def _panel(number: int, title: str, one: Plane, what: Drawn) -> Panel:
    with canvas(height=HEIGHT + (_legend(what) if number == 0 else 0)) as figure:
        axes = figure.subplots()
        if what.classes:
            _classes(axes, one, what, with_rows=number == 0)
        else:
            _numbers(axes, one, what, with_rows=number == 0)
        axes.set_xlim(one.x[0], one.x[-1])
        axes.set_ylim(one.y[0], one.y[-1])
        tidy(axes, short(what.columns[0], 30), short(what.columns[1], 24))
        axes.grid(visible=False)
        axes.locator_params(nbins=5)
        axes.set_title(title)
        if number == 0 and what.classes:
            figure.legend(
                loc="outside lower left",
                ncols=min(BESIDE, len(what.classes)),
                handletextpad=0.2,
                columnspacing=0.9,
            )
        share = float((one.apart > APART[0]).mean())
        words = (
            f"On {share:.0%} of the plane more than a tenth of the networks disagree."
            if what.classes
            else f"The networks' SD is {float(np.median(one.apart)) * what.unit:.3g} in the middle."
        )
        return panel(figure, f"plane-{number}", f"What {title} says over the plane", words)


def _legend(what: Drawn) -> float:
    """How high the names of the classes stand below the first panel, as large as the others."""
    rows = -(-len(what.classes) // BESIDE)
    return 6.0 + 14.6 * rows if rows else 0.0


def _classes(axes: "Axes", one: Plane, what: Drawn, with_rows: bool) -> None:
    said = one.mean.argmax(axis=-1)
    for number in range(len(what.classes)):
        own = one.mean[..., number] - np.delete(one.mean, number, axis=-1).max(axis=-1)
        if (said == number).any():
            colour = CLASSES[number % len(CLASSES)]
            axes.contourf(one.x, one.y, own, levels=[0, 2], colors=[colour], alpha=0.16)
        if (own > 0).any() and (own < 0).any():
            axes.contour(one.x, one.y, own, levels=[0], colors=[INK], linewidths=1.4)
    for level, depth in zip(APART, (0.22, 0.3), strict=True):
        if (one.apart > level).any():
            axes.contourf(one.x, one.y, one.apart, levels=[level, 1], colors=[MUTED], alpha=depth)
    if with_rows:
        rows = thinned(what.rows)
        for number, name in enumerate(what.classes):
            own_rows = rows.place[rows.target == number]
            axes.plot(
                own_rows[:, 0],
                own_rows[:, 1],
                MARKERS[number % len(MARKERS)],
                color=CLASSES[number % len(CLASSES)],
                markersize=3.6,
                alpha=0.85,
                label=f"class {short(name, 16)}",
            )


def _numbers(axes: "Axes", one: Plane, what: Drawn, with_rows: bool) -> None:
    surface = one.mean[..., 0].astype(float) * what.unit + what.shift
    low, high = float(surface.min()), float(surface.max())
    if high <= low:
        return
    levels = np.linspace(low, high, LEVELS + 1)
    for place in range(LEVELS):
        depth = 0.05 + 0.4 * place / (LEVELS - 1)
        band = [levels[place], levels[place + 1] + 1e-9 * (high - low)]
        axes.contourf(one.x, one.y, surface, levels=band, colors=[CLASSES[0]], alpha=depth)
    inner = levels[1:-1]
    lines = axes.contour(
        one.x, one.y, surface, levels=inner, colors=[INK], linewidths=0.8, linestyles="solid"
    )
    axes.clabel(lines, inner[::2], fontsize=SMALL, fmt=lambda value: f"{value:.3g}")
    most = float(one.apart.max())
    if most > 0:
        half = [0.5 * most, 1.01 * most]
        axes.contourf(one.x, one.y, one.apart, levels=half, colors=[MUTED], alpha=0.25)
    if with_rows:
        rows = thinned(what.rows)
        axes.plot(
            rows.place[:, 0], rows.place[:, 1], "o", color=CLASSES[1], markersize=2.6, alpha=0.7
        )
