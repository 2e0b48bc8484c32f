"""The figure of the first screen: what is recommended beside the others, drawn wide and narrow."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from reports.figures import interval_rows
from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import SERIES, percent_axis
from reports.stats.sampling.intervals import Interval
from reports.text import LEVEL

# Width, letters and height of a line of a drawing, in the pixels of a screen that wide.
LONG = 27  # letters of a name that are two lines on a phone
SIZES = {"wide": (500.0, 12.5, 34.0), "narrow": (343.0, 11.3, 19.0)}


@dataclass(frozen=True)
class Candidate:
    """A candidate: its name; its error or score, also in words; whether it is recommended."""

    name: str
    is_network: bool
    is_chosen: bool
    error: Interval
    words: str
    trial: int | None = None

    def times(self, unit: float) -> "Candidate":
        """With the error in another unit."""
        return replace(self, error=self.error.times(unit))


def recommended(
    candidates: Sequence[Candidate],
    margin: float,
    percent: bool,
    what: str,
    notes: str = "",
    is_higher_better: bool = False,
) -> Figure:
    """Errors or scores with intervals, the recommended one first; the band is the margin around it.

    what: the axis' label. notes: what is added to the caption. is_higher_better: of a score, whose
    axis ends at 1 and need not begin at 0.
    """
    what += ", higher is better" * is_higher_better
    ends = _ends_of_score(candidates) if is_higher_better else (0.0, _end(candidates))
    panels = tuple(_drawn(candidates, margin, percent, what, size, ends) for size in SIZES)
    rows = [
        (one.name, one.error.estimate, one.error.low, one.error.high, one.error.n)
        for one in candidates
    ]
    caption = (
        f"Circles: networks; squares: others; lines: {LEVEL} ranges; shaded: too small a "
        f"difference to matter.{notes}"
    )
    data = pd.DataFrame(rows, columns=["model", "error", "low", "high", "rows"])
    return Figure("recommended", what, caption, panels, data, "data/confirm.csv")


def _drawn(
    candidates: Sequence[Candidate],
    margin: float,
    percent: bool,
    what: str,
    size: str,
    ends: tuple[float, float],
) -> Panel:
    width, letters, line = SIZES[size]
    if size == "narrow" and max(len(one.name) for one in candidates) > LONG:
        line = 30.0  # names of two lines
    with canvas(width, (52 if size == "wide" else 40) + line * len(candidates)) as figure:
        axes = figure.subplots()
        middle = candidates[0].error.estimate
        axes.axvspan(max(middle - margin, 0), middle + margin, color=SERIES[0], alpha=0.13, lw=0)
        for place, one in enumerate(candidates):
            look = (SERIES[0], "o") if one.is_network else (SERIES[1], "s")
            interval_rows.interval(axes, place, one.error, *look, one.trial)
        interval_rows.label(axes, [one.name for one in candidates], what, letters, ends, ticks=5)
        for one, tick in zip(candidates, axes.get_yticklabels(), strict=True):
            tick.set_fontweight("bold" if one.is_chosen else "normal")
        if percent:
            percent_axis(axes, "x")
        words = "; ".join(f"{one.name} {one.words}" for one in candidates)
        return panel(figure, f"recommended-{size}", what, f"{words}.")


def _ends_of_score(candidates: Sequence[Candidate]) -> tuple[float, float]:
    """From below the worst to above the best, which is 1 at most."""
    lows = [one.error.low if one.error.known else one.error.estimate for one in candidates]
    low, high = min(lows), _end(candidates) / 1.04
    room = 0.06 * max(high - low, 0.01)
    return max(low - room, 0.0), high + room


def _end(candidates: Sequence[Candidate]) -> float:
    ends = [one.error.high if one.error.known else one.error.estimate for one in candidates]
    return 1.04 * max(*ends, 1e-9)
