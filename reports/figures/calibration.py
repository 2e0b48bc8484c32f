"""Probabilities against what comes true, bin by bin, with intervals."""

from collections.abc import Sequence

import pandas as pd

from reports.figures.canvases import canvas
from reports.figures.figure import Figure, Panel
from reports.figures.panels import panel
from reports.figures.style import MARKERS, MUTED, SERIES, share_axes
from reports.stats.learned.calibration import Calibration

BESIDE = 0.012  # by which the second split's bars stand aside


def calibration(found: Sequence[Calibration], caption: str) -> Figure:
    """All splits in one panel: each bin a mark with its interval."""
    data = pd.concat([one.bins.assign(of=one.name) for one in found], ignore_index=True)
    data = data[["of", "said", "so", "low", "high", "rows"]]
    title = "Whether its probabilities come true"
    return Figure("calibration", title, caption, (_panel(found),), data)


def _panel(found: Sequence[Calibration]) -> Panel:
    with canvas(height=310) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, linestyle=":")
        for place, one in enumerate(found):
            x, bins = one.bins["said"] + BESIDE * place, one.bins
            colour, marker = SERIES[place], MARKERS[place]
            axes.vlines(x, bins["low"], bins["high"], color=colour, linewidth=1.6)
            axes.plot(x, bins["so"], marker, color=colour, markersize=6, label=one.name)
        axes.set_xlim(-0.03, 1.05)
        axes.set_ylim(-0.03, 1.03)
        share_axes(axes, "probability said", "share that comes true")
        figure.legend(loc="outside upper left", ncols=1, handletextpad=0.2)
        words = " ".join(
            f"{one.name}: " + ", ".join(f"{a:.0%} said {b:.0%}" for a, b in _pairs(one)) + "."
            for one in found
        )
        return panel(figure, "calibration-bins", "Probability said and share that is so", words)


def _pairs(one: Calibration) -> list[tuple[float, float]]:
    return [(float(a), float(b)) for a, b in zip(one.bins["said"], one.bins["so"], strict=True)]
