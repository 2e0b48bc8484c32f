"""Rows of a name, a point and its interval: what the first screen's two figures have in common."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reports.figures import hover
from reports.figures.style import INK, MUTED, names_at, tidy
from reports.stats.sampling.intervals import Interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def interval(
    axes: "Axes",
    place: int,
    found: Interval,
    colour: str,
    shape: str = "o",
    trial: int | None = None,
) -> None:
    """A point in the row `place`, and its bounds where they are known; trial: that it is of."""
    if found.known:
        axes.plot([found.low, found.high], [place, place], color=colour, lw=2.2)
    (point,) = axes.plot(found.estimate, place, shape, color=colour, markersize=7.5)
    if trial is not None:
        hover.tell_trials(point, [trial])


def label(
    axes: "Axes",
    names: Sequence[str],
    what: str,
    letters: float,
    ends: tuple[float, float],
    ticks: int,
) -> None:
    """Names from the top down, and an axis of what is shown, all in letters of one size."""
    names_at(axes.yaxis, range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_xlim(*ends)
    tidy(axes, what, grid="x")
    axes.xaxis.label.set_fontsize(letters)
    axes.xaxis.label.set_color(MUTED)
    axes.tick_params(axis="x", labelsize=letters, labelcolor=MUTED)
    axes.tick_params(axis="y", labelsize=letters, length=0, labelcolor=INK)
    axes.locator_params(axis="x", nbins=ticks)
